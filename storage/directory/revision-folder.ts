import { chmod, lstat, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DestinationFiles, DestinationWrite } from '../../src/rotation/destination.ts';
import type { DirectoryDestination } from '../../src/rotation/target.ts';
import { revisionName, revisionNumber } from './current-link.ts';
import { isTemporaryName, syncFolder, temporaryName, writeDurably } from './durable.ts';
import { findMarker, MARKER_NAME, markerText } from './marker.ts';
import { readSmallFile } from './small-file.ts';

const FOLDER_MODE = 0o755;
const PUBLIC_MODE = 0o644;
const FILE_NAMES = ['tls.crt', 'tls.key', 'ca.crt'] as const satisfies (keyof DestinationFiles)[];

/** The files of a revision, and whether its key is as private as it should be. */
export interface RevisionFiles {
  readonly files: Partial<DestinationFiles>;
  readonly isKeyModeRight: boolean;
}

/** What a revision's folder holds now, whoever has been at it since. */
export async function readRevision(folder: string, keyMode: string): Promise<RevisionFiles> {
  const texts: Partial<Record<keyof DestinationFiles, string>> = {};
  let keyFileMode: number | undefined;
  // One after the other: a place that hangs then holds no more than one of this process's threads.
  for (const name of FILE_NAMES) {
    const file = await readSmallFile(join(folder, name));
    if (file) texts[name] = file.text;
    if (name === 'tls.key') keyFileMode = file?.mode;
  }
  return { files: texts, isKeyModeRight: keyFileMode === Number.parseInt(keyMode, 8) };
}

/**
 * Writes a revision's whole folder beside the others, under its name only once all of it is on the
 * disk, and gives that name. Nobody reads it before `current` leads there.
 */
export async function layOutRevision(
  { path, keyMode }: DirectoryDestination,
  write: DestinationWrite,
  { revision, instance }: { readonly revision: number; readonly instance: string },
): Promise<string> {
  const name = revisionName(revision);
  const temporary = join(path, temporaryName());
  const gid = keyMode === '0640' ? (await stat(path)).gid : undefined;
  await mkdir(temporary);
  try {
    for (const [file, text] of Object.entries(write.files)) {
      const keyRights = { mode: Number.parseInt(keyMode, 8), gid };
      const rights = file === 'tls.key' ? keyRights : { mode: PUBLIC_MODE };
      await writeDurably(join(temporary, file), String(text), rights);
    }
    const marker = markerText(revision, write, instance);
    await writeDurably(join(temporary, MARKER_NAME), marker, { mode: PUBLIC_MODE });
    // Last, for it takes away the set-group-ID bit by which the files get the directory's group.
    await chmod(temporary, FOLDER_MODE);
    await syncFolder(temporary);
    // Two writers at once choose the same number, and the second fails here: a folder is in the way.
    await rename(temporary, join(path, name));
  } catch (error) {
    await removeFolder(temporary).catch(() => undefined);
    throw error;
  }
  await syncFolder(path);
  return name;
}

/**
 * One more than `before` and than any revision that is there: the remains of a write that was cut
 * short are among them, and the folder that a dangling `current` names is not.
 */
export async function nextRevision(path: string, before: number): Promise<number> {
  const numbers = (await readdir(path)).map((name) => revisionNumber(name) ?? 0);
  return Math.max(before, ...numbers) + 1;
}

/** No write takes a tenth of it: what is older was left behind, and what is younger may be in the making. */
export const LEFT_BEHIND_MS = 60_000;

/**
 * Deletes what writes that were cut short have left behind, `minimumAgeMs` ago or longer: a second
 * process must not take files out of a folder that a first one is about to put under its name.
 */
export async function removeTemporaries(path: string, minimumAgeMs: number): Promise<void> {
  const latest = Date.now() - minimumAgeMs;
  for (const name of (await readdir(path)).filter(isTemporaryName)) {
    const temporary = join(path, name);
    const stats = await lstat(temporary);
    if (stats.mtimeMs <= latest) await removeFolder(temporary);
  }
}

/**
 * Deletes the revisions of ours below a number. Whatever another process is about to point `current`
 * at has a number that is not below.
 */
export async function removeRevisions(path: string, below: number): Promise<void> {
  for (const name of await readdir(path)) {
    if ((revisionNumber(name) ?? below) >= below) continue;
    if (await findMarker(join(path, name))) await discard(path, name);
  }
}

/** Away with all of it at once: half a revision, without its mark, would be nobody's. */
async function discard(path: string, name: string): Promise<void> {
  const temporary = join(path, temporaryName());
  await rename(join(path, name), temporary);
  await removeFolder(temporary);
}

/** File by file, where `rm` would take away many at once: see {@link readRevision}. */
async function removeFolder(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) await rm(join(folder, name), { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
}
