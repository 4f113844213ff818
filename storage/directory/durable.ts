import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';

const TEMPORARY_PREFIX = '.certwright-';

/** A name for something that is not finished; whatever bears one may be deleted. */
export function temporaryName(): string {
  return TEMPORARY_PREFIX + randomBytes(8).toString('hex');
}

/** Whether a name is one that `temporaryName` makes. */
export function isTemporaryName(name: string): boolean {
  return /^\.certwright-[0-9a-f]{16}$/.test(name);
}

/** What a new file gets besides its text, whatever the process's umask. */
export interface FileRights {
  readonly mode: number;
  /** Absent: the group that the file system chooses. */
  readonly gid?: number | undefined;
}

/** Creates a file whose text and rights survive a power failure once this returns. */
export async function writeDurably(path: string, text: string, rights: FileRights): Promise<void> {
  const { mode, gid } = rights;
  await using handle = await open(path, 'wx', 0o600);
  const found = await handle.stat();
  if (gid !== undefined && gid !== found.gid) await handle.chown(found.uid, gid);
  await handle.chmod(mode);
  await handle.writeFile(text);
  await handle.sync();
}

/** Makes the names in a folder survive a power failure. */
export async function syncFolder(path: string): Promise<void> {
  await using handle = await open(path, 'r');
  await handle.sync();
}
