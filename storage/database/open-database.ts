import { closeSync, openSync } from 'node:fs';
import BetterSqlite from 'better-sqlite3';
import { Database, PATIENCE_MS } from './database.ts';
import { migrate } from './migrations.ts';

/** A log that has become longer, since somebody read for long, is cut when it begins anew. */
const MAX_LOG_OCTETS = 32 * 2 ** 20;

/**
 * Opens the SQLite database at `path` (`:memory:` for one that is gone afterwards) and brings it to
 * today's form.
 *
 * `synchronous = FULL` makes every commit durable before it returns, which is the promise that no
 * certificate leaves before its record is. `shortenLog` has another process copy its log; absent: this one does.
 */
export async function openDatabase(
  path: string,
  shortenLog?: () => Promise<void>,
): Promise<Database> {
  // SQLite gives its journal files the mode of the database file, which holds sealed keys.
  if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
  const connection = new BetterSqlite(path, { timeout: PATIENCE_MS });
  connection.pragma('journal_mode = WAL');
  connection.pragma('synchronous = FULL');
  connection.pragma('foreign_keys = ON');
  // `Database` does that.
  connection.pragma('wal_autocheckpoint = 0');
  connection.pragma(`journal_size_limit = ${MAX_LOG_OCTETS}`);
  const db = new Database(connection, shortenLog);
  await migrateAtOnce(connection, db);
  return db;
}

/**
 * All steps or none: kysely does not know that SQLite's DDL is transactional, and a start that is cut
 * off half way must leave a database that the next one can begin with. Two that start together wait
 * for each other here.
 */
async function migrateAtOnce(connection: BetterSqlite.Database, db: Database): Promise<void> {
  connection.exec('BEGIN IMMEDIATE');
  try {
    await migrate(db);
    connection.exec('COMMIT');
  } catch (error) {
    connection.exec('ROLLBACK');
    await db.destroy();
    throw error;
  }
}
