import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { FileStore } from '../../../storage/directory/file-store.ts';
import { Patience } from '../../../storage/directory/patience.ts';
import { interceptingFiles } from './intercept-files.ts';
import { filesOf, isUnavailable, newWorld, rotate, served, type World } from './worlds.ts';

const SHORT_MS = 50;
/** Long enough for whatever a directory that answers again still has to do. */
const AFTERWARDS_MS = 100;

describe('the patience with directories', () => {
  it('gives up one that does not answer, and leaves it alone until it does', async () => {
    const patience = new Patience(SHORT_MS);
    const hanging = Promise.withResolvers<string>();
    const first = patience.at('/dead', () => hanging.promise);
    await assert.rejects(first, isUnavailable(/"\/dead" does not answer/));
    const second = patience.at('/dead', () => assert.fail('it is not to be touched'));
    await assert.rejects(second, isUnavailable(/"\/dead" does not answer/));
    assert.equal(await patience.at('/alive', async () => 'alive'), 'alive');
    hanging.resolve('late');
    await pause(AFTERWARDS_MS);
    assert.equal(await patience.at('/dead', async () => 'alive'), 'alive');
  });

  it('does one thing at a time at each directory, first come, first served', async () => {
    const patience = new Patience();
    const order: string[] = [];
    const step = (name: string) => async () => {
      order.push(`${name} begins`);
      await new Promise(setImmediate);
      order.push(`${name} ends`);
    };
    await Promise.all(['one', 'two', 'three'].map((name) => patience.at('/place', step(name))));
    const steps = ['one', 'two', 'three'].flatMap((name) => [`${name} begins`, `${name} ends`]);
    assert.deepEqual(order, steps);
  });

  it('waits for three directories at most', async () => {
    const patience = new Patience(SHORT_MS);
    const hanging = Promise.withResolvers<string>();
    const dead = ['/a', '/b', '/c'].map((path) => patience.at(path, () => hanging.promise));
    const waiting = patience.at('/d', () => assert.fail('a thread must be left'));
    const words = isUnavailable(/"\/d" is left alone as long as 3 others do not answer/);
    await Promise.all([...dead.map((one) => assert.rejects(one)), assert.rejects(waiting, words)]);
    let isTold = false;
    const another = patience.at('/e', () => assert.fail('a thread must be left'));
    another.catch(() => {
      isTold = true;
    });
    await new Promise(setImmediate);
    assert.ok(isTold, 'once that is known, nobody waits to be told');
    hanging.resolve('late');
    await pause(AFTERWARDS_MS);
    assert.equal(await patience.at('/d', async () => 'alive'), 'alive');
  });

  it('touches nothing else on a file system that does not answer', async (t) => {
    const patience = new Patience(SHORT_MS);
    const { root, path } = newWorld(t);
    for (const place of [root, path]) await patience.at(place, async () => undefined);
    const hanging = Promise.withResolvers<string>();
    await assert.rejects(patience.at(path, () => hanging.promise));
    const beside = patience.at(root, () => assert.fail('it is not to be touched'));
    await assert.rejects(beside, isUnavailable(/is on a file system that does not answer/));
    assert.equal(await patience.at('/dev', async () => 'alive'), 'alive');
    hanging.resolve('late');
  });

  it('leaves room for another file system, however many directories of one hang', async (t) => {
    const patience = new Patience(SHORT_MS);
    const { root, path, dataDir } = newWorld(t);
    const here = [root, path, dataDir];
    for (const place of [...here, '/dev']) await patience.at(place, async () => undefined);
    const hanging = Promise.withResolvers<string>();
    let begun = 0;
    const dead = here.map((place) =>
      patience.at(place, () => {
        begun += 1;
        return hanging.promise;
      }),
    );
    assert.equal(await patience.at('/dev', async () => 'alive'), 'alive');
    await Promise.all(dead.map((one) => assert.rejects(one, isUnavailable(/does not answer/))));
    assert.equal(begun, 2);
    assert.equal(await patience.at('/dev', async () => 'alive'), 'alive');
    hanging.resolve('late');
  });

  it('lets nothing be done late that cannot be undone', async () => {
    const patience = new Patience(SHORT_MS);
    const hanging = Promise.withResolvers<void>();
    let isDone = false;
    const work = patience.at('/dead', async (assertWaitedFor) => {
      assertWaitedFor();
      await hanging.promise;
      assertWaitedFor();
      isDone = true;
    });
    await assert.rejects(work);
    hanging.resolve();
    await new Promise(setImmediate);
    assert.equal(isDone, false);
  });

  it('passes on what goes wrong, and goes on', async () => {
    const patience = new Patience();
    const failure = new Error('from a test');
    const failing = patience.at('/place', () => Promise.reject(failure));
    await assert.rejects(failing, failure);
    assert.equal(await patience.at('/place', async () => 'alive'), 'alive');
  });
});

describe('a directory that hangs', () => {
  type Use = (world: World) => Promise<unknown>;
  const TOUCH = { version: '', time: new Date() };
  const uses: readonly (readonly [name: string, use: Use])[] = [
    ['read', ({ store, destination }) => store.read(destination)],
    ['write', (world) => rotate(world, filesOf('2'))],
    ['touch', ({ store, destination }) => store.touch?.(destination, TOUCH) ?? assert.fail()],
    ['remove', ({ store, destination }) => store.remove(destination, 'web')],
    ['judge', ({ store, destination }) => store.violationsOf(destination)],
  ];

  for (const [name, use] of uses) {
    it(`is given up by what wants to ${name} it, and stays as it is`, async (t) => {
      const world = newWorld(t);
      await rotate(world, filesOf('1'));
      const before = readdirSync(world.path);
      const options = { dataDir: world.dataDir, instance: 'this-service', patienceMs: SHORT_MS };
      const impatient = { ...world, store: new FileStore(options) };
      const answer = Promise.withResolvers<void>();
      await interceptingFiles(
        () => answer.promise,
        async () => {
          await assert.rejects(use(impatient), isUnavailable(/does not answer/));
          answer.resolve();
          await pause(AFTERWARDS_MS);
        },
      );
      assert.deepEqual(readdirSync(world.path), before);
      assert.equal(served(world, 'tls.key'), filesOf('1')['tls.key']);
    });
  }
});
