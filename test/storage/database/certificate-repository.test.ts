import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Kysely } from 'kysely';
import type { IssuanceRecord } from '../../../src/issuance/issuance-record.ts';
import type { Schema } from '../../../storage/database/schema.ts';
import { NOW, refusalOf } from '../../support/issuance.ts';
import { repositories } from '../../support/repositories.ts';
import { auditEntry, certificate, DATABASES, serialNumber } from './databases.ts';

const newAuthority = {
  name: 'issuing',
  kind: 'intermediate',
  parent: null,
  keyAlgorithm: 'ecdsa-p256',
  rsaSignatureScheme: undefined,
  wrappedPrivateKey: Buffer.from('sealed'),
} as const;

function record(changes: Partial<IssuanceRecord> = {}): IssuanceRecord {
  return { certificate: certificate(), auditEntries: [auditEntry()], ...changes };
}

/** How many rows there are of everything that an issuance writes. */
async function rowCounts(db: Kysely<Schema>): Promise<readonly number[]> {
  const tables = [
    'certificate',
    'certificate_dns_name',
    'authority',
    'stored_private_key',
    'audit_entry',
  ] as const;
  return Promise.all(
    tables.map(async (table) => (await db.selectFrom(table).selectAll().execute()).length),
  );
}

for (const [database, open] of DATABASES) {
  describe(`a record of an issuance, in ${database}`, () => {
    it('is found as it was given, with its sealed key', async () => {
      const { certificates, records } = repositories(await open(), () => NOW);
      const full = certificate({
        subject: { commonName: 'Zoë', country: 'CH' },
        dnsNames: ['b.example', 'a.example'],
        ipAddresses: ['::1'],
        emailAddresses: ['a@b'],
        uris: ['urn:a:b'],
        warnings: [{ code: 'w', detail: 'd' }],
      });
      const wrappedPrivateKey = Buffer.from('sealed');
      await records.record(record({ certificate: full, wrappedPrivateKey }));
      assert.deepEqual(await certificates.find(full.serialNumber), [full]);
      const found = await certificates.findWrappedPrivateKey(full);
      assert.deepEqual(found, wrappedPrivateKey);
      assert.deepEqual(await certificates.find(serialNumber(9)), []);
      const other = certificate({ serialNumber: serialNumber(9) });
      assert.equal(await certificates.findWrappedPrivateKey(other), undefined);
    });

    it('makes certificate, authority, key and audit entry durable together', async () => {
      const db = await open();
      await repositories(db, () => NOW).records.record(
        record({
          newAuthority: { ...newAuthority, kind: 'root' },
          wrappedPrivateKey: Buffer.of(1),
        }),
      );
      assert.deepEqual(await rowCounts(db), [1, 1, 1, 1, 1]);
    });

    it('leaves nothing where any part of it fails', async () => {
      const db = await open();
      const { records } = repositories(db, () => NOW);
      const unwritable: Record<string, unknown> = {};
      unwritable['itself'] = unwritable;
      const whole = { newAuthority, wrappedPrivateKey: Buffer.of(1) };
      for (const broken of [
        record({ ...whole, auditEntries: [auditEntry(unwritable)] }),
        record({ ...whole, newAuthority: { ...newAuthority, parent: 'nobody' } }),
        record({ ...whole, certificate: certificate({ dnsNames: ['a', 'a'] }) }),
      ]) {
        await assert.rejects(records.record(broken));
        assert.deepEqual(await rowCounts(db), [0, 0, 0, 0, 0]);
      }
    });

    it('with a serial number that its issuer has used already is an error', async () => {
      const db = await open();
      const { records } = repositories(db, () => NOW);
      await records.record(record());
      const before = await rowCounts(db);
      await assert.rejects(records.record(record()));
      assert.deepEqual(await rowCounts(db), before);
    });

    it('may have the serial number of another issuer, and its key is told from the other one', async () => {
      const { certificates, records } = repositories(await open(), () => NOW);
      const [one, other] = ['issuing', 'another'].map((authority) => certificate({ authority }));
      assert.ok(one && other);
      await records.record(record({ certificate: one, wrappedPrivateKey: Buffer.of(1) }));
      await records.record(record({ certificate: other, wrappedPrivateKey: Buffer.of(2) }));
      assert.deepEqual(await certificates.find(one.serialNumber), [other, one]);
      assert.deepEqual(await certificates.findWrappedPrivateKey(one), Buffer.of(1));
      assert.deepEqual(await certificates.findWrappedPrivateKey(other), Buffer.of(2));
    });

    it('of an authority whose name is taken leaves nothing, however close the race', async () => {
      const db = await open();
      const { authorities, records } = repositories(db, () => NOW);
      const attempts = [1, 2, 3].map((value) =>
        refusalOf(
          records.record(
            record({
              newAuthority: { ...newAuthority, kind: 'root' },
              certificate: certificate({ serialNumber: serialNumber(value), profile: 'root' }),
            }),
          ),
        ),
      );
      const outcomes = (await Promise.all(attempts)).map(([outcome]) => outcome);
      assert.deepEqual(outcomes.toSorted(), ['granted', 'name-taken', 'name-taken']);
      assert.deepEqual(await rowCounts(db), [1, 1, 1, 0, 1]);
      assert.equal((await authorities.list()).length, 1);
    });
  });

  describe(`a list of certificates, in ${database}`, () => {
    const day = (count: number) => new Date(NOW.getTime() + count * 86_400_000);

    async function listed() {
      const { certificates, records } = repositories(await open(), () => NOW);
      const add = (value: number, changes: Parameters<typeof certificate>[0] = {}) =>
        records.record(
          record({ certificate: certificate({ serialNumber: serialNumber(value), ...changes }) }),
        );
      await add(5, { authority: 'root', profile: 'root', dnsNames: [], notAfter: day(9) });
      await add(3, { dnsNames: ['b.example', 'c.example'], notAfter: day(2) });
      await add(4, { profile: 'client', dnsNames: [] });
      await add(3, { authority: 'another', dnsNames: [], notAfter: day(9) });
      const issuedAt = new Date(NOW.getTime() + 1);
      await add(1, { issuedAt, dnsNames: ['b.example'], notAfter: day(5) });
      const list = async (filter: object, limit = 10, after?: object) =>
        certificates.list({
          filter: { now: NOW, ...filter },
          limit,
          after: after as Parameters<typeof certificates.list>[0]['after'],
        });
      return list;
    }

    it('has the newest first, and those of one instant by serial number', async () => {
      const list = await listed();
      const found = (await list({})).map(({ certificate: { serialNumber } }) => serialNumber);
      assert.deepEqual(found, [1, 5, 4, 3, 3].map(serialNumber));
    });

    it('can be read page by page, without a gap and without a double', async () => {
      const list = await listed();
      const whole = await list({});
      for (const limit of [1, 2, 3, 4, 5]) {
        const read: (typeof whole)[number][] = [];
        for (let page = await list({}, limit); page.length > 0; ) {
          assert.ok(page.length <= limit);
          read.push(...page);
          page = await list({}, limit, page.at(-1)?.position);
        }
        assert.deepEqual(read, whole);
      }
    });

    it('is narrowed down by everything that is asked for', async () => {
      const list = await listed();
      for (const [filter, expected] of [
        [{ dnsName: 'b.example' }, [1, 3]],
        [{ dnsName: 'example' }, []],
        [{ dnsName: 'b%' }, []],
        [{ authority: 'root' }, [5]],
        [{ authority: 'another' }, [3]],
        [{ profile: 'client' }, [4]],
        [{ dnsName: 'b.example', expiresBefore: day(3) }, [3]],
        [{ expiresBefore: day(2) }, [4]],
        [{ status: 'valid', now: day(4) }, [1, 5, 3]],
        [{ status: 'expired', now: day(4) }, [4, 3]],
        [{ status: 'valid', now: day(9) }, [5, 3]],
        [{ status: 'valid', now: new Date(day(9).getTime() + 999) }, [5, 3]],
        [{ status: 'expired', now: new Date(day(9).getTime() + 1_000) }, [1, 5, 4, 3, 3]],
      ] as const) {
        const found = (await list(filter)).map(({ certificate: { serialNumber } }) => serialNumber);
        assert.deepEqual(found, expected.map(serialNumber), JSON.stringify(filter));
      }
    });
  });
}
