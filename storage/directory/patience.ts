import { setTimeout as pause } from 'node:timers/promises';
import { unavailable } from './file-failure.ts';

/** As long as an API server may take; a disk that works is far faster. */
const PATIENCE_MS = 10_000;
/**
 * A file operation that hangs, as on a network file system whose server is dead, holds one of the four threads that this
 * process has for all its file operations, key pairs and look-ups of names (libuv's pool): one is left to those.
 */
const AT_ONCE = 3;
const LATE = Symbol('late');
const SILENT = 'does not answer';

interface UnderWay {
  /** Never rejects. */
  readonly ended: Promise<unknown>;
  /** Whether nobody waits for it any more. */
  isGivenUp: boolean;
}

/** Bounds how long this service waits for directories, and for how many of them at once. */
export class Patience {
  readonly #patienceMs: number;
  /** By path. */
  readonly #underWay = new Map<string, UnderWay>();

  constructor(patienceMs = PATIENCE_MS) {
    this.#patienceMs = patienceMs;
  }

  /**
   * Runs `work` once nothing else is under way at the directory. What hangs cannot be called back: it is given up, and
   * goes on when the directory answers again; nothing else is begun there before.
   *
   * @throws {PkiError} `target-unavailable` where the directory does not answer, or so many others do not that it must
   *   be left alone; at once, where that is known
   */
  async at<T>(path: string, work: () => Promise<T>): Promise<T> {
    for (let before = this.#inTheWayOf(path); before.length > 0; before = this.#inTheWayOf(path)) {
      await this.#endOfOne(before, path);
    }
    const done = work();
    const ended = done.then(nothing, nothing).finally(() => this.#underWay.delete(path));
    const underWay = { ended, isGivenUp: false };
    this.#underWay.set(path, underWay);
    const first = await this.#inTime([done]);
    if (first !== LATE) return first;
    underWay.isGivenUp = true;
    throw unavailable(path, SILENT);
  }

  #inTheWayOf(path: string): readonly UnderWay[] {
    const before = this.#underWay.get(path);
    if (before) return [before];
    return this.#underWay.size < AT_ONCE ? [] : [...this.#underWay.values()];
  }

  async #endOfOne(inTheWay: readonly UnderWay[], path: string): Promise<void> {
    const isHopeless = inTheWay.every(({ isGivenUp }) => isGivenUp);
    if (!isHopeless && (await this.#inTime(inTheWay.map(({ ended }) => ended))) !== LATE) return;
    if (this.#underWay.has(path)) throw unavailable(path, SILENT);
    const others = [...this.#underWay.keys()].map((other) => `"${other}"`).join(', ');
    throw unavailable(path, `is left alone until one of ${others} answers`);
  }

  async #inTime<T>(works: readonly Promise<T>[]): Promise<T | typeof LATE> {
    const over = new AbortController();
    const late = pause(this.#patienceMs, LATE, { signal: over.signal }).catch(() => LATE);
    try {
      return await Promise.race([...works, late as Promise<typeof LATE>]);
    } finally {
      over.abort();
    }
  }
}

function nothing(): void {}
