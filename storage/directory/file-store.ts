import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Violation } from '../../src/errors.ts';
import type {
  DestinationState,
  DestinationTouch,
  DestinationWrite,
  Writer,
} from '../../src/rotation/destination.ts';
import type { DirectoryDestination } from '../../src/rotation/target.ts';
import { findCurrent, pointCurrentAt, removeCurrent } from './current-link.ts';
import { fileFailure, unavailable } from './file-failure.ts';
import { hashesOf, type Marker } from './marker.ts';
import { type AssertWaitedFor, Patience } from './patience.ts';
import { placeFault, placeViolations } from './place.ts';
import {
  LEFT_BEHIND_MS,
  layOutRevision,
  nextRevision,
  readRevision,
  removeRevisions,
  removeTemporaries,
} from './revision-folder.ts';

/** What the store must keep away from. */
export interface FileStoreOptions {
  /** The canonical path of the folder with this service's own keys and records. */
  readonly dataDir: string;
  /** By which this service tells its own marks from those of another Certwright. */
  readonly instance: string;
  /** How long a read, a write or a removal may take. */
  readonly patienceMs?: number;
}

/**
 * Keeps targets in directories: each revision in a folder of its own, and a link `current` that is
 * swapped by one rename, so that Envoy's file SDS with `watched_directory` takes over the new one.
 */
export class FileStore {
  readonly #dataDir: string;
  readonly #instance: string;
  readonly #patience: Patience;

  constructor({ dataDir, instance, patienceMs }: FileStoreOptions) {
    this.#dataDir = dataDir;
    this.#instance = instance;
    this.#patience = new Patience(patienceMs);
  }

  async violationsOf(destination: DirectoryDestination): Promise<readonly Violation[]> {
    const violations = () => placeViolations(destination, this.#dataDir);
    return this.#patience.at(destination.path, violations);
  }

  async read(destination: DirectoryDestination): Promise<DestinationState> {
    const { path, keyMode } = destination;
    return this.#at(path, async () => {
      const current = await findCurrent(path);
      if (current.kind !== 'ours') return current;
      const { folderName, revision, marker, version } = current;
      const { files, isKeyModeRight } = await readRevision(join(path, folderName), keyMode);
      const isAsWritten =
        isKeyModeRight && isDeepStrictEqual(hashesOf(files), { ...marker?.contentHash });
      const writer = marker && this.#writerOf(marker);
      const present = { kind: 'present', files, isAsWritten, revision, version } as const;
      return writer ? { ...present, writer } : present;
    });
  }

  async write(destination: DirectoryDestination, write: DestinationWrite): Promise<void> {
    const { path } = destination;
    await this.#at(path, async (assertWaitedFor) => {
      // 1. Nothing is written where something else is than was judged.
      const before = await assertUnchanged(path, write);
      // 2. Space that a cut-off write still takes may be the space that this one needs; if not, no harm.
      await removeTemporaries(path, LEFT_BEHIND_MS).catch(() => undefined);
      // 3. The new revision is whole and on the disk before anybody is led to it.
      const revision = Math.max(write.revision, await nextRevision(path, before ?? 0));
      const folderName = await layOutRevision(destination, write, {
        revision,
        instance: this.#instance,
      });
      // 4. One rename, and consumers read the new one.
      await assertUnchanged(path, write);
      assertWaitedFor();
      await pointCurrentAt(path, folderName);
      // 5. A reader may still be at the revision before. What cannot be deleted now is next time.
      await removeRevisions(path, before ?? revision).catch(() => undefined);
    });
  }

  /** A directory tells nobody anything: status and log do. */
  async announce(): Promise<void> {}

  /** Swaps the link for one that leads to the same folder: a rename is what Envoy watches for. */
  async touch({ path }: DirectoryDestination, { version }: DestinationTouch): Promise<boolean> {
    return this.#at(path, async (assertWaitedFor) => {
      const current = await findCurrent(path);
      if (current.kind !== 'ours' || current.version !== version) {
        throw unavailable(path, 'was changed by somebody else meanwhile');
      }
      assertWaitedFor();
      await pointCurrentAt(path, current.folderName);
      return true;
    });
  }

  async remove(destination: DirectoryDestination, targetName: string): Promise<boolean> {
    const { path } = destination;
    const removing = async (assertWaitedFor: AssertWaitedFor) => {
      const current = await findCurrent(path);
      if (current.kind === 'foreign') return false;
      const writer = current.kind === 'ours' && current.marker && this.#writerOf(current.marker);
      if (writer && (writer.target !== targetName || !writer.isThisService)) return false;
      assertWaitedFor();
      await removeCurrent(path);
      await removeRevisions(path, Number.POSITIVE_INFINITY);
      await removeTemporaries(path, 0);
      return current.kind === 'ours';
    };
    return this.#patience.at(path, async (assertWaitedFor) => {
      if (await isGone(path)) return false;
      return this.#checked(path, () => removing(assertWaitedFor));
    });
  }

  /** A mark without an instance may be ours. */
  #writerOf({ target, instance = this.#instance }: Marker): Writer {
    return { target, isThisService: instance === this.#instance };
  }

  #at<T>(path: string, work: (assertWaitedFor: AssertWaitedFor) => Promise<T>): Promise<T> {
    return this.#patience.at(path, (assertWaitedFor) =>
      this.#checked(path, () => work(assertWaitedFor)),
    );
  }

  /** Works at a place that is still what was accepted; a link put in its way is not followed. */
  async #checked<T>(path: string, work: () => Promise<T>): Promise<T> {
    try {
      const fault = await placeFault(path, this.#dataDir);
      if (fault !== undefined) throw unavailable(path, fault);
      return await work();
    } catch (error) {
      throw fileFailure(error, path);
    }
  }
}

/** The revision that `current` leads to, if it is the one that was judged. */
async function assertUnchanged(
  path: string,
  { found }: DestinationWrite,
): Promise<number | undefined> {
  const current = await findCurrent(path);
  const isSame =
    found.kind === 'absent'
      ? current.kind === 'absent'
      : current.kind === 'ours' && current.version === found.version;
  if (!isSame) throw unavailable(path, 'was changed by somebody else meanwhile');
  return current.kind === 'ours' ? current.revision : undefined;
}

async function isGone(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
