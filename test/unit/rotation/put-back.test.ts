import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { PkiError } from '../../../src/errors.ts';
import { OPERATOR, testTarget } from '../../support/rotation.ts';
import { RotationWorld } from './rotation-world.ts';

const DAY_MS = 86_400_000;
const PLACE = '/tls/shop';
const OURS = { writer: { target: 'shop', isThisService: true }, isAsWritten: false };
let world: RotationWorld;

beforeEach(async () => {
  world = await RotationWorld.create();
  world.declare(testTarget());
});

async function pass() {
  const [item] = await world.rotation.run(OPERATOR, { force: true });
  return item ?? assert.fail('no pass');
}

function files() {
  return world.destinations.filesAt(PLACE);
}

async function history() {
  return (await world.revisions.list('shop')).map(({ number, serialNumber, reasons }) => ({
    number,
    serialNumber,
    reasons,
  }));
}

describe('a destination that somebody else has changed', () => {
  it('gets the same certificate and key back, and none is issued', async () => {
    const { serialNumber } = await pass();
    const before = files();
    const damages = [{}, { 'tls.crt': 'garbage' }, { ...before, 'tls.key': 'garbage' }, before];
    for (const damage of damages) {
      world.clock.advance(DAY_MS);
      world.destinations.put(PLACE, damage, OURS);
      const item = await pass();
      assert.deepEqual([item.outcome, item.serialNumber], ['rotated', serialNumber]);
      assert.deepEqual(files(), before);
    }
    world.clock.advance(DAY_MS);
    world.destinations.states.delete(PLACE);
    assert.deepEqual((await pass()).reasons, ['missing']);
    assert.deepEqual(files(), before);
    assert.equal(world.authorities.issued, 1);
  });

  it('keeps the time of its last rotation, and each writing is a revision of its own', async () => {
    const { serialNumber } = await pass();
    const { lastRotatedAt } = world.status() ?? {};
    world.clock.advance(DAY_MS);
    world.destinations.states.delete(PLACE);
    await pass();
    assert.deepEqual(world.status()?.lastRotatedAt, lastRotatedAt);
    assert.deepEqual(await history(), [
      { number: 2, serialNumber, reasons: ['missing'] },
      { number: 1, serialNumber, reasons: ['missing'] },
    ]);
  });

  it('gets another certificate where the old one is due, or is not what the target asks for now', async () => {
    const first = await pass();
    world.clock.advance(21 * DAY_MS);
    world.destinations.put(PLACE, {}, OURS);
    const second = await pass();
    assert.notEqual(second.serialNumber, first.serialNumber);
    const record = world.records.get('shop') ?? assert.fail();
    const target = testTarget({ dnsNames: ['other.example.org'] });
    world.records.set('shop', { ...record, target });
    world.destinations.put(PLACE, {}, OURS);
    const third = await pass();
    assert.equal(new Set([first, second, third].map((item) => item.serialNumber)).size, 3);
  });

  it('keeps its certificate where no more than the files around it change', async () => {
    const { serialNumber } = await pass();
    const record = world.records.get('shop') ?? assert.fail();
    const target = testTarget({
      destination: { includeRoot: false, clientAuthorities: ['other'] },
    });
    world.records.set('shop', { ...record, target });
    const item = await pass();
    assert.deepEqual([item.outcome, item.serialNumber], ['rotated', serialNumber]);
    assert.match(files()['ca.crt'] ?? '', /BEGIN CERTIFICATE/);
    assert.equal(world.authorities.issued, 1);
  });

  it('gets back even what is due, where nothing else can be issued', async () => {
    const { serialNumber } = await pass();
    world.clock.advance(21 * DAY_MS);
    world.destinations.states.delete(PLACE);
    world.beforeIssue = () => {
      throw new PkiError('request-refused', 'the authority ends too soon');
    };
    const item = await pass();
    assert.deepEqual([item.outcome, item.serialNumber], ['rotated', serialNumber]);
  });

  it('is given what is to lie around it even when it is due, where nothing else can be issued', async () => {
    const { serialNumber } = await pass();
    world.clock.advance(21 * DAY_MS);
    const record = world.records.get('shop') ?? assert.fail();
    const target = testTarget({ destination: { includeRoot: false } });
    const before = files()['tls.crt'] ?? '';
    world.records.set('shop', { ...record, target });
    world.beforeIssue = () => {
      throw new PkiError('request-refused', 'the authority ends too soon');
    };
    const item = await pass();
    assert.deepEqual([item.outcome, item.serialNumber], ['rotated', serialNumber]);
    assert.deepEqual(item.reasons, ['specChanged', 'due']);
    const after = files()['tls.crt'] ?? '';
    assert.ok(before.startsWith(after) && after.length < before.length);
  });

  it('always gets a new key on request', async () => {
    await pass();
    const before = files()['tls.key'];
    await world.rotation.rotate('shop', OPERATOR);
    assert.notEqual(files()['tls.key'], before);
  });
});

describe('a rotation that is cut off', () => {
  it('after its record is completed with the same certificate', async () => {
    await pass();
    world.revisions.afterRecord = () => {
      throw new Error('killed');
    };
    await assert.rejects(
      world.rotation.rotate('shop', OPERATOR).then((items) => {
        if (items[0]?.outcome === 'failed') throw new Error('failed');
      }),
    );
    world.revisions.afterRecord = () => undefined;
    const [pending] = await world.revisions.list('shop');
    const item = await pass();
    assert.deepEqual(item.reasons, ['unfinished']);
    assert.equal(item.serialNumber, pending?.serialNumber);
    assert.equal((await pass()).outcome, 'current');
    assert.equal(world.authorities.issued, 2);
  });

  it('after its write is known to be done by the next pass, which writes nothing', async () => {
    world.beforeRecord = () => {
      throw new Error('killed');
    };
    await world.rotation.run(OPERATOR, { force: true });
    world.beforeRecord = () => undefined;
    const { writes } = world.destinations;
    const item = await pass();
    assert.equal(item.outcome, 'current');
    assert.equal(world.destinations.writes, writes);
    assert.deepEqual(world.records.get('shop')?.revision, { number: 1, isWritten: true });
  });

  it('by an answer that never came is found out and not guessed', async () => {
    await pass();
    const { write } = world.destinations;
    let isCut = false;
    Object.assign(world.destinations, {
      write: async (...args: Parameters<typeof write>) => {
        await write(...args);
        if (isCut) return;
        isCut = true;
        throw new PkiError('target-unavailable', 'the connection was cut off');
      },
    });
    const [item] = await world.rotation.rotate('shop', OPERATOR);
    assert.equal(item?.outcome, 'rotated');
    assert.equal(world.authorities.issued, 2);
  });
});
