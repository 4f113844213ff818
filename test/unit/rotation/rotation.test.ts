import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { PkiError } from '../../../src/errors.ts';
import { OPERATOR, testTarget } from '../../support/rotation.ts';
import { RotationWorld } from './rotation-world.ts';

const SHOP = testTarget();
let world: RotationWorld;

beforeEach(async () => {
  world = await RotationWorld.create();
});

function outage(): never {
  throw new PkiError('target-unavailable', 'the cluster does not answer');
}

/** A gate that holds whoever comes to it, and tells how many are waiting there. */
function gate() {
  const { promise, resolve: open } = Promise.withResolvers<void>();
  let waiting = 0;
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  const hold = async () => {
    waiting += 1;
    reach();
    await promise;
  };
  return { hold, open, reached, waiting: () => waiting };
}

/** Until everything that can go on without the gate has gone on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
}

function manyTargets(count: number) {
  return Array.from({ length: count }, (_, index) => testTarget({ name: `host-${index}` }));
}

/** So many targets are written at once, in one lane. */
const AT_ONCE = 24;

describe('a pass over all targets', () => {
  it('is not stopped by one target that fails', async () => {
    world.declare(...manyTargets(12));
    world.destinations.beforeRead = (path) => (path === '/tls/host-3' ? outage() : undefined);
    const items = await world.rotation.run(OPERATOR, { force: false });
    const failed = items.filter(({ outcome }) => outcome === 'failed');
    assert.deepEqual(
      failed.map(({ target }) => target),
      ['host-3'],
    );
    assert.equal(items.filter(({ outcome }) => outcome === 'rotated').length, 11);
  });

  it('is not stopped by targets whose records cannot be kept', async () => {
    world.declare(...manyTargets(20));
    world.beforeRecord = (name) => {
      if (Number(name.slice(5)) < 12) throw new Error('the database is busy');
    };
    await world.rotation.runScheduled();
    assert.equal(world.destinations.states.size, 20);
    assert.ok(world.failures.length > 0);
  });

  it('works on a bounded number of targets at once, and finishes all of them', async () => {
    world.declare(...manyTargets(30));
    const { hold, open, waiting } = gate();
    world.destinations.beforeRead = hold;
    const passes = world.rotation.run(OPERATOR, { force: false });
    await settle();
    assert.equal(waiting(), AT_ONCE);
    open();
    assert.equal((await passes).length, 30);
  });

  it('keeps to that number while passes of the schedule overlap', async () => {
    world.declare(...manyTargets(30));
    const { hold, open, waiting } = gate();
    world.destinations.beforeRead = hold;
    const first = world.rotation.runScheduled();
    await settle();
    const second = world.rotation.runScheduled();
    await settle();
    assert.equal(waiting(), AT_ONCE);
    open();
    await Promise.all([first, second]);
  });

  it('tells the outcome of each target in the order of the targets', async () => {
    world.declare(...manyTargets(12));
    const items = await world.rotation.run(OPERATOR, { force: false });
    assert.deepEqual(
      items.map(({ target }) => target),
      [...world.records.keys()],
    );
  });
});

describe('after a failure', () => {
  beforeEach(async () => {
    world.declare(SHOP);
    world.destinations.beforeRead = outage;
    await world.rotation.runScheduled();
    world.destinations.beforeRead = () => undefined;
  });

  it('the schedule and a plain run leave a target alone until its time has come', async () => {
    await world.rotation.runScheduled();
    const [item] = await world.rotation.run(OPERATOR, { force: false });
    assert.match(item?.error ?? '', /tried again after/);
    assert.equal(world.destinations.states.size, 0);
    world.clock.advance(5_000);
    await world.rotation.runScheduled();
    assert.equal(world.status()?.state, 'current');
  });

  it('a forced run does not wait', async () => {
    const [item] = await world.rotation.run(OPERATOR, { force: true });
    assert.equal(item?.outcome, 'rotated');
  });

  it('`rotate` does not wait', async () => {
    const [item] = await world.rotation.rotate('shop', OPERATOR);
    assert.equal(item?.outcome, 'rotated');
  });

  it('a target that was just declared anew does not wait', async () => {
    world.rotation.begin(SHOP, OPERATOR);
    await world.rotation.whileIdle('shop', async () => undefined);
    assert.equal(world.status()?.state, 'current');
  });
});

