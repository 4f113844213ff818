import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { filesOf, isUnavailable, newWorld, readPresent, rotate, served } from './worlds.ts';

describe('a directory that is kept supplied', () => {
  it('is absent at first, then holds what was written, revision by revision', async (t) => {
    const world = newWorld(t);
    assert.deepEqual(await world.store.read(world.destination), { kind: 'absent' });
    await rotate(world, filesOf('1', 'client authorities\n'));
    const first = await readPresent(world);
    assert.deepEqual(first.files, filesOf('1', 'client authorities\n'));
    assert.deepEqual([first.isAsWritten, first.revision], [true, 1]);
    await rotate(world, filesOf('2'));
    const second = await readPresent(world);
    assert.deepEqual(second.files, filesOf('2'));
    assert.deepEqual([second.isAsWritten, second.revision], [true, 2]);
    assert.equal(readlinkSync(join(world.path, 'current')), 'revision-2');
  });

  it('keeps the revision before, for readers in the middle, and none older', async (t) => {
    const world = newWorld(t);
    for (const name of ['1', '2', '3', '4']) await rotate(world, filesOf(name));
    assert.deepEqual(readdirSync(world.path).toSorted(), ['current', 'revision-3', 'revision-4']);
  });

  it('names the target, the certificate and the hashes in a marker that sha256sum confirms', async (t) => {
    const world = newWorld(t);
    await rotate(world, filesOf('1'));
    const { contentHash, ...marker } = JSON.parse(served(world, 'certwright.json')) as {
      readonly contentHash: Readonly<Record<string, string>>;
    };
    assert.deepEqual(marker, {
      target: 'web',
      instance: 'this-service',
      revision: 1,
      serialNumber: '4a',
      notAfter: '2030-01-02T03:04:05.000Z',
    });
    const lines = Object.entries(contentHash).map(([name, hash]) => `${hash}  ${name}\n`);
    const cwd = join(world.path, 'current');
    execFileSync('sha256sum', ['--check', '--strict', '-'], {
      cwd,
      input: lines.join(''),
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    assert.equal(lines.length, 2);
  });

  it('tells a watcher of the directory by a rename, which is what Envoy waits for', async (t) => {
    const world = newWorld(t);
    await rotate(world, filesOf('1'));
    const renamed = new Promise((resolve) => {
      const watcher = watch(world.path, (event, name) => {
        if (event === 'rename' && name === 'current') resolve(watcher.close());
      });
    });
    await rotate(world, filesOf('2'));
    await renamed;
    assert.equal(served(world, 'tls.key'), filesOf('2')['tls.key']);
  });

  for (const umask of [0o000, 0o077]) {
    it(`has the rights that the target says under umask ${umask.toString(8)}`, async (t) => {
      const before = process.umask(umask);
      t.after(() => process.umask(before));
      for (const keyMode of ['0600', '0640'] as const) {
        const world = newWorld(t, { keyMode });
        await rotate(world, filesOf('1', 'authorities'));
        const modeOf = (name: string) =>
          (statSync(join(world.path, 'current', name)).mode & 0o7777).toString(8);
        assert.deepEqual(['', 'tls.crt', 'ca.crt', 'certwright.json', 'tls.key'].map(modeOf), [
          '755',
          '644',
          '644',
          '644',
          keyMode.slice(1),
        ]);
        const { gid } = statSync(world.path);
        assert.equal(statSync(join(world.path, 'current', 'tls.key')).gid, gid);
      }
    });
  }
});

describe('what happened to a directory since', () => {
  it('is drift: a changed, removed or added file, or a key that others may read', async (t) => {
    const changes: readonly ((folder: string) => void)[] = [
      (folder) => writeFileSync(join(folder, 'tls.crt'), 'x'),
      (folder) => unlinkSync(join(folder, 'tls.key')),
      (folder) => writeFileSync(join(folder, 'ca.crt'), 'x'),
      (folder) => chmodSync(join(folder, 'tls.key'), 0o644),
    ];
    for (const change of changes) {
      const world = newWorld(t);
      await rotate(world, filesOf('1'));
      change(join(world.path, 'revision-1'));
      assert.equal((await readPresent(world)).isAsWritten, false);
      await rotate(world, filesOf('2'));
      assert.equal((await readPresent(world)).isAsWritten, true);
    }
  });

  it('is mended when the revision itself is gone', async (t) => {
    const world = newWorld(t);
    await rotate(world, filesOf('1'));
    rmSync(join(world.path, 'revision-1'), { recursive: true });
    const found = await readPresent(world);
    assert.deepEqual([found.files, found.isAsWritten], [{}, false]);
    await rotate(world, filesOf('2'));
    assert.deepEqual((await readPresent(world)).files, filesOf('2'));
  });

  it('is mended when `current` is gone', async (t) => {
    const world = newWorld(t);
    for (const name of ['1', '2']) await rotate(world, filesOf(name));
    unlinkSync(join(world.path, 'current'));
    assert.deepEqual(await world.store.read(world.destination), { kind: 'absent' });
    await rotate(world, filesOf('3'));
    assert.deepEqual((await readPresent(world)).files, filesOf('3'));
    assert.deepEqual(readdirSync(world.path), ['current', 'revision-3']);
  });

  it('is not read where it is no file of bounded size', async (t) => {
    const world = newWorld(t);
    await rotate(world, filesOf('1', 'authorities'));
    const folder = join(world.path, 'revision-1');
    for (const name of ['tls.crt', 'tls.key']) unlinkSync(join(folder, name));
    execFileSync('mkfifo', [join(folder, 'tls.crt')]);
    symlinkSync('/etc/hostname', join(folder, 'tls.key'));
    writeFileSync(join(folder, 'ca.crt'), Buffer.alloc(2 * 1024 * 1024));
    const { files, isAsWritten } = await readPresent(world);
    assert.deepEqual([files, isAsWritten], [{}, false]);
    await rotate(world, filesOf('2'));
    assert.deepEqual((await readPresent(world)).files, filesOf('2'));
  });

  it('refuses a write over anything else than was judged', async (t) => {
    const world = newWorld(t);
    const { store, destination } = world;
    const write = {
      targetName: 'web',
      revision: 3,
      serialNumber: '4a',
      notAfter: new Date(0),
      files: filesOf('x'),
    };
    await rotate(world, filesOf('1'));
    const found = await readPresent(world);
    await rotate(world, filesOf('2'));
    const changed = isUnavailable(/was changed by somebody else meanwhile/);
    await assert.rejects(store.write(destination, { ...write, found }), changed);
    await assert.rejects(
      store.write(destination, { ...write, found: { kind: 'absent' } }),
      changed,
    );
    assert.deepEqual((await readPresent(world)).files, filesOf('2'));
  });

  it('is whole after two writers at once, of which one at least is content', async (t) => {
    const world = newWorld(t);
    await rotate(world, filesOf('1'));
    const outcomes = await Promise.allSettled([
      rotate(world, filesOf('a')),
      rotate(world, filesOf('b')),
    ]);
    assert.ok(outcomes.some(({ status }) => status === 'fulfilled'));
    const { isAsWritten, files } = await readPresent(world);
    assert.equal(isAsWritten, true);
    assert.equal(served(world, 'tls.key'), files['tls.key']);
  });
});
