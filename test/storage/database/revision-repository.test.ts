import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NEW_TARGET, NO_REVISION } from '../../../src/rotation/rotation-record.ts';
import type { Database } from '../../../storage/database/database.ts';
import { NOW } from '../../support/issuance.ts';
import { repositories } from '../../support/repositories.ts';
import { testTarget } from '../../support/rotation.ts';
import { auditEntry, certificate, DATABASES } from './databases.ts';

const ADMIN = { name: 'admin' };

/** Target `shop` in an empty database. */
async function opened(open: () => Promise<Database>) {
  const db = await open();
  const kept = repositories(db, () => NOW);
  const { commit, targets, revisions, records } = kept;
  const progress = NEW_TARGET;
  const target = testTarget();
  const record = { target, isDeclaredInFile: false, progress, revision: NO_REVISION };
  await targets.add(record, auditEntry());
  const issue = async (number: number, serialNumber: string) => {
    const revision = { target: 'shop', number, reasons: ['due'], actor: ADMIN } as const;
    const issued = certificate({ serialNumber });
    const sealed = Buffer.from(`sealed ${serialNumber}`);
    await commit([
      ...revisions.additionFor(revision, issued, sealed),
      ...records.statementsFor({ certificate: issued, auditEntries: [] }),
    ]);
  };
  const write = (number: number) =>
    targets.recordPass('shop', { progress, auditEntries: [], writtenRevision: number });
  const list = () => revisions.list('shop', { limit: 100, before: undefined });
  return { ...kept, db, issue, write, list };
}

for (const [database, open] of DATABASES) {
  describe(`revisions, in ${database}`, () => {
    it('are recorded with their key before they are written, and then noted as written', async () => {
      const { targets, revisions, issue, write, list } = await opened(open);
      await issue(1, '4a');
      assert.deepEqual((await targets.find('shop'))?.revision, { number: 1, isWritten: false });
      const [pending] = await list();
      assert.deepEqual([pending?.writtenAt, pending?.isKeyKept], [null, true]);
      await write(1);
      assert.deepEqual((await targets.find('shop'))?.revision, { number: 1, isWritten: true });
      const [written] = await list();
      assert.deepEqual([written?.writtenAt, written?.reasons], [NOW, ['due']]);
      const kept = await revisions.findKept('shop', 1);
      assert.equal(Buffer.from(kept?.wrappedPrivateKey ?? []).toString(), 'sealed 4a');
    });

    it('keep the keys of the last two certificates that were written, and erase all others', async () => {
      const { db, issue, write, list } = await opened(open);
      for (const [number, serialNumber] of ['41', '42', '43'].entries()) {
        await issue(number + 1, serialNumber);
        await write(number + 1);
      }
      assert.deepEqual(
        (await list()).map(({ isKeyKept }) => isKeyKept),
        [true, true, false],
      );
      const keys = await db.selectFrom('target_key').select('serial_number').execute();
      assert.deepEqual(keys.map((key) => key.serial_number).toSorted(), ['42', '43']);
    });

    it('count a certificate once, however often it is put back', async () => {
      const { revisions, commit, issue, write, list } = await opened(open);
      await issue(1, '41');
      await write(1);
      await issue(2, '42');
      await write(2);
      for (const number of [3, 4, 5]) {
        const revision = { target: 'shop', number, reasons: ['missing'], actor: ADMIN } as const;
        await commit(revisions.additionFor(revision, certificate({ serialNumber: '42' })));
        await write(number);
      }
      assert.ok((await list()).every(({ isKeyKept }) => isKeyKept));
    });

    it('of one number are made once, and nothing is issued for the second', async () => {
      const { certificates, issue } = await opened(open);
      await issue(1, '41');
      await assert.rejects(issue(1, '42'), { code: 'target-unavailable' });
      assert.deepEqual(await certificates.find('42'), []);
    });

    it('are not made for a target that is gone, and go away with it, keys and all', async () => {
      const { db, targets, issue, write } = await opened(open);
      await issue(1, '41');
      await write(1);
      await targets.remove('shop', []);
      await assert.rejects(issue(2, '42'), { code: 'target-unavailable' });
      for (const table of ['target_revision', 'target_key'] as const) {
        assert.deepEqual(await db.selectFrom(table).select('target').execute(), []);
      }
    });

    it('page from the latest to the first', async () => {
      const { revisions, issue } = await opened(open);
      for (const number of [1, 2, 3]) await issue(number, `4${number}`);
      const page = await revisions.list('shop', { limit: 1, before: 3 });
      assert.deepEqual(
        page.map(({ number }) => number),
        [2],
      );
    });

    it('note when they were first proven, and not again', async () => {
      const { revisions, commit, issue, list } = await opened(open);
      await issue(1, '41');
      await commit([revisions.provenFor('shop', 1)]);
      assert.deepEqual((await list())[0]?.provenAt, NOW);
    });
  });
}
