import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { openDatabase } from '../../../storage/database/open-database.ts';
import { NOW } from '../../support/issuance.ts';
import { repositories } from '../../support/repositories.ts';
import { auditEntry, certificate, newDatabaseFile } from './databases.ts';

describe('a database file', () => {
  it('is for its owner alone, its journal too', async () => {
    const path = newDatabaseFile();
    const db = await openDatabase(path);
    for (const file of [path, `${path}-wal`]) {
      assert.equal((statSync(file).mode & 0o777).toString(8), '600');
    }
    await db.destroy();
  });

  it('makes every commit durable before it returns, and holds rows together', async () => {
    const db = await openDatabase(newDatabaseFile());
    const pragma = async (name: string) =>
      Object.values(
        (await sql<object>`${sql.raw(`PRAGMA ${name}`)}`.execute(db)).rows[0] ?? {},
      )[0] as unknown;
    assert.equal(await pragma('journal_mode'), 'wal');
    assert.equal(await pragma('synchronous'), 2);
    assert.equal(await pragma('foreign_keys'), 1);
    await db.destroy();
  });

  it('is found as it was by every later start', async () => {
    const path = newDatabaseFile();
    const first = await openDatabase(path);
    const record = { certificate: certificate(), auditEntries: [auditEntry()] };
    await repositories(first, () => NOW).records.record(record);
    await first.destroy();
    for (const _ of [1, 2]) {
      const db = await openDatabase(path);
      const found = await repositories(db, () => NOW).certificates.find(certificate().serialNumber);
      assert.deepEqual(found, [certificate()]);
      await db.destroy();
    }
  });

  it('may be opened by two processes at once while it is new', async () => {
    const path = newDatabaseFile();
    const module = new URL('../../../storage/database/open-database.ts', import.meta.url).href;
    const program = `import { openDatabase } from ${JSON.stringify(module)};
      const db = await openDatabase(process.argv[1]);
      await db.selectFrom('certificate').selectAll().execute();
      await db.destroy();`;
    const args = ['--input-type=module', '--eval', program, path];
    const run = () => promisify(execFile)(process.execPath, args);
    await Promise.all([run(), run(), run()]);
  });
});
