import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lutimesSync, mkdirSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { interceptingFiles, systemError } from './intercept-files.ts';
import { filesOf, newWorld, readPresent, rotate, served, type World } from './worlds.ts';

/** The names of the operations of one write over a revision that is there. */
async function operationsOfAWrite(t: TestContext): Promise<readonly string[]> {
  const world = newWorld(t);
  await rotate(world, filesOf('old'));
  const operations: string[] = [];
  await interceptingFiles(
    (name) => operations.push(name),
    () => rotate(world, filesOf('new')),
  );
  return operations;
}

/** Lets operation number `last` and all after it fail, as they do for a process that is dead. */
async function rotateAndDieAt(world: World, last: number, name: string): Promise<void> {
  let count = 0;
  const before = () => {
    count += 1;
    if (count > last) throw new Error('killed');
  };
  await interceptingFiles(before, () => rotate(world, filesOf(name))).catch((error: Error) =>
    assert.match(error.message, /killed/),
  );
}

function remainsIn({ path }: World): readonly string[] {
  return readdirSync(path).filter((name) => name !== 'current');
}

describe('a write that dies', () => {
  it('leaves the old or the new behind `current`, whole, wherever it dies', async (t) => {
    const operations = await operationsOfAWrite(t);
    assert.ok(operations.includes('rename') && operations.includes('sync'));
    const seen = new Set<string>();
    for (let last = 0; last <= operations.length; last += 1) {
      const world = newWorld(t);
      await rotate(world, filesOf('old'));
      await rotateAndDieAt(world, last, 'new');
      const { isAsWritten, files } = await readPresent(world);
      assert.equal(isAsWritten, true);
      const found = served(world, 'tls.crt') === filesOf('old')['tls.crt'] ? 'old' : 'new';
      assert.deepEqual(files, filesOf(found));
      seen.add(found);
    }
    assert.deepEqual(seen, new Set(['old', 'new']));
  });

  it('leaves nothing or the new where nothing was, wherever it dies', async (t) => {
    const operations = await operationsOfAWrite(t);
    for (let last = 0; last < operations.length; last += 2) {
      const world = newWorld(t);
      await rotateAndDieAt(world, last, 'new');
      const state = await world.store.read(world.destination);
      if (state.kind !== 'absent')
        assert.deepEqual((await readPresent(world)).files, filesOf('new'));
    }
  });

  it('does not keep the next write from succeeding, nor its own remains for ever', async (t) => {
    const operations = await operationsOfAWrite(t);
    for (let last = 0; last < operations.length; last += 5) {
      const world = newWorld(t);
      await rotate(world, filesOf('old'));
      await rotateAndDieAt(world, last, 'new');
      const anHourAgo = Date.now() / 1000 - 3_600;
      for (const name of remainsIn(world).filter((one) => one.startsWith('.'))) {
        lutimesSync(join(world.path, name), anHourAgo, anHourAgo);
      }
      for (const name of ['a', 'b', 'c']) {
        await rotate(world, filesOf(name));
        assert.equal(served(world, 'tls.key'), filesOf(name)['tls.key']);
      }
      assert.deepEqual(remainsIn(world).length, 2, remainsIn(world).join());
    }
  });

  it('can be killed by the operating system at any instant', async (t) => {
    const world = newWorld(t);
    for (const revisions of [1, 2, 5, 9]) {
      await killWriterAfter(world, revisions);
      const { files, isAsWritten } = await readPresent(world);
      assert.equal(isAsWritten, true);
      assert.equal(served(world, 'tls.crt'), files['tls.crt']);
    }
    await rotate(world, filesOf('last'));
    assert.deepEqual((await readPresent(world)).files, filesOf('last'));
  });
});

it('a write leaves alone what another process may still be laying out', async (t) => {
  const world = newWorld(t);
  await rotate(world, filesOf('old'));
  const unfinished = '.certwright-0123456789abcdef';
  mkdirSync(join(world.path, unfinished));
  await rotate(world, filesOf('new'));
  assert.ok(remainsIn(world).includes(unfinished));
});

describe('a write that the operating system refuses', () => {
  const refusals = [
    ['ENOSPC', /no space is left/],
    ['EDQUOT', /quota/],
    ['EACCES', /no right/],
    ['EROFS', /read-only/],
    ['EIO', /the disk reports an error/],
    ['EMLINK', /EMLINK/],
  ] as const;
  for (const [code, reason] of refusals) {
    it(`says so, and changes nothing: ${code}`, async (t) => {
      for (const operation of ['mkdir', 'writeFile', 'sync', 'chmod', 'rename', 'symlink']) {
        const world = newWorld(t);
        await rotate(world, filesOf('old'));
        const before = (name: string) => {
          if (name === operation) throw systemError(code);
        };
        const refused = interceptingFiles(before, () => rotate(world, filesOf('new')));
        await assert.rejects(refused, ({ message }: Error) => {
          assert.match(message, reason);
          assert.ok(message.startsWith(`directory "${world.path}" cannot be used: `));
          return true;
        });
        assert.deepEqual((await readPresent(world)).files, filesOf('old'));
        assert.ok(remainsIn(world).every((name) => name.startsWith('revision-')));
      }
    });
  }
});

/** Ends a process that writes without a pause, once so many more revisions are there. */
async function killWriterAfter({ path, dataDir, destination }: World, count: number) {
  const store = new URL('../../../storage/directory/file-store.ts', import.meta.url).href;
  const program = `
    import { FileStore } from ${JSON.stringify(store)};
    const store = new FileStore({ dataDir: ${JSON.stringify(dataDir)}, instance: 'this-service' });
    const destination = ${JSON.stringify(destination)};
    for (let number = 0; ; number += 1) {
      const found = await store.read(destination);
      const files = { 'tls.crt': 'certificate ' + number, 'tls.key': 'private key ' + number };
      const write = { targetName: 'web', revision: number + 1, serialNumber: '4a', notAfter: new Date(0), files, found };
      await store.write(destination, write);
    }`;
  const first = revisionIn(path);
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: 'inherit',
  });
  const ended = once(child, 'exit');
  while (revisionIn(path) < first + count) await delay(1);
  child.kill('SIGKILL');
  assert.deepEqual(await ended, [null, 'SIGKILL']);
}

function revisionIn(path: string): number {
  try {
    return Number(readlinkSync(`${path}/current`).replace('revision-', ''));
  } catch {
    return 0;
  }
}
