import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Rotation } from '../../../src/rotation/rotation.ts';
import { OPERATOR, testTarget } from '../../support/rotation.ts';
import { RotationWorld } from './rotation-world.ts';

const DAY_MS = 24 * 3_600_000;
const NAMES = ['a', 'b', 'c', 'd'];
/** After so long the next page is looked at, and after so long an answer is due. */
const [PAGE_PATIENCE_MS, ANSWER_PATIENCE_MS] = [1_000, 25_000];

/** A target for each name, pages of so many, and the order in which pages are read and places looked at. */
async function paged(names: readonly string[], pageTargets: number) {
  const world = await RotationWorld.create();
  world.declare(...names.map(targetNamed));
  const order: string[] = [];
  const rotation = new Rotation({
    ...world.deps,
    targetPages: async function* () {
      const left = [...world.records.values()];
      while (left.length > 0) {
        const page = left.splice(0, pageTargets);
        order.push(`page ${page.map(({ target }) => target.name).join('')}`);
        yield page;
      }
    },
  });
  world.destinations.beforeRead = (path) => order.push(`read ${path.slice(1)}`);
  return { world, rotation, order };
}

function targetNamed(name: string) {
  const target = testTarget({ name });
  return { ...target, destination: { ...target.destination, path: `/${name}` } };
}

/** The same, with every target rotated, and known to be good. */
async function settledWorld() {
  const { world, rotation, order } = await paged(NAMES, 2);
  for (const _ of ['rotated', 'judged']) await rotation.run(OPERATOR, { force: false });
  order.length = 0;
  return { world, rotation, order };
}

describe('a pass over all targets', () => {
  it('has looked at one page of them before it reads the next', async () => {
    const { rotation, order } = await settledWorld();
    const items = await rotation.run(OPERATOR, { force: false });
    assert.deepEqual(
      items.map(({ target, outcome }) => [target, outcome]),
      NAMES.map((name) => [name, 'current']),
    );
    assert.deepEqual(order, ['page ab', 'read a', 'read b', 'page cd', 'read c', 'read d']);
  });

  it('goes on with the next page where a place hangs', async () => {
    const { world, rotation, order } = await settledWorld();
    world.destinations.beforeRead = (path) => {
      order.push(path);
      return path === '/a' ? new Promise(() => undefined) : undefined;
    };
    void rotation.runScheduled();
    await world.ticker.advance(PAGE_PATIENCE_MS - 1);
    assert.deepEqual(order, ['page ab', '/a', '/b']);
    await world.ticker.advance(1);
    assert.deepEqual(order, ['page ab', '/a', '/b', 'page cd', '/c', '/d']);
  });

  it('looks at no more of what hangs, though pages of it go on coming', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `t-${index}`);
    const { world, rotation } = await paged(names, 6);
    await rotation.run(OPERATOR, { force: false });
    let [hanging, most] = [0, 0];
    world.destinations.beforeRead = () => {
      hanging += 1;
      most = Math.max(most, hanging);
      return new Promise(() => undefined);
    };
    void rotation.runScheduled();
    await world.ticker.advance(60_000);
    assert.equal(most, 8);
  });

  it('answers for each target in time, also for those whose page has not come', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `t-${index}`);
    const { world, rotation } = await paged(names, 1);
    await rotation.run(OPERATOR, { force: false });
    world.destinations.beforeRead = () => new Promise(() => undefined);
    const answered = rotation.run(OPERATOR, { force: false });
    await world.ticker.advance(ANSWER_PATIENCE_MS);
    const items = await answered;
    assert.deepEqual(
      items.map(({ target, outcome }) => [target, outcome]),
      names.map((name) => [name, 'queued']),
    );
  });

  it('reads no further page once the service stops', async () => {
    const { world, rotation, order } = await settledWorld();
    const { promise, resolve } = Promise.withResolvers<void>();
    world.destinations.beforeRead = () => promise;
    const running = rotation.run(OPERATOR, { force: false });
    await world.ticker.advance(0);
    const stopped = rotation.stop();
    resolve();
    await Promise.all([running, stopped]);
    assert.deepEqual(order, ['page ab']);
  });

  it('records nothing any more once the stop has ended', async () => {
    const paced = { writesPerSecond: 5, issuesPerSecond: 'unlimited' } as const;
    const world = await RotationWorld.create(undefined, paced);
    // More than the pace lets begin at once, so that it is noted of some that they are merely due.
    const names = Array.from({ length: 70 }, (_, index) => `t-${index}`);
    world.declare(...names.map(targetNamed));
    const rotated = new Rotation(world.deps).run(OPERATOR, { force: false });
    await world.ticker.advance(60_000);
    await rotated;
    world.clock.advance(20.5 * DAY_MS);
    for (const [name, record] of world.records) {
      const status = { ...record.progress.status, state: 'failing', lastError: 'x' } as const;
      world.records.set(name, { ...record, progress: { ...record.progress, status } });
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    world.destinations.beforeRead = (path) => (path === '/t-69' ? promise : undefined);
    const recorded: string[] = [];
    world.beforeRecord = async () => {
      await new Promise(setImmediate);
      recorded.push(hasStopped ? 'late' : 'in time');
    };
    let hasStopped = false;
    const rotation = new Rotation(world.deps);
    void rotation.runScheduled();
    await world.ticker.advance(500);
    const stopped = rotation.stop().then(() => {
      hasStopped = true;
    });
    resolve();
    await stopped;
    await world.ticker.advance(10);
    assert.deepEqual([...new Set(recorded)], ['in time']);
  });
});
