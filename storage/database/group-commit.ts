import { PkiError } from '../../src/errors.ts';
import type { Database } from './database.ts';
import { manyRows } from './many-rows.ts';
import type { Commit, Statement } from './statement.ts';

export interface GroupCommitTerms {
  /**
   * How long the first of a group waits at most for others to share its commit, in milliseconds; 0: not at all.
   * While transactions come one at a time, none of them waits.
   */
  readonly waitMs: number;
  /** What comes while so many wait is refused; one transaction counts for a tenth of them at most. */
  readonly maxStatements: number;
}

interface Waiting {
  readonly statements: readonly Statement[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes transactions durable in groups: those that arrive together share one commit, and so one wait
 * for the disk. Each is still kept or dropped as a whole, and alone: where one of a group fails, the
 * others are kept.
 */
export class GroupCommit {
  readonly #db: Pick<Database, 'transact' | 'transactOnceFree'>;
  readonly #terms: GroupCommitTerms;
  #waiting: Waiting[] = [];
  #waitingStatements = 0;
  /** When the first of those that wait came, in milliseconds of the process. */
  #waitingSince = 0;
  #isScheduled = false;
  /** Whether the last commit had several transactions to share it. */
  #isShared = false;

  constructor(db: Pick<Database, 'transact' | 'transactOnceFree'>, terms: GroupCommitTerms) {
    this.#db = db;
    this.#terms = terms;
  }

  /**
   * Ends when all of `statements` are durable.
   *
   * @throws {PkiError} `overloaded` where too many wait already or another process writes for seconds, or the refusal
   *   of a statement
   */
  readonly commit: Commit = (statements) => {
    const waiting = this.#waitingStatements;
    const weight = this.#weightOf(statements);
    if (waiting + weight > this.#terms.maxStatements) {
      return Promise.reject(new PkiError('overloaded', 'too many records wait to be written'));
    }
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) this.#waitingSince = performance.now();
      this.#waiting.push({ statements, resolve, reject });
      this.#waitingStatements += weight;
      this.#schedule();
    });
  };

  /** However long one transaction is, it neither waits in vain nor keeps out all others; whoever makes such has few at a time. */
  #weightOf(statements: readonly Statement[]): number {
    return Math.min(statements.length, Math.ceil(this.#terms.maxStatements / 10));
  }

  #schedule(): void {
    if (this.#isScheduled || this.#waiting.length === 0) return;
    this.#isScheduled = true;
    const run = () => void this.#commitGroup();
    // Those that came while the last commit went on have waited already.
    const leftMs = this.#terms.waitMs - (performance.now() - this.#waitingSince);
    if (this.#isShared && leftMs >= 1) setTimeout(run, leftMs);
    else setImmediate(run);
  }

  async #commitGroup(): Promise<void> {
    let group: readonly Waiting[] = [];
    try {
      // Whoever comes while another process writes is of the group as well.
      await this.#db.transactOnceFree(() => {
        group = this.#take();
        return manyRows(group.flatMap(({ statements }) => statements));
      });
      for (const { resolve } of group) resolve();
    } catch (error) {
      await this.#commitEach(group.length > 0 ? group : this.#take(), error);
    }
    this.#isShared = group.length > 1;
    this.#isScheduled = false;
    this.#schedule();
  }

  #take(): readonly Waiting[] {
    const group = this.#waiting;
    this.#waiting = [];
    this.#waitingStatements = 0;
    return group;
  }

  /**
   * A group of one has failed for its own sake, and one that found the database locked for seconds would only find it so
   * again; otherwise each gets a transaction of its own.
   */
  async #commitEach(group: readonly Waiting[], error: unknown): Promise<void> {
    const isLocked = error instanceof PkiError && error.code === 'overloaded';
    for (const { statements, resolve, reject } of group) {
      if (group.length === 1 || isLocked) reject(error);
      else await this.#db.transact(manyRows(statements)).then(resolve, reject);
    }
  }
}
