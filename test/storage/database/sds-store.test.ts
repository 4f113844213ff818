import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { PkiError } from '../../../src/errors.ts';
import type { DestinationFiles, DestinationState } from '../../../src/rotation/destination.ts';
import type { SdsDestination } from '../../../src/rotation/target.ts';
import type { Database } from '../../../storage/database/database.ts';
import { openDatabase } from '../../../storage/database/open-database.ts';
import { SdsStore } from '../../../storage/database/sds-store.ts';
import { SecretVersions } from '../../../storage/database/secret-versions.ts';
import { AesGcmWrapping } from '../../../storage/keys/aes-gcm-wrapping.ts';
import { DATABASES, newDatabaseFile } from './databases.ts';

const keyEncryptionKey = randomBytes(32);
const KEY = '-----BEGIN PRIVATE KEY-----\nvery secret\n-----END PRIVATE KEY-----\n';
const FILES: DestinationFiles = { 'tls.crt': 'chain', 'tls.key': KEY, 'ca.crt': 'authorities' };

const destinationOf = (name: string): SdsDestination => ({
  ...{ type: 'sds', name, includeRoot: true, clientAuthorities: [], clientTrust: 'issuer' },
});
const shop = destinationOf('shop');

interface Options {
  readonly isServed?: boolean;
  readonly instance?: string;
  readonly key?: Buffer;
}

/** A store over `db`, and the targets of which it has told. */
function storeOver(db: Database, options: Options = {}) {
  const { isServed = true, instance = 'here', key = keyEncryptionKey } = options;
  const told: string[] = [];
  const store = new SdsStore(db, {
    commit: (statements) => db.transact(statements),
    wrapping: new AesGcmWrapping(key, randomBytes),
    instance,
    isServed,
    changed: (target) => told.push(target),
  });
  return { store, told };
}

function write(
  found: DestinationState,
  files: Partial<DestinationFiles> = {},
  targetName = 'shop',
) {
  assert.ok(found.kind !== 'foreign');
  const revision = found.kind === 'present' ? found.revision + 1 : 1;
  const about = { targetName, revision, serialNumber: '01', notAfter: new Date(0) };
  return { ...about, files: { ...FILES, ...files }, found };
}

async function present(store: SdsStore, destination = shop) {
  const state = await store.read(destination);
  return state.kind === 'present' ? state : assert.fail(state.kind);
}

/** Writes `shop` for the first time. */
async function written(db: Database, options?: Options) {
  const { store, told } = storeOver(db, options);
  await store.write(shop, write(await store.read(shop)));
  return { store, told };
}

const unavailable = (error: unknown) =>
  error instanceof PkiError && error.code === 'target-unavailable';

