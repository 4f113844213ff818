import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { PkiError } from '../../../src/errors.ts';
import { rollBackTarget } from '../../../src/rotation/roll-back.ts';
import { OPERATOR, testTarget } from '../../support/rotation.ts';
import { RotationWorld } from './rotation-world.ts';

const DAY_MS = 86_400_000;
const PLACE = '/tls/shop';
let world: RotationWorld;

beforeEach(async () => {
  world = await RotationWorld.create();
  world.declare(testTarget());
});

async function pass() {
  const [item] = await world.rotation.run(OPERATOR, { force: true });
  return item ?? assert.fail('no pass');
}

async function rotate() {
  const [item] = await world.rotation.rotate('shop', OPERATOR);
  return item ?? assert.fail('no pass');
}

async function rollBack() {
  const record = world.records.get('shop') ?? assert.fail();
  const deps = { ...world.deps, listRevisions: world.revisions.list };
  const done = await rollBackTarget(deps, record, OPERATOR);
  world.keep('shop', done);
  return done.item;
}

describe('rolling a target back', () => {
  it('puts the certificate and key back that were there before, as a revision of its own', async () => {
    const first = await pass();
    const before = world.destinations.filesAt(PLACE);
    const second = await rotate();
    assert.notEqual(second.serialNumber, first.serialNumber);
    const item = await rollBack();
    assert.deepEqual([item.outcome, item.reasons], ['rotated', ['rolledBack']]);
    assert.equal(item.serialNumber, first.serialNumber);
    assert.deepEqual(world.destinations.filesAt(PLACE), before);
    const [latest] = await world.revisions.list('shop');
    assert.deepEqual([latest?.number, latest?.reasons], [3, ['rolledBack']]);
  });

  it('is not undone by the passes after it, although that certificate is due, until half of its rest is over', async () => {
    const first = await pass();
    world.clock.advance(21 * DAY_MS);
    await pass();
    await rollBack();
    const hours = 4.5 * 24;
    for (let hour = 1; hour < hours; hour += 12) {
      world.clock.advance(DAY_MS / 2);
      if (hour + 12 >= hours) break;
      const item = await pass();
      assert.deepEqual([item.outcome, item.serialNumber], ['current', first.serialNumber]);
    }
    world.clock.advance(DAY_MS);
    const item = await pass();
    assert.deepEqual([item.outcome, item.reasons], ['rotated', ['due']]);
  });

  it('holds when somebody deletes what was put back, although it is due', async () => {
    const first = await pass();
    world.clock.advance(21 * DAY_MS);
    await pass();
    await rollBack();
    world.destinations.states.delete(PLACE);
    const item = await pass();
    assert.deepEqual([item.outcome, item.serialNumber], ['rotated', first.serialNumber]);
  });

  it('is completed with that certificate where its write fails at first', async () => {
    const first = await pass();
    world.clock.advance(21 * DAY_MS);
    await pass();
    world.destinations.beforeWrite = () => {
      throw new PkiError('target-unavailable', 'no space is left');
    };
    assert.equal((await rollBack()).outcome, 'failed');
    world.destinations.beforeWrite = () => undefined;
    const item = await pass();
    assert.deepEqual([item.outcome, item.serialNumber], ['rotated', first.serialNumber]);
    assert.equal(world.authorities.issued, 2);
  });

  it('shows when the certificate is to be replaced after all', async () => {
    await pass();
    await rotate();
    await rollBack();
    const { notAfter, nextRotationAt } = world.status() ?? {};
    const half = (world.clock.now().getTime() + Number(notAfter)) / 2;
    assert.equal(Number(nextRotationAt), half);
  });

  it('twice goes forth again', async () => {
    const first = await pass();
    const second = await rotate();
    assert.equal((await rollBack()).serialNumber, first.serialNumber);
    assert.equal((await rollBack()).serialNumber, second.serialNumber);
  });

  it('is refused where nothing was there before, or only what has expired or lost its key', async () => {
    const unavailable = (why: RegExp) => ({ code: 'revision-unavailable', message: why });
    await pass();
    await assert.rejects(rollBack(), unavailable(/no other certificate/));
    await rotate();
    world.clock.advance(31 * DAY_MS);
    await pass();
    await assert.rejects(rollBack(), unavailable(/has expired/));
    const keepless = { ...world.deps, keptCertificate: async () => undefined };
    await rotate();
    const record = world.records.get('shop') ?? assert.fail();
    const deps = { ...keepless, listRevisions: world.revisions.list };
    await assert.rejects(rollBackTarget(deps, record, OPERATOR), unavailable(/not kept any more/));
  });

  it('is refused where the target asks for other names now', async () => {
    await pass();
    const record = world.records.get('shop') ?? assert.fail();
    const target = testTarget({ dnsNames: ['other.example.org'] });
    world.records.set('shop', { ...record, target });
    await pass();
    await assert.rejects(rollBack(), { code: 'revision-unavailable', message: /wrongNames/ });
  });

  it('writes nothing over what is somebody else’s', async () => {
    await pass();
    await rotate();
    world.destinations.states.set(PLACE, { kind: 'foreign', owner: 'cert-manager' });
    const item = await rollBack();
    assert.equal(item.outcome, 'failed');
    assert.match(item.error ?? '', /cert-manager/);
  });
});
