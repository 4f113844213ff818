import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import BetterSqlite from 'better-sqlite3';
import { type Insertable, sql } from 'kysely';
import type { Authority } from '../../../src/authority/authority.ts';
import type { Certificate } from '../../../src/certificate.ts';
import { AuthorityRepository } from '../../../storage/database/authority-repository.ts';
import { Database } from '../../../storage/database/database.ts';
import { migrate } from '../../../storage/database/migrations.ts';
import { openDatabase } from '../../../storage/database/open-database.ts';
import type { AuthorityRow } from '../../../storage/database/schema.ts';
import { NOW, refusalOf } from '../../support/issuance.ts';
import { repositories } from '../../support/repositories.ts';
import { auditEntry, certificate, newDatabaseFile, serialNumber } from './databases.ts';

const root = certificate({ serialNumber: serialNumber(1), authority: 'root', profile: 'root' });
const issuing = certificate({
  serialNumber: serialNumber(2),
  authority: 'root',
  profile: 'intermediate',
});
const leaf = certificate({ serialNumber: serialNumber(3) });
const twin = { ...root, authority: 'twin' };
const LEAF_KEY = Buffer.from('sealed leaf');

/** A database as the first release left it: two authorities, a leaf with its key, a journal. */
async function databaseOfTheFirstStep(): Promise<string> {
  const path = newDatabaseFile();
  const connection = new BetterSqlite(path);
  connection.pragma('foreign_keys = ON');
  const db = new Database(connection);
  await migrate(db, '0001-foundation');
  const { record } = repositories(db, () => NOW).records;
  await record({ certificate: root, auditEntries: [auditEntry({ count: 1 })] });
  await record({ certificate: issuing, auditEntries: [] });
  await record({ certificate: leaf, wrappedPrivateKey: LEAF_KEY, auditEntries: [] });
  const common = { key_algorithm: 'ecdsa-p256', wrapped_private_key: Buffer.from('sealed') };
  // The table has fewer columns yet than the type of its rows.
  const rows = [
    { name: 'root', kind: 'root', parent: null, serial_number: serialNumber(1), ...common },
    { name: 'issuing', kind: 'intermediate', parent: 'root', ...common, key_algorithm: 'rsa-3072' },
  ].map((row) => ({ serial_number: serialNumber(2), ...row })) as Insertable<AuthorityRow>[];
  await db.insertInto('authority').values(rows).execute();
  await db.destroy();
  return path;
}

function authorityOf(name: string, own: Certificate): Authority {
  const isRoot = name === 'root';
  return {
    name,
    kind: isRoot ? 'root' : 'intermediate',
    parent: isRoot ? null : 'root',
    keyAlgorithm: isRoot ? 'ecdsa-p256' : 'rsa-3072',
    rsaSignatureScheme: isRoot ? undefined : 'pkcs1-v1_5',
    certificate: own,
    wrappedPrivateKey: Buffer.from('sealed'),
  };
}

/** The same, where two authorities have one certificate, as imports at once could leave it. */
async function databaseWithTwins(): Promise<string> {
  const path = await databaseOfTheFirstStep();
  const db = new Database(new BetterSqlite(path));
  await migrate(db, '0008-serving-proof');
  const { record } = repositories(db, () => NOW).records;
  await record({ certificate: twin, auditEntries: [] });
  const { serialNumber: serial_number } = twin;
  const terms = { kind: 'root', parent: null, key_algorithm: 'ecdsa-p256' };
  const empty = { rsa_signature_scheme: null, certification_request: null };
  const row = { name: 'twin', serial_number, ...terms, ...empty, wrapped_private_key: null };
  await db.insertInto('authority').values(row).execute();
  await db.destroy();
  return path;
}

describe('a database in which one certificate is that of two authorities', () => {
  it('keeps both, and takes no third', async () => {
    const db = await openDatabase(await databaseWithTwins());
    const { authorities, authorityRecords } = repositories(db, () => NOW);
    const names = async () => (await authorities.list()).map(({ name }) => name);
    assert.deepEqual(await names(), ['issuing', 'root', 'twin']);
    const third: Authority = {
      ...authorityOf('root', { ...root, authority: 'third' }),
      name: 'third',
    };
    const attempt = authorityRecords.recordIntake({ added: [third], auditEntries: [] });
    assert.deepEqual(await refusalOf(attempt), ['name-taken']);
    const keyed = { ...authorityOf('root', twin), name: 'twin' };
    await authorityRecords.recordIntake({ added: [], keyed, auditEntries: [] });
    assert.deepEqual(await names(), ['issuing', 'root', 'twin']);
    await db.destroy();
  });
});

describe('a database of the first release', () => {
  it('keeps its authorities with the one way that RSA keys had to sign, certificates, keys and journal', async () => {
    const db = await openDatabase(await databaseOfTheFirstStep());
    const { certificates, journal } = repositories(db, () => NOW);
    assert.deepEqual(await new AuthorityRepository(db).list(), [
      authorityOf('issuing', issuing),
      authorityOf('root', root),
    ]);
    assert.deepEqual(await certificates.find(leaf.serialNumber), [leaf]);
    assert.deepEqual(await certificates.findWrappedPrivateKey(leaf), LEAF_KEY);
    const [entry] = await journal.list({ limit: 1, before: undefined });
    assert.deepEqual(entry?.details, { count: 1 });
    await db.destroy();
  });

  it('takes serial numbers that another issuer has used, and still no authority without its parent', async () => {
    const db = await openDatabase(await databaseOfTheFirstStep());
    const { records, certificates } = repositories(db, () => NOW);
    await records.record({ certificate: { ...leaf, authority: 'another' }, auditEntries: [] });
    assert.equal((await certificates.find(leaf.serialNumber)).length, 2);
    const orphan = {
      name: 'orphan',
      kind: 'intermediate',
      parent: 'nobody',
      keyAlgorithm: 'ecdsa-p256',
      rsaSignatureScheme: undefined,
      wrappedPrivateKey: Buffer.of(1),
    } as const;
    const own = certificate({ serialNumber: serialNumber(4), authority: 'nobody' });
    await assert.rejects(
      records.record({ certificate: own, newAuthority: orphan, auditEntries: [] }),
    );
    const check = await sql<object>`PRAGMA foreign_key_check`.execute(db);
    assert.deepEqual(check.rows, []);
    await db.destroy();
  });
});
