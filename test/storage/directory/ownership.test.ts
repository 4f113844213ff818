import assert from 'node:assert/strict';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { FileStore } from '../../../storage/directory/file-store.ts';
import { filesOf, isUnavailable, newWorld, readPresent, rotate } from './worlds.ts';

describe('whose a directory is', () => {
  const strangers: readonly [string, (path: string) => void, RegExp][] = [
    ['a folder', (path) => mkdirSync(join(path, 'current')), /no link of Certwright/],
    ['a file', (path) => writeFileSync(join(path, 'current'), 'x'), /no link of Certwright/],
    [
      'a link elsewhere',
      (path) => symlinkSync('v2', join(path, 'current')),
      /no link of Certwright/,
    ],
    [
      'a link out of the directory',
      (path) => symlinkSync('../revision-1', join(path, 'current')),
      /no link of Certwright/,
    ],
    [
      'a folder without our mark',
      (path) => {
        mkdirSync(join(path, 'revision-7'));
        symlinkSync('revision-7', join(path, 'current'));
      },
      /"revision-7" has no mark/,
    ],
    [
      'a link in place of a revision',
      (path) => {
        symlinkSync('/etc', join(path, 'revision-7'));
        symlinkSync('revision-7', join(path, 'current'));
      },
      /"revision-7" has no mark/,
    ],
  ];
  for (const [name, prepare, owner] of strangers) {
    it(`is somebody else's: "current" is ${name}`, async (t) => {
      const { path, store, destination } = newWorld(t);
      prepare(path);
      const state = await store.read(destination);
      assert.equal(state.kind, 'foreign');
      assert.match(state.owner, owner);
      const before = readdirSync(path);
      await store.remove(destination, 'web');
      assert.deepEqual(readdirSync(path), before);
    });
  }

  it('tells for which target of ours it was written last, and goes for no other', async (t) => {
    const world = newWorld(t);
    await rotate(world, filesOf('1'));
    const mine = { target: 'web', isThisService: true };
    assert.deepEqual((await readPresent(world)).writer, mine);
    const another = new FileStore({ dataDir: world.dataDir, instance: 'another' });
    const seen = await another.read(world.destination);
    assert.deepEqual(seen.kind === 'present' && seen.writer, { ...mine, isThisService: false });
    assert.equal(await another.remove(world.destination, 'web'), false);
    assert.equal(await world.store.remove(world.destination, 'other'), false);
    assert.equal((await readPresent(world)).isAsWritten, true);
  });

  it('goes without a trace of ours, and with all that is not ours', async (t) => {
    const world = newWorld(t);
    const { path, store, destination } = world;
    for (const name of ['1', '2']) await rotate(world, filesOf(name));
    writeFileSync(join(path, 'README'), 'theirs');
    mkdirSync(join(path, 'revision-99'));
    await store.remove(destination, 'web');
    assert.deepEqual(readdirSync(path).toSorted(), ['README', 'revision-99']);
    await store.remove(destination, 'web');
    rmSync(path, { recursive: true });
    await store.remove(destination, 'web');
  });

  it('never grows over a revision-like folder of somebody else', async (t) => {
    const world = newWorld(t);
    mkdirSync(join(world.path, 'revision-2'));
    writeFileSync(join(world.path, 'revision-2', 'notes'), 'theirs');
    for (const name of ['1', '2', '3']) await rotate(world, filesOf(name));
    assert.equal(readFileSync(join(world.path, 'revision-2', 'notes'), 'utf8'), 'theirs');
    assert.deepEqual((await readPresent(world)).files, filesOf('3'));
  });
});

describe('a place that changes after it was accepted', () => {
  it('is not followed when a link has taken its name', async (t) => {
    const world = newWorld(t);
    const { path, root, store, destination } = world;
    await rotate(world, filesOf('1'));
    renameSync(path, join(root, 'moved'));
    symlinkSync('moved', path);
    const linked = isUnavailable(/must have no symbolic link in it/);
    await assert.rejects(store.read(destination), linked);
    await assert.rejects(store.remove(destination, 'web'), linked);
    assert.equal(
      readFileSync(join(root, 'moved', 'current', 'tls.crt'), 'utf8'),
      filesOf('1')['tls.crt'],
    );
  });

  it('is unavailable when it is gone', async (t) => {
    const { path, store, destination } = newWorld(t);
    rmSync(path, { recursive: true });
    await assert.rejects(store.read(destination), isUnavailable(/must exist/));
  });
});
