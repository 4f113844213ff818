import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import BetterSqlite from 'better-sqlite3';
import type { Database } from '../../../storage/database/database.ts';
import { openDatabase } from '../../../storage/database/open-database.ts';
import { newDatabaseFile } from './databases.ts';

const MIB = 2 ** 20;
/** What a log may come to: 16 MiB, and what was on its way meanwhile. */
const SHORT = 18 * MIB;
const ROW = 'x'.repeat(MIB / 4);

function logSize(path: string): number {
  return statSync(`${path}-wal`).size;
}

/** Transactions that fill that much of a log, in turn. A row stands in the table and in its index. */
async function fill(octets: number, one: Database, other: Database): Promise<void> {
  for (let written = 0; written < octets; written += 4 * ROW.length) {
    await one.transact([row()]);
    await other.transact([row()]);
    await nextTurn();
  }
}

let rows = 0;
function row() {
  rows += 1;
  return { sql: 'insert into instance (id) values (?)', parameters: [`${rows} ${ROW}`] };
}

async function rowsIn(db: Database): Promise<number> {
  return (await db.selectFrom('instance').select('id').execute()).length;
}

describe('the write-ahead log', () => {
  it('stays short while two write in turn, and loses nothing', async () => {
    const path = newDatabaseFile();
    const [one, other] = [await openDatabase(path), await openDatabase(path)];
    const before = rows;
    await fill(64 * MIB, one, other);
    assert.ok(logSize(path) < SHORT, `${logSize(path)} octets`);
    assert.equal(await rowsIn(one), rows - before);
    await one.destroy();
    await other.destroy();
  });

  it('grows beside somebody who reads all the while, without waiting for them for long, and is cut afterwards', async () => {
    const path = newDatabaseFile();
    const [one, other] = [await openDatabase(path), await openDatabase(path)];
    const reader = new BetterSqlite(path, { readonly: true });
    reader.exec('begin');
    reader.prepare('select count(*) from instance').get();
    const began = performance.now();
    await fill(64 * MIB, one, other);
    assert.ok(performance.now() - began < 20_000, 'each of its few tries waits 3 ms at most');
    const grown = logSize(path);
    assert.ok(grown > 48 * MIB, `${grown} octets`);
    const askedAt = performance.now();
    for (let times = 0; times < 4; times += 1) await one.shortenLog();
    assert.ok(performance.now() - askedAt < 1_500, 'it is not tried again until it has grown');
    reader.exec('commit');
    reader.close();
    await fill(64 * MIB, one, other);
    assert.ok(logSize(path) < 33 * MIB, `${logSize(path)} octets, of ${grown}`);
    await one.destroy();
    await other.destroy();
  });

  it('is copied portion by portion while it is short, and no faster than leaves time for others', async () => {
    const path = newDatabaseFile();
    const db = await openDatabase(path);
    const look = new BetterSqlite(path);
    const left = () => {
      const [state] = look.pragma('wal_checkpoint(noop)') as {
        log: number;
        checkpointed: number;
      }[];
      return (state?.log ?? 0) - (state?.checkpointed ?? 0);
    };
    await fill(4 * MIB, db, db);
    await db.shortenLog();
    assert.ok(left() < 256, `${left()} pages`);
    const reader = new BetterSqlite(path, { readonly: true });
    reader.exec('begin');
    reader.prepare('select count(*) from instance').get();
    await fill(4 * MIB, db, db);
    await db.shortenLog();
    const askedAt = performance.now();
    await db.shortenLog();
    assert.ok(performance.now() - askedAt > 100, 'it is not tried at once again, in vain');
    for (const one of [reader, look]) one.close();
    await db.destroy();
  });

  it('is left to another process where there is one, which is asked once at a time and may fail', async () => {
    const path = newDatabaseFile();
    const asked: PromiseWithResolvers<void>[] = [];
    const askedOne = () => {
      const question = Promise.withResolvers<void>();
      asked.push(question);
      return question.promise;
    };
    const [one, first] = [await openDatabase(path, askedOne), await openDatabase(path)];
    await fill(24 * MIB, one, one);
    assert.equal(asked.length, 1);
    asked[0]?.reject(new Error('it has no time'));
    await fill(MIB, one, one);
    assert.equal(asked.length, 2);
    const grown = logSize(path);
    await first.shortenLog();
    asked[1]?.resolve();
    await fill(8 * MIB, one, one);
    assert.equal(asked.length, 3);
    assert.equal(logSize(path), grown, 'it has begun anew');
    await one.destroy();
    await first.destroy();
  });
});