for (const [database, open] of DATABASES) {
  describe(`the secrets of targets for SDS, in ${database}`, () => {
    it('are read as they were written, octet by octet, with their writer', async () => {
      const { store } = storeOver(await open());
      assert.deepEqual(await store.read(shop), { kind: 'absent' });
      await store.write(shop, write({ kind: 'absent' }));
      const { files, isAsWritten, revision, writer } = await present(store);
      assert.deepEqual(files, FILES);
      assert.deepEqual([isAsWritten, revision], [true, 1]);
      assert.deepEqual(writer, { target: 'shop', isThisService: true });
    });

    it('are replaced as a whole, one revision later', async () => {
      const { store } = await written(await open());
      const { 'ca.crt': _, ...pair } = FILES;
      const next = { ...write(await present(store)), files: { ...pair, 'tls.crt': 'next' } };
      await store.write(shop, next);
      const { files, revision } = await present(store);
      assert.deepEqual([files, revision], [{ ...pair, 'tls.crt': 'next' }, 2]);
    });

    it('are told of when they are durable, and not when they are refused', async () => {
      const { store, told } = await written(await open());
      assert.deepEqual(told, ['shop']);
      await assert.rejects(store.write(shop, write({ kind: 'absent' })), unavailable);
      assert.deepEqual(told, ['shop']);
    });

    it('are not written over what somebody else has written meanwhile', async () => {
      const { store } = await written(await open());
      const before = await present(store);
      await store.write(shop, write(before, { 'tls.crt': 'first' }));
      await assert.rejects(store.write(shop, write(before, { 'tls.crt': 'late' })), unavailable);
      assert.equal((await present(store)).files['tls.crt'], 'first');
      await store.remove(shop, 'shop');
      await assert.rejects(store.write(shop, write(before, { 'tls.crt': 'late' })), unavailable);
      // The first revision once more, but with other content than the one that was judged.
      await store.write(shop, write({ kind: 'absent' }, { 'tls.crt': 'anew' }));
      await assert.rejects(store.write(shop, write(before, { 'tls.crt': 'late' })), unavailable);
    });

    it('show that somebody has changed them', async () => {
      const db = await open();
      const { store } = await written(db);
      await db.updateTable('sds_secret').set({ chain: 'forged' }).execute();
      assert.equal((await present(store)).isAsWritten, false);
    });

    it('hold no key in the clear, nor one that can be moved to another target or revision', async () => {
      const db = await open();
      const { store } = await written(db);
      const row = await db.selectFrom('sds_secret').selectAll().executeTakeFirstOrThrow();
      assert.ok(!JSON.stringify({ ...row, key: String(row.wrapped_private_key) }).includes('very'));
      await db
        .insertInto('sds_secret')
        .values({ ...row, target: 'bank' })
        .execute();
      const moved = await present(store, destinationOf('bank'));
      assert.deepEqual([moved.files['tls.key'], moved.isAsWritten], [undefined, false]);
      await db.updateTable('sds_secret').set({ revision: 2 }).execute();
      assert.equal((await present(store)).files['tls.key'], undefined);
      const { store: stranger } = storeOver(db, { key: randomBytes(32) });
      assert.equal((await present(stranger)).files['tls.key'], undefined);
    });

    it('are removed by the target that wrote them, and by nobody else', async () => {
      const db = await open();
      const { store, told } = await written(db);
      assert.equal(await store.remove(shop, 'bank'), false);
      assert.equal(await storeOver(db, { instance: 'there' }).store.remove(shop, 'shop'), false);
      assert.equal(await store.remove(shop, 'shop'), true);
      assert.deepEqual(await store.read(shop), { kind: 'absent' });
      assert.equal(await store.remove(shop, 'shop'), false);
      assert.deepEqual(told, ['shop', 'shop']);
    });

    it('say of another service’s that they are', async () => {
      const db = await open();
      await written(db, { instance: 'there' });
      const { writer } = await present(storeOver(db).store);
      assert.equal(writer?.isThisService, false);
    });

    it('are refused where nobody could ask for them, but can be removed', async () => {
      const db = await open();
      await written(db);
      const { store } = storeOver(db, { isServed: false });
      const [violation] = await store.violationsOf();
      assert.equal(violation?.pointer, '/destination/type');
      assert.match(violation.detail, /PKI_SDS_LISTEN/);
      await assert.rejects(store.read(shop), unavailable);
      await assert.rejects(store.write(shop, write({ kind: 'absent' })), unavailable);
      assert.equal(await store.remove(shop, 'shop'), true);
      assert.deepEqual(await storeOver(db).store.violationsOf(), []);
    });
  });
}

describe('what another process writes to the secrets', () => {
  it('is noticed, by target, and told once', async () => {
    const path = newDatabaseFile();
    const [own, other] = [await openDatabase(path), await openDatabase(path)];
    const versions = new SecretVersions(own);
    const { store } = await written(other);
    assert.deepEqual(await versions.changed(), []);
    assert.deepEqual(await versions.changed(), []);
    await store.write(shop, write(await present(store), { 'tls.crt': 'next' }));
    const bank = destinationOf('bank');
    await store.write(bank, write({ kind: 'absent' }, {}, 'bank'));
    assert.deepEqual((await versions.changed()).toSorted(), ['bank', 'shop']);
    assert.deepEqual(await versions.changed(), []);
    await store.remove(bank, 'bank');
    assert.deepEqual(await versions.changed(), ['bank']);
    await own.destroy();
    await other.destroy();
  });
});
