import { setTimeout as pause } from 'node:timers/promises';
import type BetterSqlite from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { PkiError } from '../../src/errors.ts';
import { PreparedStatements } from './prepared-statements.ts';
import type { Schema } from './schema.ts';
import type { Statement } from './statement.ts';

/** While another process writes; its commit takes about as long. */
const RETRY_MS = 1;

/** What has waited so long for another process is given up. */
export const PATIENCE_MS = 5_000;

/** How long SQLite itself waits for the lock, and only at first: it blocks the whole process meanwhile. */
const BLOCKED_MS = 3;

/** The database of one process: read through kysely, and written in whole transactions. */
export class Database extends Kysely<Schema> {
  readonly #connection: BetterSqlite.Database;
  readonly #statements: PreparedStatements;
  /** How long the last transaction took, its commit included. */
  #lastMs = 0;

  constructor(connection: BetterSqlite.Database) {
    const statements = new PreparedStatements(connection);
    super({ dialect: new SqliteDialect({ database: statements }) });
    this.#connection = connection;
    this.#statements = statements;
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
    const deadline = performance.now() + PATIENCE_MS;
    // Where commits take so long, there is more to do meanwhile than to wait.
    const firstMs = this.#lastMs < BLOCKED_MS ? BLOCKED_MS : 0;
    for (let blockedMs = firstMs; !this.#begin(blockedMs); blockedMs = 0) {
      if (performance.now() > deadline) throw new PkiError('overloaded', 'another process writes');
      await pause(RETRY_MS);
    }
    const beganAt = performance.now();
    this.#complete(gather);
    this.#lastMs = performance.now() - beganAt;
  }

  /** Without a pause in between, so that nothing else comes into the transaction. */
  #complete(gather: () => readonly Statement[]): void {
    try {
      for (const { sql, parameters, refusal } of gather()) {
        const { changes } = this.#statements.prepare(sql).run(parameters);
        if (refusal && changes !== 1) throw new PkiError(refusal.code, refusal.message);
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
  #begin(blockedMs: number): boolean {
    this.#setBusyTimeout(blockedMs);
    try {
      this.#run('begin immediate');
      return true;
    } catch (error) {
      if ((error as { code?: unknown }).code === 'SQLITE_BUSY') return false;
      throw error;
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
