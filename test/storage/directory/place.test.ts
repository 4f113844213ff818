import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { interceptingFiles, systemError } from './intercept-files.ts';
import { newWorld, type World } from './worlds.ts';

async function faultsOf({ store, destination }: World, path: string): Promise<readonly string[]> {
  const violations = await store.violationsOf({ ...destination, path });
  return violations.map(({ pointer, detail }) => `${pointer} ${detail}`);
}

describe('a place for a target', () => {
  it('is a directory by its one true path', async (t) => {
    const world = newWorld(t);
    assert.deepEqual(await faultsOf(world, world.path), []);
  });

  it('is refused by any other spelling', async (t) => {
    const world = newWorld(t);
    const { path } = world;
    symlinkSync('place', join(world.root, 'link'));
    mkdirSync(join(path, 'inner'));
    const spellings = [
      'place',
      '',
      `${path}/`,
      `${path}/.`,
      `${path}/../place`,
      path.replace('/', '//'),
      `${path}\0`,
      join(world.root, 'link'),
      join(world.root, 'link', 'inner'),
    ];
    for (const spelling of spellings) {
      const [fault] = await faultsOf(world, spelling);
      assert.match(
        fault ?? '',
        /^\/destination\/path must (be absolute|have no symbolic link)/,
        spelling,
      );
    }
  });

  it('is not the root, nor near the keys of this service', async (t) => {
    const world = newWorld(t);
    const { root, dataDir } = world;
    mkdirSync(join(dataDir, 'inner'));
    mkdirSync(join(root, 'data-2'));
    for (const path of ['/', dataDir, join(dataDir, 'inner'), root]) {
      assert.match(
        (await faultsOf(world, path))[0] ?? '',
        /must (not be the root|be outside the data folder)/,
      );
    }
    assert.deepEqual(await faultsOf(world, join(root, 'data-2')), []);
  });

  it('exists, is a directory and can be written', async (t) => {
    const world = newWorld(t);
    const file = join(world.root, 'file');
    writeFileSync(file, '');
    assert.match(
      (await faultsOf(world, join(world.root, 'nothing')))[0] ?? '',
      /must exist on the service’s machine/,
    );
    assert.match((await faultsOf(world, file))[0] ?? '', /must be a directory/);
    assert.match((await faultsOf(world, join(file, 'x')))[0] ?? '', /cannot be reached/);
    const before = (operation: string) => {
      if (operation === 'access') throw systemError('EROFS');
    };
    const [fault] = await interceptingFiles(before, () => faultsOf(world, world.path));
    assert.equal(fault, '/destination/path must be writable by this service');
  });

  it('shares its key only with a group that this service may give it to', async (t) => {
    const world = newWorld(t, { keyMode: '0640' });
    assert.deepEqual(await faultsOf(world, world.path), []);
    const { geteuid, getegid, getgroups } = process;
    t.after(() => Object.assign(process, { geteuid, getegid, getgroups }));
    Object.assign(process, { geteuid: () => 1, getegid: () => -1, getgroups: () => [-1] });
    const [fault] = await faultsOf(world, world.path);
    assert.match(fault ?? '', /^\/destination\/keyMode must be 0600/);
  });

  it('is judged without a failure, whatever the text', async (t) => {
    const world = newWorld(t);
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        assert.notDeepEqual(await faultsOf(world, text), []);
        assert.ok((await faultsOf(world, `/${text}`)).length <= 1);
      }),
      { numRuns: 50 },
    );
  });
});
