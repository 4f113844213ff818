import { setTimeout as pause } from 'node:timers/promises';
import type { PreparedStatements } from './prepared-statements.ts';

/** 16 MiB, after which it begins anew. */
const MAX_PAGES = 4_096;

/**
 * 1 MiB, which take a process 3 ms or so on a quick disk, and it does nothing else meanwhile. Copied only when it is long,
 * the log of a database with many certificates makes all who commit wait for the disk by the hundred milliseconds.
 */
const PORTION_PAGES = 256;

/** How much longer than a portion took, on a slow disk too, the process does something else before the next one. */
const REST = 4;
const MAX_REST_MS = 250;

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
  /** How many pages the log has, and how many of them are in the database already; -1 where there is none, as in memory. */
  readonly log: number;
  readonly checkpointed: number;
}

/**
 * Keeps SQLite's write-ahead log short (https://www.sqlite.org/wal.html#ckpt). What SQLite does of itself after a commit
 * lets the log begin anew only where nobody has written meanwhile: while several processes write without a pause the log
 * grows, and every commit copies and waits for the disk again, in vain.
 */
export class WriteAheadLog {
  readonly #statements: PreparedStatements;
  #maxPages = MAX_PAGES;
  /** In milliseconds of the process. */
  #restUntil = 0;

  constructor(statements: PreparedStatements) {
    this.#statements = statements;
  }

  /** Whether {@link shorten} has anything to do. */
  isLong(): boolean {
    const { log, checkpointed } = this.#checkpoint('noop');
    return log >= this.#maxPages || log - checkpointed >= PORTION_PAGES;
  }

  /** Until the process has had its time for something else. */
  async rest(): Promise<void> {
    const leftMs = this.#restUntil - performance.now();
    if (leftMs > 0) await pause(leftMs);
  }

  /** How long SQLite is to wait for others while it is shortened. */
  patienceMs(): number {
    return this.#checkpoint('noop').log < VERY_LONG_PAGES ? PATIENCE_MS : LAST_PATIENCE_MS;
  }

  /**
   * Copies a portion of it into the database, or where it is long all, and has the next transaction begin it anew; waits for
   * others then as `busy_timeout` says, and where they go on regardless, tries again when it has become longer.
   */
  shorten(): void {
    const { log, checkpointed } = this.#checkpoint('noop');
    if (log >= this.#maxPages) {
      const isDone = STEPS.every((step) => this.#checkpoint(step).busy === 0);
      this.#maxPages = isDone ? MAX_PAGES : log * GROWTH_UNTIL_NEXT_TRY;
    } else if (log - checkpointed >= PORTION_PAGES) {
      const beganAt = performance.now();
      const isAnyCopied = this.#checkpoint('passive').checkpointed > checkpointed;
      const endedAt = performance.now();
      // Somebody who reads may not let it go on.
      const restMs = isAnyCopied ? REST * (endedAt - beganAt) : MAX_REST_MS;
      this.#restUntil = endedAt + Math.min(restMs, MAX_REST_MS);
    }
  }

  #checkpoint(how: 'noop' | (typeof STEPS)[number]): Outcome {
    const [outcome] = this.#statements.prepare(`pragma wal_checkpoint(${how})`).all([]);
    return outcome as Outcome;
  }
}
