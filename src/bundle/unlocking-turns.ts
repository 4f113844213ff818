import { PkiError } from '../errors.ts';
import { Turns } from '../turns.ts';

/** Does what makes keys of a password, in its turn; the signal ends it where nobody waits for it any more. */
export type Unlock = <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/** A file at its bound takes some ten seconds, and an ordinary one a fraction of one. */
const MAX_WAITING = 16;

/**
 * Files that passwords protect are opened one after the other: each may ask for seconds of hashing, of which many
 * at once would leave nothing of the process for anybody else.
 */
export class UnlockingTurns {
  readonly #turns = new Turns(1);
  readonly #stopping = new AbortController();
  #inside = 0;

  /**
   * Once `gone` is aborted, its place is free at once, and the work ends soon.
   *
   * @throws {PkiError} `overloaded` where too many wait already, or the service stops; else what `work` throws, or the reason of `gone`
   */
  async run<T>(work: (signal: AbortSignal) => Promise<T>, gone: AbortSignal): Promise<T> {
    if (this.#inside > MAX_WAITING) {
      throw new PkiError('overloaded', 'too many files with a password wait to be opened already');
    }
    const signal = AbortSignal.any([gone, this.#stopping.signal]);
    this.#inside += 1;
    try {
      return await unlessAborted(signal, () =>
        this.#turns.run(async () => {
          signal.throwIfAborted();
          return work(signal);
        }, signal),
      );
    } finally {
      this.#inside -= 1;
    }
  }

  /** Ends what is under way, and what comes: whoever waits for it is told to ask again. */
  stop(): void {
    this.#stopping.abort(new PkiError('overloaded', 'the service stops; ask again'));
  }
}

async function unlessAborted<T>(signal: AbortSignal, begin: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([begin(), aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
