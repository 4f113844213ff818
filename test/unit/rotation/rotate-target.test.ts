import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { PkiError } from '../../../src/errors.ts';
import { rotateTarget } from '../../../src/rotation/rotate-target.ts';
import {
  NEW_TARGET,
  NO_REVISION,
  type TargetRecord,
} from '../../../src/rotation/rotation-record.ts';
import type { RotationTarget } from '../../../src/rotation/target.ts';
import { OPERATOR, testTarget } from '../../support/rotation.ts';
import { RotationWorld } from './rotation-world.ts';

const PLACE = '/tls/shop';
const SCHEDULED = { actor: { name: 'rotation' }, isRequested: false } as const;
const REQUESTED = { actor: OPERATOR, isRequested: true } as const;
const target = testTarget();
let world: RotationWorld;

beforeEach(async () => {
  world = await RotationWorld.create();
});

function recordOf(wanted: RotationTarget): TargetRecord {
  const progress = NEW_TARGET;
  return { target: wanted, isDeclaredInFile: false, progress, revision: NO_REVISION };
}

/** A pass whose progress is kept for the next. */
async function pass(options: typeof SCHEDULED | typeof REQUESTED = SCHEDULED, wanted = target) {
  const record = world.records.get(wanted.name) ?? recordOf(wanted);
  world.records.set(wanted.name, { ...record, target: wanted });
  const done = await rotateTarget(world.deps, { ...record, target: wanted }, options);
  world.keep(wanted.name, done);
  return done;
}

describe('a pass over one target', () => {
  it('fills a place where nothing is, and leaves it alone the next time', async () => {
    const first = await pass();
    assert.deepEqual(first.item.reasons, ['missing']);
    assert.equal(first.item.outcome, 'rotated');
    const second = await pass();
    assert.equal(second.item.outcome, 'current');
    assert.equal(second.item.serialNumber, first.item.serialNumber);
    assert.equal(world.destinations.writes, 1);
  });

  it('makes a new key on each rotation, and on `rotate` even where nothing is wrong', async () => {
    await pass();
    const before = world.destinations.filesAt(PLACE)['tls.key'];
    const { item } = await pass(REQUESTED);
    assert.deepEqual(item.reasons, ['requested']);
    assert.equal(item.outcome, 'rotated');
    assert.notEqual(world.destinations.filesAt(PLACE)['tls.key'], before);
  });

  it('mends what was emptied or edited by hand', async () => {
    await pass();
    world.destinations.put(PLACE, {}, { isAsWritten: false });
    assert.deepEqual((await pass()).item.reasons, ['missingData']);
    const files = world.destinations.filesAt(PLACE);
    world.destinations.put(PLACE, files, { isAsWritten: false });
    assert.deepEqual((await pass()).item.reasons, ['overwritten']);
    assert.deepEqual((await pass()).item.reasons, []);
  });

  it('writes nothing over what belongs to somebody else, even when it is asked to', async () => {
    world.destinations.states.set(PLACE, { kind: 'foreign', owner: 'cert-manager' });
    const { item, progress, auditEntries } = await pass(REQUESTED);
    assert.equal(progress.status.state, 'conflict');
    assert.match(item.error ?? '', /cert-manager/);
    assert.equal(world.authorities.issued, 0);
    assert.deepEqual(
      auditEntries.map(({ action }) => action),
      ['rotation.failed'],
    );
  });

  it('issues nothing where an obstacle stands in the way, and says which', async () => {
    world.destinations.put(PLACE, {}, { obstacle: 'the Secret is immutable' });
    const { item, progress } = await pass(REQUESTED);
    assert.equal(progress.status.state, 'failing');
    assert.equal(item.error, 'the Secret is immutable');
    assert.equal(world.authorities.issued, 0);
  });

  it('reports an obstacle while nothing need be written yet, so that there is time to clear it', async () => {
    const files = await world.authorities.filesFor(target);
    world.destinations.put(PLACE, files, { obstacle: 'the Secret is immutable' });
    assert.equal((await pass()).progress.status.lastError, 'the Secret is immutable');
  });
});