describe('two passes over one target', () => {
  it('take turns: a call during a pass waits, and then does its own', async () => {
    world.declare(SHOP);
    const { hold, open, reached, waiting } = gate();
    world.destinations.beforeRead = hold;
    const run = world.rotation.run(OPERATOR, { force: false });
    await reached;
    const rotations = [1, 2].map(() => world.rotation.rotate('shop', OPERATOR));
    await settle();
    assert.equal(waiting(), 1);
    open();
    const items = (await Promise.all([run, ...rotations])).flat();
    assert.deepEqual(
      items.map(({ outcome }) => outcome),
      ['rotated', 'rotated', 'rotated'],
    );
    assert.equal(new Set(items.map(({ serialNumber }) => serialNumber)).size, 3);
  });

  it('are one where the schedule meets a pass: it steps aside', async () => {
    world.declare(SHOP);
    const { hold, open, reached } = gate();
    world.destinations.beforeRead = hold;
    const run = world.rotation.run(OPERATOR, { force: false });
    await reached;
    await world.rotation.runScheduled();
    open();
    await run;
    assert.equal(world.passes.length, 1);
  });

  it('are one where a pass began while the schedule was busy with others', async () => {
    world.declare(...manyTargets(AT_ONCE + 1));
    const last = `host-${AT_ONCE}`;
    const first = gate();
    world.destinations.beforeRead = (path) => (path === `/tls/${last}` ? undefined : first.hold());
    const schedule = world.rotation.runScheduled();
    await settle();
    const second = gate();
    world.destinations.beforeRead = second.hold;
    const rotate = world.rotation.rotate(last, OPERATOR);
    await second.reached;
    first.open();
    await settle();
    second.open();
    await Promise.all([schedule, rotate]);
    assert.equal(world.passes.filter(({ item }) => item.target === last).length, 1);
  });
});

describe('a target that changes while a pass is at work', () => {
  it('is not brought back once it is deleted, and the journal still tells what was written', async () => {
    world.declare(SHOP);
    world.destinations.beforeWrite = () => world.records.delete('shop');
    await world.rotation.runScheduled();
    assert.equal(world.records.size, 0);
    assert.deepEqual(
      world.audit.map(({ action }) => action),
      ['destination.written'],
    );
  });

  it('is judged by its new declaration in the pass that its replacement begins', async () => {
    world.declare(SHOP);
    const { hold, open, reached } = gate();
    world.destinations.beforeRead = hold;
    const pass = world.rotation.run(OPERATOR, { force: false });
    await reached;
    const changed = testTarget({ dnsNames: ['new.example.org'] });
    world.declare(changed);
    world.rotation.begin(changed, OPERATOR);
    open();
    await pass;
    await world.rotation.whileIdle('shop', async () => undefined);
    assert.deepEqual(
      world.passes.map(({ item }) => item.reasons),
      [['missing'], ['wrongNames', 'specChanged']],
    );
  });
});

describe('an end', () => {
  it('lets passes under way finish and begins no other', async () => {
    world.declare(...manyTargets(AT_ONCE + 4));
    const { hold, open } = gate();
    world.destinations.beforeRead = hold;
    const pass = world.rotation.runScheduled();
    await settle();
    let hasStopped = false;
    const stop = world.rotation.stop().then(() => {
      hasStopped = true;
    });
    await settle();
    assert.equal(hasStopped, false);
    open();
    await Promise.all([pass, stop]);
    assert.equal(world.destinations.states.size, AT_ONCE);
    await world.rotation.runScheduled();
    world.rotation.begin(testTarget({ name: `host-${AT_ONCE + 1}` }), OPERATOR);
    await settle();
    assert.equal(world.destinations.states.size, AT_ONCE);
  });
});

it('`rotate` refuses a target that nobody has declared', async () => {
  await assert.rejects(world.rotation.rotate('nobody', OPERATOR), { code: 'target-unknown' });
});

it('a schedule that cannot read its targets says so and does not throw', async () => {
  world.declare(SHOP);
  world.beforeRecord = () => {
    throw new Error('the database is gone');
  };
  await world.rotation.runScheduled();
  assert.match(String(world.failures), /the database is gone/);
});
