import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { isAbsolute, resolve, sep } from 'node:path';
import type { Violation } from '../../src/errors.ts';
import type { DirectoryDestination } from '../../src/rotation/target.ts';
import { systemCodeOf } from './file-failure.ts';

/** The set-group-ID bit (inode(7)): what is made in such a directory gets its group. */
const S_ISGID = 0o2000;

/** Everything that keeps `destination` from ever being written. */
export async function placeViolations(
  { path, keyMode }: DirectoryDestination,
  dataDir: string,
): Promise<readonly Violation[]> {
  const fault = await placeFault(path, dataDir);
  if (fault !== undefined) return [{ pointer: '/destination/path', detail: fault }];
  if (keyMode === '0600' || (await canShareWithGroupOf(path))) return [];
  const detail = 'must be 0600, since this service is not in the group of the directory';
  return [{ pointer: '/destination/keyMode', detail }];
}

/**
 * What is wrong with a directory: it must be named by its one true path, outside the folder with
 * this service's own keys, and be ours to change.
 *
 * The answer holds for this moment. Whoever may rename the folders above can still move the place
 * away under a write that has begun; they could as well replace what was written.
 */
export async function placeFault(path: string, dataDir: string): Promise<string | undefined> {
  return formFault(path) ?? overlapFault(path, dataDir) ?? (await folderFault(path));
}

function formFault(path: string): string | undefined {
  const isCanonical = isAbsolute(path) && resolve(path) === path && !path.includes('\0');
  return isCanonical
    ? undefined
    : 'must be absolute, without "." or ".." and without a final slash';
}

function overlapFault(path: string, dataDir: string): string | undefined {
  if (path === sep) return 'must not be the root of the file system';
  const [place, data] = [path + sep, dataDir + sep];
  const isApart = !place.startsWith(data) && !data.startsWith(place);
  return isApart ? undefined : 'must be outside the data folder of this service, and not hold it';
}

async function folderFault(path: string): Promise<string | undefined> {
  const { R_OK, W_OK, X_OK } = constants;
  try {
    if ((await realpath(path)) !== path) return 'must have no symbolic link in it';
    if (!(await stat(path)).isDirectory()) return 'must be a directory';
    await access(path, R_OK | W_OK | X_OK);
    return undefined;
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === undefined) throw error;
    if (code === 'ENOENT') return 'must exist on the service’s machine';
    const isDenied = ['EACCES', 'EPERM', 'EROFS'].includes(code);
    return isDenied ? 'must be writable by this service' : 'cannot be reached by this service';
  }
}

/** A file's owner may give it only to a group of theirs, unless the directory's bit does it for them. */
async function canShareWithGroupOf(path: string): Promise<boolean> {
  const { gid, mode } = await stat(path);
  const groups = [process.getegid?.(), ...(process.getgroups?.() ?? [])];
  return process.geteuid?.() === 0 || (mode & S_ISGID) !== 0 || groups.includes(gid);
}
