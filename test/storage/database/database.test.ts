import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import BetterSqlite from 'better-sqlite3';
import { Database } from '../../../storage/database/database.ts';
import { openDatabase } from '../../../storage/database/open-database.ts';
import type { Statement } from '../../../storage/database/statement.ts';
import { newDatabaseFile } from './databases.ts';

/** How long the other process holds the lock. */
const HELD_MS = 300;

const insert = (id: string): Statement => ({
  sql: 'insert into instance (id) values (?)',
  parameters: [id],
});

async function idsIn(db: Database): Promise<readonly string[]> {
  const rows = await db.selectFrom('instance').selectAll().orderBy('id').execute();
  return rows.map(({ id }) => id);
}

/** A database, and another process' connection to it that has begun to write. */
async function beside() {
  const path = newDatabaseFile();
  const db = await openDatabase(path);
  const other = new BetterSqlite(path);
  other.exec(`begin immediate; insert into instance (id) values ('other')`);
  return { db, other };
}

describe('a transaction beside another process that writes', () => {
  it('waits for that, lets others work meanwhile, and loses nothing of either', async () => {
    const { db, other } = await beside();
    const before = performance.eventLoopUtilization();
    const transaction = db.transact([insert('own')]);
    await new Promise((resolve) => setTimeout(resolve, HELD_MS));
    const { utilization } = performance.eventLoopUtilization(before);
    assert.ok(utilization < 0.5, `busy for ${utilization} of the time`);
    assert.deepEqual(await idsIn(db), []);
    other.exec('commit');
    await transaction;
    assert.deepEqual(await idsIn(db), ['other', 'own']);
    other.close();
    await db.destroy();
  });

  it('is refused after five seconds, keeps nothing, and can be made later', async (context) => {
    const { db, other } = await beside();
    let now = 0;
    context.mock.method(performance, 'now', () => (now += 1_000));
    await assert.rejects(db.transact([insert('own')]), { code: 'overloaded' });
    context.mock.restoreAll();
    other.exec('rollback');
    assert.deepEqual(await idsIn(db), []);
    await db.transact([insert('own')]);
    assert.deepEqual(await idsIn(db), ['own']);
    other.close();
    await db.destroy();
  });

  it('waits too while that one reads the log anew, since somebody was killed', async (context) => {
    const path = newDatabaseFile();
    await (await openDatabase(path)).destroy();
    const connection = new BetterSqlite(path);
    const prepare = connection.prepare.bind(connection);
    const reading = new BetterSqlite.SqliteError('database is locked', 'SQLITE_BUSY_RECOVERY');
    let refusals = 0;
    context.mock.method(connection, 'prepare', (sql: string) => {
      const statement = prepare(sql);
      const run = () => {
        refusals += 1;
        if (refusals === 1) throw reading;
        return statement.run();
      };
      return sql === 'begin immediate' ? { run } : statement;
    });
    const db = new Database(connection);
    await db.transact([insert('own')]);
    assert.deepEqual(await idsIn(db), ['own']);
    await db.destroy();
  });

  it('leaves nothing begun where what there is to write cannot be had', async () => {
    const { db, other } = await beside();
    other.exec('rollback');
    const gather = () => {
      throw new Error('not today');
    };
    await assert.rejects(db.transactOnceFree(gather), /not today/);
    await db.transact([insert('own')]);
    assert.deepEqual(await idsIn(db), ['own']);
    other.close();
    await db.destroy();
  });
});
