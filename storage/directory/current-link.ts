import { lstat, readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder, temporaryName } from './durable.ts';
import { findMarker, type Marker, sha256 } from './marker.ts';

/** The link that consumers read through; a rename of it is what Envoy watches for. */
const LINK_NAME = 'current';
const REVISION_NAME = /^revision-([1-9]\d{0,14})$/;

/** What `current` is found to be. */
export type Current =
  | { readonly kind: 'absent' }
  | { readonly kind: 'foreign'; readonly owner: string }
  | {
      readonly kind: 'ours';
      readonly folderName: string;
      readonly revision: number;
      /** Absent where the folder itself is gone, and the link leads nowhere. */
      readonly marker: Marker | undefined;
      readonly version: string;
    };

/** The name of a revision's folder. */
export function revisionName(revision: number): string {
  return `revision-${revision}`;
}

/** The number in a name that revisions have; `undefined` for any other name. */
export function revisionNumber(name: string): number | undefined {
  const [, digits] = REVISION_NAME.exec(name) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** Whose the link is: ours only when it leads to a revision that this service has written. */
export async function findCurrent(path: string): Promise<Current> {
  const folderName = await linkTarget(join(path, LINK_NAME));
  if (folderName === undefined) return { kind: 'absent' };
  const revision = revisionNumber(folderName ?? '');
  if (folderName === null || revision === undefined) {
    return { kind: 'foreign', owner: 'somebody else ("current" is no link of Certwright)' };
  }
  const folder = join(path, folderName);
  const marker = await findMarker(folder);
  if (marker === undefined && !(await isMissing(folder))) {
    return { kind: 'foreign', owner: `somebody else ("${folderName}" has no mark of Certwright)` };
  }
  const version = `${folderName} ${sha256(JSON.stringify(marker ?? null))}`;
  return { kind: 'ours', folderName, revision, marker, version };
}

/** Leads consumers to another revision in one step: they see the old one or the new one. */
export async function pointCurrentAt(path: string, folderName: string): Promise<void> {
  const temporary = join(path, temporaryName());
  await symlink(folderName, temporary);
  try {
    await rename(temporary, join(path, LINK_NAME));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(path);
}

/** Takes the link away; what it led to stays. */
export async function removeCurrent(path: string): Promise<void> {
  await rm(join(path, LINK_NAME), { force: true });
  await syncFolder(path);
}

/** `undefined` where nothing is, `null` where something is that is no link. */
async function linkTarget(link: string): Promise<string | null | undefined> {
  try {
    return await readlink(link);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'EINVAL') return null;
    throw error;
  }
}

async function isMissing(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
}
