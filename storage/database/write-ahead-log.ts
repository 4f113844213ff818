import type { PreparedStatements } from './prepared-statements.ts';

/** 16 MiB, which take a process about 20 ms on a quick disk, and it does nothing else meanwhile. */
const MAX_PAGES = 4_096;

/** By how much longer it is before the next try, where somebody who reads or writes did not let it be finished. */
const GROWTH_UNTIL_NEXT_TRY = 1.25;

/**
 * How long the last step waits for a transaction of somebody else, and then for those who read. Meanwhile it has the lock
 * and sleeps, and all who write wait for it, so that it rather fails; on a slow disk it may do so again and again.
 */
const PATIENCE_MS = 3;

/** The same once the log is so long that it must not fail any more. */
const LAST_PATIENCE_MS = 100;
const VERY_LONG_PAGES = 4 * MAX_PAGES;

/**
 * The first copies nearly all of it into the database, while other processes go on to write; the second what they wrote
 * meanwhile, and makes the database durable; for the last, which they wait for, next to nothing is left to do.
 */
const STEPS = ['passive', 'passive', 'restart'] as const;

interface Outcome {
  /** 1 where another process copies, or did not let it be finished. */
  readonly busy: number;
  /** How many pages the log has; -1 where there is none, as in memory. */
  readonly log: number;
}

/**
 * Keeps SQLite's write-ahead log short (https://www.sqlite.org/wal.html#ckpt). What SQLite does of itself after a commit
 * lets the log begin anew only where nobody has written meanwhile: while several processes write without a pause the log
 * grows, and every commit copies and waits for the disk again, in vain.
 */
export class WriteAheadLog {
  readonly #statements: PreparedStatements;
  #maxPages = MAX_PAGES;

  constructor(statements: PreparedStatements) {
    this.#statements = statements;
  }

  isLong(): boolean {
    return this.#checkpoint('noop').log >= this.#maxPages;
  }

  /** How long SQLite is to wait for others while it is shortened. */
  patienceMs(): number {
    return this.#checkpoint('noop').log < VERY_LONG_PAGES ? PATIENCE_MS : LAST_PATIENCE_MS;
  }

  /**
   * Copies it into the database where it is long, and has the next transaction begin it anew; waits for others as
   * `busy_timeout` says, and where they go on regardless, tries again when it has become longer.
   */
  shorten(): void {
    const { log } = this.#checkpoint('noop');
    if (log < this.#maxPages) return;
    const isDone = STEPS.every((step) => this.#checkpoint(step).busy === 0);
    this.#maxPages = isDone ? MAX_PAGES : log * GROWTH_UNTIL_NEXT_TRY;
  }

  #checkpoint(how: 'noop' | (typeof STEPS)[number]): Outcome {
    const [outcome] = this.#statements.prepare(`pragma wal_checkpoint(${how})`).all([]);
    return outcome as Outcome;
  }
}
