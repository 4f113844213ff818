import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ServingProof } from '../../../src/rotation/proof/serving-proof.ts';
import { NEW_TARGET, NO_REVISION } from '../../../src/rotation/rotation-record.ts';
import type { RotationTarget } from '../../../src/rotation/target.ts';
import { IssuanceWorld, NOW, refusalOf } from '../../support/issuance.ts';
import { repositories } from '../../support/repositories.ts';
import { auditEntry, certificate, DATABASES } from './databases.ts';

function target(name: string, validity = '30d'): RotationTarget {
  const { dnsNames, ipAddresses, emailAddresses, uris } = certificate();
  return {
    name,
    authority: 'issuing',
    profile: 'server',
    ...{ dnsNames, ipAddresses, emailAddresses, uris },
    keyAlgorithm: 'ecdsa-p256',
    validity,
    destination: {
      type: 'directory',
      path: '/tls',
      includeRoot: true,
      clientAuthorities: [],
      clientTrust: 'issuer',
      keyMode: '0600',
    },
    rollback: false,
  };
}

/** What looks at the places of a target have left, with every instant that there may be. */
function proofAt(at: Date): ServingProof {
  const servedInstead = { fingerprintSha256: 'ab', serialNumber: '4a', notAfter: at };
  return {
    ...{ state: 'stale', since: at, at, serialNumber: '4b', revision: 2, provenAt: at },
    places: [{ place: 'a:443', state: 'stale', since: at, at, servedInstead, error: 'b' }],
    watch: {
      ...{ unprovenSince: at, staleSince: at, touchedAt: at, touches: 1 },
      ...{ reported: null, isRolledBack: false },
    },
  };
}

const kept = (name: string, isDeclaredInFile = false) => ({
  target: target(name),
  isDeclaredInFile,
  progress: NEW_TARGET,
  revision: NO_REVISION,
});

