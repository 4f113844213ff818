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
    const deadline = performance.now() + PATIENCE_MS;
    for (let blockedMs = BLOCKED_MS; !this.#begin(blockedMs); blockedMs = 0) {
      if (performance.now() > deadline) throw new PkiError('overloaded', 'another process writes');
      await pause(RETRY_MS);
    }
    this.#complete(statements);
  }

  /** Without a pause in between, so that nothing else comes into the transaction. */
  #complete(statements: readonly Statement[]): void {
    try {
      for (const { sql, parameters, refusal } of statements) {
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
