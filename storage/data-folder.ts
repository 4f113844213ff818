import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Only the service itself may list or read what lies in a data folder that it makes. */
const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;
const ROOT_FILE = 'root.pem';

/** Makes the data folder where there is none, and tells its canonical path. */
export async function openDataFolder(path: string): Promise<string> {
  await mkdir(path, { recursive: true, mode: PRIVATE_FOLDER });
  return realpath(path);
}

/** A secret that lies in a file of its own. */
export interface SecretFile<T> {
  readonly content: T;
  /** Whether others than its owner and its group may read the file; Kubernetes grants the group. */
  readonly isReadableByOthers: boolean;
}

/**
 * Reads a secret; where there is none yet and `make` is given, writes what it makes with mode 0600.
 *
 * The file appears under its name only when it is complete, so that a start that is cut off leaves
 * no half of a key behind.
 */
export function readSecretFile(
  path: string,
  make: (() => Uint8Array) | undefined,
): SecretFile<Buffer> | undefined {
  if (!existsSync(path)) {
    if (!make) return undefined;
    const temporary = `${path}.new`;
    writeFileSync(temporary, make(), { mode: PRIVATE_FILE, flush: true });
    chmodSync(temporary, PRIVATE_FILE);
    renameSync(temporary, path);
    syncFolder(dirname(path));
  }
  return { content: readFileSync(path), isReadableByOthers: (statSync(path).mode & 0o007) !== 0 };
}

/** Writes the root for clients to trust, and tells where. */
export function writeRoot(dataDir: string, pem: string): string {
  const path = join(dataDir, ROOT_FILE);
  writeFileSync(`${path}.new`, pem, { mode: 0o644, flush: true });
  renameSync(`${path}.new`, path);
  return path;
}

/** A rename is durable only with its folder: keys that are sealed under a lost key are lost too. */
function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  fsyncSync(folder);
  closeSync(folder);
}
