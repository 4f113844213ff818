import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { PkiError } from '../../../src/errors.ts';
import type {
  DestinationFiles,
  DestinationState,
  DestinationStore,
} from '../../../src/rotation/destination.ts';
import type { DirectoryDestination } from '../../../src/rotation/target.ts';
import { FileStore } from '../../../storage/directory/file-store.ts';

export type Store = DestinationStore<DirectoryDestination>;
export type Present = Extract<DestinationState, { kind: 'present' }>;

/** A directory to keep supplied, and the store for it, in a folder that is gone after the test. */
export interface World {
  readonly root: string;
  readonly dataDir: string;
  readonly path: string;
  readonly store: Store;
  readonly destination: DirectoryDestination;
}

export function newWorld(t: TestContext, other: Partial<DirectoryDestination> = {}): World {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'certwright-directory-')));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const [dataDir, path] = [join(root, 'data'), join(root, 'place')];
  for (const folder of [dataDir, path]) mkdirSync(folder);
  const destination: DirectoryDestination = {
    type: 'directory',
    path,
    keyMode: '0600',
    includeRoot: true,
    clientAuthorities: [],
    clientTrust: 'issuer',
    ...other,
  };
  return {
    root,
    dataDir,
    path,
    store: new FileStore({ dataDir, instance: 'this-service' }),
    destination,
  };
}

/** A pair whose parts can be told from those of any other pair. */
export function filesOf(name: string, clientAuthorities?: string): DestinationFiles {
  const pair = { 'tls.crt': `certificate ${name}\n`, 'tls.key': `private key ${name}\n` };
  return clientAuthorities === undefined ? pair : { ...pair, 'ca.crt': clientAuthorities };
}

/** Reads, and writes over what was found, as a rotation does. */
export async function rotate(
  { store, destination }: World,
  files: DestinationFiles,
  targetName = 'web',
): Promise<void> {
  const found = await store.read(destination);
  assert.notEqual(found.kind, 'foreign');
  if (found.kind === 'foreign') return;
  const notAfter = new Date('2030-01-02T03:04:05Z');
  const revision = found.kind === 'present' ? found.revision + 1 : 1;
  const write = { targetName, revision, serialNumber: '4a', notAfter, files, found };
  await store.write(destination, write);
}

export async function readPresent({ store, destination }: World): Promise<Present> {
  const state = await store.read(destination);
  assert.equal(state.kind, 'present');
  return state;
}

/** A file as a consumer reads it. */
export function served({ path }: World, name: string): string {
  return readFileSync(join(path, 'current', name), 'utf8');
}

/** What is thrown, and shown to users, when a directory cannot be used. */
export function isUnavailable(reason: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof PkiError);
    assert.equal(error.code, 'target-unavailable');
    assert.match(error.message, reason);
    return true;
  };
}
