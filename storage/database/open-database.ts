import { closeSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { migrate } from './migrations.ts';
import { PreparedStatements } from './prepared-statements.ts';
import type { Schema } from './schema.ts';

/** How long a statement waits for another process that writes. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * 32 MiB: indexes by serial number have their pages written all over again, and each checkpoint copies every page
 * once, however often it was written since the last.
 */
const PAGES_BETWEEN_CHECKPOINTS = 8_192;

/**
 * Opens the SQLite database at `path` (`:memory:` for one that is gone afterwards) and brings it to
 * today's form.
 *
 * `synchronous = FULL` makes every commit durable before it returns, which is the promise that no
 * certificate leaves before its record is.
 */
export async function openDatabase(path: string): Promise<Kysely<Schema>> {
  // SQLite gives its journal files the mode of the database file, which holds sealed keys.
  if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
  const database = new Database(path, { timeout: BUSY_TIMEOUT_MS });
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  database.pragma(`wal_autocheckpoint = ${PAGES_BETWEEN_CHECKPOINTS}`);
  const db = new Kysely<Schema>({
    dialect: new SqliteDialect({ database: new PreparedStatements(database) }),
  });
  await migrateAtOnce(database, db);
  return db;
}

/**
 * All steps or none: kysely does not know that SQLite's DDL is transactional, and a start that is cut
 * off half way must leave a database that the next one can begin with. Two that start together wait
 * for each other here.
 */
async function migrateAtOnce(database: Database.Database, db: Kysely<Schema>): Promise<void> {
  database.exec('BEGIN IMMEDIATE');
  try {
    await migrate(db);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    await db.destroy();
    throw error;
  }
}
