import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Authority, PendingAuthority } from '../../../src/authority/authority.ts';
import { NOW, refusalOf } from '../../support/issuance.ts';
import { repositories } from '../../support/repositories.ts';
import { auditEntry, certificate, DATABASES, serialNumber } from './databases.ts';

const PENDING: PendingAuthority = {
  ...{ name: 'platform', kind: 'intermediate', parent: null, certificate: undefined },
  ...{ keyAlgorithm: 'rsa-2048', rsaSignatureScheme: 'pss' },
  wrappedPrivateKey: Buffer.from('sealed'),
  certificationRequest: Buffer.from('request'),
};
const ROOT_NAMES = { serialNumber: serialNumber(1), profile: 'root' };
const ROOT: Authority = {
  ...{ name: 'outside', kind: 'root', parent: null },
  ...{ keyAlgorithm: 'ecdsa-p384', rsaSignatureScheme: undefined },
  certificate: certificate({ ...ROOT_NAMES, authority: 'outside' }),
  wrappedPrivateKey: undefined,
};
const certifiedBy = (number: number): Authority => ({
  ...{ name: 'platform', kind: 'intermediate', parent: 'outside' },
  ...{ keyAlgorithm: 'rsa-2048', rsaSignatureScheme: 'pss' },
  certificate: certificate({
    ...{ serialNumber: serialNumber(number), authority: 'outside', profile: 'intermediate' },
  }),
  wrappedPrivateKey: PENDING.wrappedPrivateKey,
});

for (const [database, open] of DATABASES) {
  describe(`a pending authority, in ${database}`, () => {
    it('comes back with its request, and keeps its name from others', async () => {
      const { authorities, authorityRecords, journal } = repositories(await open(), () => NOW);
      await authorityRecords.recordPending(PENDING, auditEntry());
      assert.deepEqual(await authorities.find('platform'), PENDING);
      assert.deepEqual(await authorities.list(), [PENDING]);
      const again = authorityRecords.recordPending(PENDING, auditEntry());
      assert.deepEqual(await refusalOf(again), ['name-taken', '/name']);
      assert.equal((await journal.list({ limit: 9, before: undefined })).length, 1);
    });

    it('gets its certificate together with those above it, and gives up its request', async () => {
      const { authorities, authorityRecords } = repositories(await open(), () => NOW);
      await authorityRecords.recordPending(PENDING, auditEntry());
      const certified = certifiedBy(2);
      await authorityRecords.recordIntake({
        added: [ROOT],
        certified,
        auditEntries: [auditEntry()],
      });
      assert.deepEqual(await authorities.find('platform'), certified);
      assert.deepEqual(await authorities.list(), [ROOT, certified]);
    });

    it('gets it once: of what comes later nothing is kept', async () => {
      const { authorities, authorityRecords, certificates } = repositories(await open(), () => NOW);
      await authorityRecords.recordPending(PENDING, auditEntry());
      const outcomes = [2, 3, 4].map((number) => {
        const root = { ...ROOT, name: `outside-${number}` };
        const own = certificate({ ...ROOT_NAMES, authority: root.name });
        const certified = { ...certifiedBy(number), parent: root.name };
        const added = [{ ...root, certificate: own }];
        const signed = { ...certified.certificate, authority: root.name };
        const intake = { added, certified: { ...certified, certificate: signed } };
        return refusalOf(
          authorityRecords.recordIntake({ ...intake, auditEntries: [auditEntry()] }),
        );
      });
      const refusals = (await Promise.all(outcomes)).map(([code]) => code);
      assert.deepEqual(refusals, ['granted', 'authority-certified', 'authority-certified']);
      assert.deepEqual(
        (await authorities.list()).map(({ name }) => name),
        ['outside-2', 'platform'],
      );
      assert.deepEqual(await certificates.find(serialNumber(3)), []);
    });
  });

  describe(`authorities that come in at once, in ${database}`, () => {
    it('are refused but for one where issuer and serial number are the same, or the name', async () => {
      const { authorities, authorityRecords } = repositories(await open(), () => NOW);
      await authorityRecords.recordIntake({ added: [ROOT], auditEntries: [] });
      const numbered = (name: string, number: number) => ({ ...certifiedBy(number), name });
      const outcomes = [
        [numbered('one', 2)],
        [numbered('another', 2)],
        [numbered('one', 2)],
        [numbered('one', 3)],
        [ROOT, numbered('third', 4)],
      ].map((added) =>
        refusalOf(authorityRecords.recordIntake({ added, auditEntries: [auditEntry()] })),
      );
      const refused = Array.from({ length: 4 }, () => ['name-taken']);
      assert.deepEqual(await Promise.all(outcomes), [['granted'], ...refused]);
      assert.deepEqual(
        (await authorities.list()).map(({ name }) => name),
        ['one', 'outside'],
      );
    });

    it('are one where their certificate is, whatever each is called, and its parent with it', async () => {
      const { authorities, authorityRecords } = repositories(await open(), () => NOW);
      const called = (name: string): Authority => {
        return { ...ROOT, name, certificate: { ...ROOT.certificate, authority: name } };
      };
      const below = (parent: string, number: number): Authority => {
        const { certificate: own, ...terms } = certifiedBy(number);
        return { ...terms, parent, certificate: { ...own, authority: parent } };
      };
      const outcomes = [[called('a')], [called('b')], [called('c'), below('c', 2)]].map((added) =>
        refusalOf(authorityRecords.recordIntake({ added, auditEntries: [auditEntry()] })),
      );
      assert.deepEqual(await Promise.all(outcomes), [['granted'], ['name-taken'], ['name-taken']]);
      assert.deepEqual(await authorities.list(), [called('a')]);
    });
  });

  describe(`an authority that was recorded without its key, in ${database}`, () => {
    it('gets it once', async () => {
      const { authorities, authorityRecords } = repositories(await open(), () => NOW);
      await authorityRecords.recordIntake({ added: [ROOT], auditEntries: [] });
      const keyed = { ...ROOT, wrappedPrivateKey: Buffer.from('sealed root') };
      await authorityRecords.recordIntake({ added: [], keyed, auditEntries: [auditEntry()] });
      assert.deepEqual(await authorities.find('outside'), keyed);
      const another = { ...ROOT, wrappedPrivateKey: Buffer.from('another') };
      const again = authorityRecords.recordIntake({ added: [], keyed: another, auditEntries: [] });
      assert.deepEqual(await refusalOf(again), ['name-taken']);
      assert.deepEqual(await authorities.find('outside'), keyed);
    });
  });
}