for (const [database, open] of DATABASES) {
  describe(`authorities, in ${database}`, () => {
    it('come back with their certificate and their sealed key, and still sign', async () => {
      const db = await open();
      const { authorities, records } = repositories(db, () => NOW);
      const world = new IssuanceWorld({
        record: records.record,
        findAuthority: authorities.find,
      });
      const root = await world.createRoot();
      assert.deepEqual(await authorities.find('root'), root);
      assert.deepEqual(await authorities.list(), [root]);
      assert.equal(await authorities.find('nobody'), undefined);
      assert.deepEqual(await refusalOf(world.createRoot()), ['name-taken', '/name']);
    });
  });

  describe(`the journal, in ${database}`, () => {
    it('has the newest entry first, and can be read page by page', async () => {
      const { journal } = repositories(await open(), () => NOW);
      for (const count of [1, 2, 3, 4, 5]) await journal.append(auditEntry({ count }));
      const counts: unknown[] = [];
      let before: number | undefined;
      for (;;) {
        const page = await journal.list({ limit: 2, before });
        if (page.length === 0) break;
        counts.push(...page.map(({ details }) => details['count']));
        before = page.at(-1)?.sequence;
      }
      assert.deepEqual(counts, [5, 4, 3, 2, 1]);
    });

    it('keeps an entry as it was given', async () => {
      const { journal } = repositories(await open(), () => NOW);
      const entry = { ...auditEntry({ names: ['a'] }), actor: { name: 'rotation' } };
      await journal.append(entry);
      const [found] = await journal.list({ limit: 1, before: undefined });
      assert.deepEqual(found, { sequence: found?.sequence, ...entry });
    });
  });

  describe(`rotation targets, in ${database}`, () => {
    it('come back as they were given, instants too', async () => {
      const { targets } = repositories(await open(), () => NOW);
      await targets.add(kept('b'), auditEntry());
      await targets.add(kept('a'), auditEntry());
      assert.deepEqual(await targets.list(), [kept('a'), kept('b')]);
      const status = { ...NEW_TARGET.status, state: 'current', notAfter: NOW } as const;
      const progress = { status, failures: 2, retryAt: NOW };
      await targets.recordPass('a', { progress, auditEntries: [auditEntry()] });
      assert.deepEqual((await targets.find('a'))?.progress, progress);
      assert.equal(await targets.find('c'), undefined);
    });

    it('keep a name to the first that took it', async () => {
      const db = await open();
      const { targets } = repositories(db, () => NOW);
      const attempts = [1, 2, 3].map(() => refusalOf(targets.add(kept('a'), auditEntry())));
      const outcomes = (await Promise.all(attempts)).map(([outcome]) => outcome);
      assert.deepEqual(outcomes.toSorted(), ['granted', 'name-taken', 'name-taken']);
      const entries = await repositories(db, () => NOW).journal.list({
        limit: 9,
        before: undefined,
      });
      assert.equal(entries.length, 1);
    });

    it('change together with their audit entry, or not at all', async () => {
      const { targets } = repositories(await open(), () => NOW);
      await targets.add(kept('a'), auditEntry());
      const loop: Record<string, unknown> = {};
      loop['itself'] = loop;
      const broken = auditEntry(loop);
      await assert.rejects(targets.add(kept('b'), broken));
      await assert.rejects(
        targets.replace({ target: target('a', '1d'), progress: NEW_TARGET }, broken),
      );
      await assert.rejects(targets.remove('a', [broken]));
      await assert.rejects(
        targets.followFile({ records: [kept('c', true)], dropped: ['a'], auditEntries: [broken] }),
      );
      assert.deepEqual(await targets.list(), [kept('a')]);
    });

    it('are not replaced once they are deleted, and the journal says nothing of it', async () => {
      const db = await open();
      const { targets } = repositories(db, () => NOW);
      await assert.rejects(
        targets.replace({ target: target('gone'), progress: NEW_TARGET }, auditEntry()),
        {
          code: 'target-unknown',
        },
      );
      const journal = await repositories(db, () => NOW).journal.list({
        limit: 10,
        before: undefined,
      });
      assert.deepEqual([await targets.list(), journal], [[], []]);
    });

    it('keep their progress when they are replaced, and stay away when they are removed', async () => {
      const { targets } = repositories(await open(), () => NOW);
      await targets.add(kept('a'), auditEntry());
      const progress = { ...NEW_TARGET, failures: 3 };
      await targets.recordPass('a', { progress, auditEntries: [] });
      await targets.replace({ target: target('a', '1d'), progress }, auditEntry());
      assert.deepEqual(await targets.find('a'), {
        target: target('a', '1d'),
        isDeclaredInFile: false,
        progress,
        revision: NO_REVISION,
      });
      await targets.remove('a', [auditEntry()]);
      await targets.recordPass('a', { progress, auditEntries: [auditEntry()] });
      assert.deepEqual(await targets.list(), []);
    });

    it('keep what was found at their places apart from what passes leave', async () => {
      const db = await open();
      const { targets, journal } = repositories(db, () => NOW);
      const proof = proofAt(NOW);
      await targets.add(kept('a'), auditEntry({ count: 1 }));
      await targets.recordProof('a', proof, [auditEntry({ count: 2 })]);
      assert.deepEqual(await targets.find('a'), { ...kept('a'), proof });
      assert.equal((await journal.list({ limit: 10, before: undefined })).length, 2);

      const progress = { ...NEW_TARGET, failures: 3 };
      await targets.recordPass('a', { progress, auditEntries: [] });
      await targets.replace({ target: target('a', '20d'), progress }, auditEntry({ count: 3 }));
      const replaced = { ...kept('a'), target: target('a', '20d'), progress, proof };
      assert.deepEqual(await targets.find('a'), replaced);
      const records = [{ ...kept('a', true), progress }];
      await targets.followFile({ records, dropped: [], auditEntries: [] });
      assert.deepEqual(await targets.find('a'), { ...kept('a', true), progress, proof });

      await targets.remove('a', []);
      await targets.recordProof('a', proof, []);
      assert.equal(await targets.find('a'), undefined);
    });

    it('follow the settings file in one step', async () => {
      const { targets } = repositories(await open(), () => NOW);
      await targets.add(kept('mine'), auditEntry());
      await targets.followFile({
        records: [kept('old', true), kept('mine', true)],
        dropped: [],
        auditEntries: [],
      });
      await targets.followFile({
        records: [kept('new', true)],
        dropped: ['old'],
        auditEntries: [],
      });
      assert.deepEqual(await targets.list(), [kept('mine', true), kept('new', true)]);
    });
  });
}