describe('a pass that cannot be completed', () => {
  it('never throws, and tells the caller only what is meant for the caller', async () => {
    const secret = String((await world.authorities.filesFor(target))['tls.key']);
    const failures = [new Error(`disk full at ${secret}`), new TypeError(secret)];
    for (const failure of failures) {
      world.destinations.beforeRead = () => Promise.reject(failure);
      const { item, progress } = await pass();
      assert.equal(item.outcome, 'failed');
      assert.equal(item.error, 'an unforeseen error; see the log');
      assert.equal(progress.status.lastError, item.error);
    }
  });

  it('leaves the old files where a write fails, and succeeds as soon as it can', async () => {
    await pass();
    const before = world.destinations.filesAt(PLACE);
    world.destinations.beforeWrite = () => {
      throw new PkiError('target-unavailable', 'no space is left');
    };
    const { item } = await pass(REQUESTED);
    assert.equal(item.error, 'no space is left');
    assert.deepEqual(world.destinations.filesAt(PLACE), before);
    world.destinations.beforeWrite = () => undefined;
    assert.equal((await pass()).progress.status.state, 'current');
  });

  it('is content with what another process of ours has written meanwhile', async () => {
    const files = await world.authorities.filesFor(target);
    world.destinations.beforeWrite = () =>
      world.destinations.put(PLACE, files, {
        writer: { target: target.name, isThisService: true },
      });
    const { item, progress } = await pass();
    assert.equal(item.outcome, 'current');
    assert.deepEqual([progress.status.state, progress.failures], ['current', 0]);
    assert.deepEqual(world.destinations.filesAt(PLACE), files);
  });

  it('is not kept from its write by changes that are none of its affair', async () => {
    await pass();
    const before = world.destinations.filesAt(PLACE);
    let touches = 2;
    world.destinations.beforeWrite = () => {
      touches -= 1;
      if (touches >= 0) world.destinations.put(PLACE, before);
    };
    const { item } = await pass(REQUESTED);
    assert.equal(item.outcome, 'rotated');
    assert.notDeepEqual(world.destinations.filesAt(PLACE), before);
  });

  it('fails where the place changes faster than it can be judged, and leaves it alone', async () => {
    const others = [await world.authorities.filesFor(target), { 'tls.crt': 'garbage' }];
    let turn = 0;
    world.destinations.beforeWrite = () => {
      turn += 1;
      world.destinations.put(PLACE, others[turn % 2] ?? {});
    };
    const { item } = await pass();
    assert.match(item.error ?? '', /changed by somebody else/);
  });

  it('leaves to another service what that keeps under a name of its own', async () => {
    const files = await world.authorities.filesFor(target);
    const writer = { target: 'theirs', isThisService: false };
    world.destinations.put(PLACE, files, { writer });
    const { progress } = await pass(REQUESTED);
    assert.equal(progress.status.state, 'conflict');
    assert.match(progress.status.lastError ?? '', /"theirs" of another Certwright/);
    assert.deepEqual(world.destinations.filesAt(PLACE), files);
  });

  it('takes on what a former target has left, and nothing that another one keeps', async () => {
    const former = testTarget({ ...target, name: 'former', destination: { path: PLACE } });
    await pass(SCHEDULED, former);
    const before = world.destinations.filesAt(PLACE);
    const conflict = await pass();
    assert.equal(conflict.progress.status.state, 'conflict');
    assert.match(conflict.item.error ?? '', /target "former"/);
    assert.deepEqual(world.destinations.filesAt(PLACE), before);
    const elsewhere = testTarget({ name: 'former', destination: { path: '/tls/elsewhere' } });
    const record = world.records.get('former');
    assert.ok(record);
    world.records.set('former', { ...record, target: elsewhere });
    assert.deepEqual((await pass()).item.reasons, ['specChanged']);
    assert.equal((await pass()).item.outcome, 'current');
  });

  it('writes nothing that its own rules would replace at once', async () => {
    const { deps, destinations } = world;
    const issue: typeof deps.issue = (request, revision) =>
      deps.issue({ ...request, dnsNames: ['other.example.org'] }, revision);
    const { item } = await rotateTarget({ ...deps, issue }, recordOf(target), SCHEDULED);
    assert.match(item.error ?? '', /wrongNames/);
    assert.equal(destinations.states.size, 0);
  });

  it('fails with what the issuer says where it cannot issue', async () => {
    const { item } = await pass(SCHEDULED, testTarget({ authority: 'nobody' }));
    assert.match(item.error ?? '', /no authority "nobody"/);
    const tooLong = await pass(SCHEDULED, testTarget({ validity: '826d' }));
    assert.match(tooLong.item.error ?? '', /825 days/);
  });

  it('fails once the certificate would outlive its issuer, and keeps what is there', async () => {
    const wanted = testTarget({ validity: '400d' });
    await pass(SCHEDULED, wanted);
    const before = world.destinations.filesAt(PLACE);
    world.clock.advance(4 * 365 * 86_400_000 + 86_400_000);
    const { item, progress } = await pass(SCHEDULED, wanted);
    assert.match(item.error ?? '', /validity/);
    assert.equal(progress.status.state, 'failing');
    assert.deepEqual(world.destinations.filesAt(PLACE), before);
  });

  it('tells the journal of a failure once, and again when it becomes another one', async () => {
    const reasons = ['the cluster does not answer', 'the cluster does not answer', 'no space'];
    const heard = [];
    for (const reason of reasons) {
      world.destinations.beforeRead = () => {
        throw new PkiError('target-unavailable', reason);
      };
      heard.push((await pass()).auditEntries.length);
    }
    assert.deepEqual(heard, [1, 0, 1]);
  });

  it('is tried again after 5 s, twice as long each time up to 5 min, at most a quarter sooner by its name', async () => {
    world.destinations.beforeRead = () => {
      throw new PkiError('target-unavailable', 'the cluster does not answer');
    };
    const delays = [];
    for (let failures = 0; failures < 9; failures += 1) {
      const { retryAt } = (await pass()).progress;
      delays.push((Number(retryAt) - Number(world.clock.now())) / 1000);
    }
    for (const [index, most] of [5, 10, 20, 40, 80, 160, 300, 300, 300].entries()) {
      assert.ok(Number(delays[index]) > 0.75 * most && Number(delays[index]) <= most);
    }
    world.destinations.beforeRead = () => undefined;
    const { progress } = await pass();
    assert.equal(progress.retryAt, null);
    assert.equal(progress.failures, 0);
    assert.equal(progress.status.lastError, null);
  });
});

describe('the least validity', () => {
  for (const validity of ['1s', '1m', '2m', '150s', '3m', '10m']) {
    it(`of ${validity} can be kept supplied, or is refused when the target is declared`, async () => {
      const { item } = await pass(SCHEDULED, testTarget({ validity }));
      assert.doesNotMatch(item.error ?? '', /a fresh certificate would be due/);
    });
  }
});
