import { stat } from 'node:fs/promises';
import { unavailable } from './file-failure.ts';

/** As long as an API server may take; a disk that works is far faster. */
const PATIENCE_MS = 10_000;
/**
 * A file operation that hangs, as on a network file system whose server is dead, holds one of the four threads that this
 * process has for all its file operations, key pairs and look-ups of names (libuv's pool): one is left to those.
 */
const AT_ONCE = 3;
/** Of one file system: where it hangs, the others go on. Two that hang stop all directories, until one answers. */
const AT_ONCE_OF_ONE = AT_ONCE - 1;
const SILENT = 'does not answer';

/**
 * To be called before a step that cannot be undone: what somebody was told has failed must not be done later.
 *
 * @throws {PkiError} `target-unavailable` where nobody waits for the work any more
 */
export type AssertWaitedFor = () => void;

interface Waiting {
  readonly path: string;
  readonly begin: () => void;
  readonly reject: (error: unknown) => void;
}

/** Bounds how long this service waits for directories, and for how many of them at once. */
export class Patience {
  readonly #patienceMs: number;
  /** By path, whether the work there is given up. */
  readonly #underWay = new Map<string, { isGivenUp: boolean }>();
  /** First come, first served. */
  #waiting: readonly Waiting[] = [];
  /** By path, on which file system it was when it answered first. */
  readonly #devices = new Map<string, number>();

  constructor(patienceMs = PATIENCE_MS) {
    this.#patienceMs = patienceMs;
  }

  /**
   * Runs `work` once nothing else is under way at the directory. What hangs cannot be called back: it is given up, and
   * nothing else is begun there, nor elsewhere on its file system, before the directory answers again.
   *
   * @throws {PkiError} `target-unavailable` where the directory does not answer, or so many others do not that it must
   *   be left alone; at once, where that is known
   */
  at<T>(path: string, work: (assertWaitedFor: AssertWaitedFor) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const words = this.#hopelessness(path);
      if (words !== undefined) return reject(unavailable(path, words));
      const begin = () => {
        const state = { isGivenUp: false };
        this.#underWay.set(path, state);
        const timer = setTimeout(() => {
          state.isGivenUp = true;
          reject(unavailable(path, SILENT));
        }, this.#patienceMs);
        const assertWaitedFor = () => {
          if (state.isGivenUp) throw unavailable(path, SILENT);
        };
        const end = () => {
          clearTimeout(timer);
          this.#underWay.delete(path);
          this.#beginNext();
        };
        this.#done(path, () => work(assertWaitedFor))
          .then(resolve, reject)
          .finally(end);
      };
      if (this.#hasRoomFor(path)) begin();
      else this.#wait({ path, begin, reject });
    });
  }

  async #done<T>(path: string, work: () => Promise<T>): Promise<T> {
    const result = await work();
    if (!this.#devices.has(path)) {
      const found = await stat(path).catch(() => undefined);
      if (found) this.#devices.set(path, found.dev);
    }
    return result;
  }

  #wait({ path, begin, reject }: Waiting): void {
    const leave = () => {
      clearTimeout(timer);
      this.#waiting = this.#waiting.filter((one) => one !== waiting);
    };
    const waiting: Waiting = {
      path,
      begin: () => {
        leave();
        begin();
      },
      reject: (error) => {
        leave();
        reject(error);
      },
    };
    const giveUp = () => waiting.reject(unavailable(path, this.#hopelessness(path) ?? SILENT));
    const timer = setTimeout(giveUp, this.#patienceMs);
    this.#waiting = [...this.#waiting, waiting];
  }

  #beginNext(): void {
    for (const { path, begin, reject } of this.#waiting) {
      const words = this.#hopelessness(path);
      if (words !== undefined) reject(unavailable(path, words));
      else if (this.#hasRoomFor(path)) begin();
    }
  }

  #hasRoomFor(path: string): boolean {
    const device = this.#devices.get(path);
    const beside = [...this.#underWay.keys()].filter((other) => {
      return device !== undefined && this.#devices.get(other) === device;
    });
    const isRoom = this.#underWay.size < AT_ONCE && beside.length < AT_ONCE_OF_ONE;
    return isRoom && !this.#underWay.has(path);
  }

  /** Why nobody need wait for a directory; `undefined` where it may answer. */
  #hopelessness(path: string): string | undefined {
    const silent = [...this.#underWay].flatMap(([at, { isGivenUp }]) => (isGivenUp ? [at] : []));
    if (silent.includes(path)) return SILENT;
    const device = this.#devices.get(path);
    const isBeside = (other: string) => device !== undefined && this.#devices.get(other) === device;
    if (silent.some(isBeside)) return 'is on a file system that does not answer';
    if (silent.length < AT_ONCE) return undefined;
    return `is left alone as long as ${AT_ONCE} others do not answer`;
  }
}
