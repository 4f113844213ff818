import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KeptAnswer } from '../../../src/idempotency/answer.ts';
import type { Database } from '../../../storage/database/database.ts';
import { NOW } from '../../support/issuance.ts';
import { repositories } from '../../support/repositories.ts';
import { certificate, DATABASES } from './databases.ts';

const DAY_MS = 86_400_000;
const kept = (id: string, octets = 'sealed'): KeptAnswer => ({
  id,
  requestDigest: `digest of ${id}`,
  wrappedAnswer: Buffer.from(octets),
});

/** The repositories over an empty database, and a clock to move. */
async function opened(open: () => Promise<Database>) {
  const db = await open();
  let now = NOW;
  const { answers, records, certificates, commit } = repositories(db, () => now);
  const keep = (answer: KeptAnswer) => commit([answers.statementFor(answer)]);
  const advance = (milliseconds: number) => {
    now = new Date(now.getTime() + milliseconds);
  };
  const count = async () => (await db.selectFrom('kept_answer').select('id').execute()).length;
  return { answers, records, certificates, commit, keep, advance, count };
}

for (const [database, open] of DATABASES) {
  describe(`kept answers, in ${database}`, () => {
    it('are found for 24 hours, and not a moment longer', async () => {
      const { answers, keep, advance } = await opened(open);
      await keep(kept('a'));
      advance(DAY_MS - 1);
      assert.deepEqual(await answers.find('a'), kept('a'));
      assert.equal(await answers.find('b'), undefined);
      advance(1);
      assert.equal(await answers.find('a'), undefined);
    });

    it('are kept with what they answer or not at all, and the first one stays', async () => {
      const { answers, records, certificates, commit, keep } = await opened(open);
      await keep(kept('a'));
      const statements = [answers.statementFor(kept('a', 'another'))];
      const issued = records.statementsFor({ certificate: certificate(), auditEntries: [] });
      await assert.rejects(commit([...statements, ...issued]), { code: 'idempotency-key-in-use' });
      assert.deepEqual(await answers.find('a'), kept('a'));
      assert.deepEqual(await certificates.find(certificate().serialNumber), []);
    });

    it('make room for another one when their time is over, erased yet or not', async () => {
      const { answers, keep, advance } = await opened(open);
      await keep(kept('a'));
      advance(DAY_MS);
      await keep(kept('a', 'another'));
      assert.deepEqual(await answers.find('a'), kept('a', 'another'));
    });

    it('are erased when their time is over, and no others', async () => {
      const { answers, keep, advance, count } = await opened(open);
      for (let index = 0; index < 250; index += 1) await keep(kept(`old ${index}`));
      advance(DAY_MS / 2);
      await keep(kept('young'));
      await answers.forgetOld();
      assert.equal(await count(), 251);
      advance(DAY_MS / 2);
      await answers.forgetOld();
      assert.equal(await count(), 1);
      assert.deepEqual(await answers.find('young'), kept('young'));
    });

    it('are kept for 24 hours at most after a clock that was ahead is set back', async () => {
      const { answers, keep, advance, count } = await opened(open);
      advance(365 * DAY_MS);
      for (let index = 0; index < 150; index += 1) await keep(kept(`ahead ${index}`));
      advance(-365 * DAY_MS);
      await keep(kept('right'));
      await answers.forgetOld();
      advance(DAY_MS - 1);
      await answers.forgetOld();
      assert.deepEqual(await answers.find('ahead 0'), kept('ahead 0'));
      assert.equal(await count(), 151);
      advance(1);
      assert.equal(await answers.find('ahead 0'), undefined);
      await answers.forgetOld();
      assert.equal(await count(), 0);
    });
  });
}
