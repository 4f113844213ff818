import type { Commit, Statement } from './statement.ts';

/** The way of one piece of work into a transaction that it shares with others. */
export interface Share {
  /** Hands in what the piece writes, once, and ends when everything of everybody is durable. */
  readonly commit: Commit;
  /** Says that the piece hands in nothing any more. */
  readonly end: () => void;
}

/**
 * One transaction of several pieces of work. It is made when each of them has handed in its part or
 * has ended without one, and is kept or dropped as a whole.
 */
export class SharedCommit {
  readonly #commit: Commit;
  readonly #statements: Statement[] = [];
  readonly #outcome = Promise.withResolvers<void>();
  #awaited: number;

  constructor(shares: number, commit: Commit) {
    this.#awaited = shares;
    this.#commit = commit;
    // It may fail when nobody has anything in it.
    this.#outcome.promise.catch(() => undefined);
  }

  share(): Share {
    let isDone = false;
    const end = () => {
      if (isDone) return;
      isDone = true;
      this.#awaited -= 1;
      if (this.#awaited === 0) this.#make();
    };
    const commit: Commit = (statements) => {
      if (isDone) return Promise.reject(new Error('this part was handed in already'));
      this.#statements.push(...statements);
      end();
      return this.#outcome.promise;
    };
    return { commit, end };
  }

  /** Writes nothing: whoever has handed in a part fails with `reason`. */
  abandon(reason: unknown): void {
    this.#outcome.reject(reason);
  }

  #make(): void {
    const { resolve, reject } = this.#outcome;
    if (this.#statements.length === 0) resolve();
    else this.#commit(this.#statements).then(resolve, reject);
  }
}
