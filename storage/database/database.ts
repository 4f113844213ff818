import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type BetterSqlite from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { PkiError } from '../../src/errors.ts';
import { PreparedStatements } from './prepared-statements.ts';
import type { Schema } from './schema.ts';
import type { Refusal, Statement } from './statement.ts';
import { WriteAheadLog } from './write-ahead-log.ts';

/** What has waited so long for another process is given up. */
export const PATIENCE_MS = 5_000;

/** How long the lock is asked for again at each turn of the event loop: a quick commit of another process is over then. */
const EAGER_MS = 3;

/** How often it is asked for after that. */
const RETRY_MS = 1;

/** The database of one process: read through kysely, and written in whole transactions. */
export class Database extends Kysely<Schema> {
  readonly #connection: BetterSqlite.Database;
  readonly #statements: PreparedStatements;
  readonly #log: WriteAheadLog;
  readonly #haveLogShortened: () => Promise<void>;
  #isBeingShortened = false;
  /** How long the last transaction took, its commit included. */
  #lastMs = 0;

  /** `shortenLog` has another process do it; absent: this one does. */
  constructor(connection: BetterSqlite.Database, shortenLog?: () => Promise<void>) {
    const statements = new PreparedStatements(connection);
    super({ dialect: new SqliteDialect({ database: statements }) });
    this.#connection = connection;
    this.#statements = statements;
    this.#log = new WriteAheadLog(statements);
    this.#haveLogShortened = shortenLog ?? this.shortenLog;
  }

  /**
   * Runs `statements` in one transaction, and ends when it is durable.
   *
   * @throws {PkiError} the refusal of a statement, or `overloaded` where another process writes for seconds; nothing
   *   is kept then, nor at any other error
   */
  async transact(statements: readonly Statement[]): Promise<void> {
    await this.transactOnceFree(() => statements);
  }

  /** The same, with what there is to write once no other process writes; what `gather` throws keeps nothing. */
  async transactOnceFree(gather: () => readonly Statement[]): Promise<void> {
    const askedAt = performance.now();
    while (!this.#begin()) {
      const waitedMs = performance.now() - askedAt;
      if (waitedMs > PATIENCE_MS) throw new PkiError('overloaded', 'another process writes');
      // Where commits take as long here, so do those of others.
      const isEager = Math.max(waitedMs, this.#lastMs) < EAGER_MS;
      await (isEager ? nextTurn() : pause(RETRY_MS));
    }
    const beganAt = performance.now();
    this.#complete(gather);
    this.#lastMs = performance.now() - beganAt;
    // Whoever waits for the transaction goes on first.
    setImmediate(() => void this.#keepLogShort());
  }

  /** Copies what the write-ahead log has into the database, portion by portion, and has it begin anew where it is long. */
  readonly shortenLog = async (): Promise<void> => {
    await this.#log.rest();
    if (!this.#connection.open) return;
    this.#blockingAtMost(this.#log.patienceMs(), () => this.#log.shorten());
  };

  /** Without a pause in between, so that nothing else comes into the transaction. */
  #complete(gather: () => readonly Statement[]): void {
    try {
      for (const { sql, parameters, refusal } of gather()) {
        const { changes } = this.#statements.prepare(sql).run(parameters);
        if (refusal && changes !== 1) throw refusedBy(refusal);
      }
      this.#run('commit');
    } catch (error) {
      // SQLite has ended it itself where the disk was full, say.
      if (this.#connection.inTransaction) this.#run('rollback');
      throw error;
    }
  }

  /**
   * `false` while another process writes. At once for writing: whoever began to read first might find that somebody has
   * written meanwhile.
   */
  #begin(): boolean {
    try {
      this.#blockingAtMost(0, () => this.#run('begin immediate'));
      return true;
    } catch (error) {
      // Such as SQLITE_BUSY_RECOVERY, where a process was killed and another one reads the log anew.
      if (String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')) return false;
      throw error;
    }
  }

  async #keepLogShort(): Promise<void> {
    if (!this.#connection.open || this.#isBeingShortened) return;
    this.#isBeingShortened = true;
    try {
      if (this.#log.isLong()) await this.#haveLogShortened();
    } catch {
      // A full disk, say: all that was written stays in the log, and what comes next will say what is wrong.
    } finally {
      this.#isBeingShortened = false;
    }
  }

  /** SQLite waits for other processes as long as that, and blocks this one meanwhile. */
  #blockingAtMost(milliseconds: number, work: () => void): void {
    this.#setBusyTimeout(milliseconds);
    try {
      work();
    } finally {
      this.#setBusyTimeout(PATIENCE_MS);
    }
  }

  #setBusyTimeout(milliseconds: number): void {
    this.#statements.prepare(`pragma busy_timeout = ${milliseconds}`).all([]);
  }

  #run(sql: string): void {
    this.#statements.prepare(sql).run([]);
  }
}

function refusedBy({ code, message, pointer }: Refusal): PkiError {
  const violations = pointer === undefined ? [] : [{ pointer, detail: message }];
  return new PkiError(code, message, { violations });
}
