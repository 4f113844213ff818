import assert from 'node:assert/strict';
import { lstatSync, readdirSync, readlinkSync, watch } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { filesOf, isUnavailable, newWorld, readPresent, rotate } from './worlds.ts';

const time = new Date('2030-01-01T00:00:00Z');

describe('a directory that is touched', () => {
  it('has its link moved into place once more, which Envoy watches for, and nothing else changed', async (t) => {
    const world = newWorld(t);
    await rotate(world, filesOf('1'));
    const before = await readPresent(world);
    const link = join(world.path, 'current');
    const { ino } = lstatSync(link);
    const seen = Promise.withResolvers<string>();
    const watcher = watch(world.path, (event, name) => {
      if (name === 'current') seen.resolve(event);
    });
    t.after(() => watcher.close());
    assert.equal(await world.store.touch?.(world.destination, { ...before, time }), true);
    assert.equal(await seen.promise, 'rename');
    assert.notEqual(lstatSync(link).ino, ino);
    assert.equal(readlinkSync(link), 'revision-1');
    assert.deepEqual(await readPresent(world), before);
    assert.deepEqual(readdirSync(world.path).toSorted(), ['current', 'revision-1']);
  });

  it('is left alone where it has another revision by now, or none', async (t) => {
    const world = newWorld(t);
    const refused = isUnavailable(/was changed by somebody else/);
    await assert.rejects(
      async () => world.store.touch?.(world.destination, { version: '', time }),
      refused,
    );
    await rotate(world, filesOf('1'));
    const before = await readPresent(world);
    await rotate(world, filesOf('2'));
    await assert.rejects(
      async () => world.store.touch?.(world.destination, { ...before, time }),
      refused,
    );
    assert.equal(readlinkSync(join(world.path, 'current')), 'revision-2');
  });
});
