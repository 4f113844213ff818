import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Dice, SEED } from './corpus/dice.ts';
import { type Comparison, compareFiles, compareMutants } from './mutations/comparison.ts';
import { corpusOf } from './mutations/corpus.ts';
import { mutantCertificates } from './mutations/mutant-certificates.ts';
import type { MutantKind } from './mutations/mutant-kind.ts';
import { mutantPfxFiles } from './mutations/mutant-pfx-files.ts';
import { mutantRequests } from './mutations/mutant-requests.ts';

const MUTANTS = Number(process.env['AGREEMENT_MUTANTS'] ?? 100_000);
const dice = new Dice(SEED);
/** With the share of each in a hundred: a PFX takes the longest, and a certificate has the most to say. */
const KINDS = [
  { kind: await mutantCertificates(dice), share: 60 },
  { kind: mutantRequests(dice), share: 25 },
  { kind: await mutantPfxFiles(dice), share: 15 },
] as const;
/** More than reading may take, and less than it may with twenty thousand iterations. */
const SLOW_MICROSECONDS = 80_000;
/** Enough to see what is wrong. */
const MAX_SHOWN = 3;
const MAX_REASONS = 12;
/** Changes that nothing survives would prove nothing about what is taken. */
const MIN_PERCENT_TAKEN = 3;

describe(`${MUTANTS} changed files (AGREEMENT_SEED=${SEED})`, () => {
  for (const { kind, share } of KINDS) {
    const count = Math.ceil((MUTANTS * share) / 100);

    it(`of kind ${kind.name}: none is taken that OpenSSL refuses, none crashes or takes long`, async (test) => {
      const comparison = await compareMutants(kind, dice, count);
      tell(test, comparison);
      assertHarmless(comparison);
      assert.ok(comparison.both > (count * MIN_PERCENT_TAKEN) / 100);
    });

    it(`of kind ${kind.name} that showed something once show nothing now`, async () => {
      const files = [...corpusOf(kind).values()];
      assert.ok(files.length > 0);
      assertHarmless(await compareFiles(kind, files));
    });

    for (const { why, example, isFault } of kind.accepted) {
      it(`of kind ${kind.name} are taken although OpenSSL refuses them, since ${why}`, async () => {
        const file = corpusOf(kind).get(example) ?? assert.fail(`${example} is missing`);
        const { explained } = await compareFiles(kind, [file]);
        assert.deepEqual([...explained.keys()].map(isFault), [true]);
      });
    }
  }
});

describe('a reader', () => {
  const [{ kind }] = KINDS;

  async function slowOf(asks: number): Promise<number> {
    const read: MutantKind['read'] = (_, asked) => {
      asked(asks);
      const { user, system } = process.cpuUsage();
      const until = user + system + SLOW_MICROSECONDS;
      for (let now = 0; now < until; ) {
        const usage = process.cpuUsage();
        now = usage.user + usage.system;
      }
    };
    const { slow } = await compareFiles({ ...kind, read }, [Buffer.alloc(1)]);
    return slow.length;
  }

  it('takes too long where it computes for more than the iterations that the file asks for', async () => {
    assert.deepEqual([await slowOf(0), await slowOf(1_000), await slowOf(20_000)], [1, 1, 0]);
  });
});

function assertHarmless({ unexplained, crashes, slow }: Comparison): void {
  assert.deepEqual(crashes.slice(0, MAX_SHOWN), []);
  assert.deepEqual(unexplained.slice(0, MAX_SHOWN), []);
  assert.deepEqual(slow.slice(0, MAX_SHOWN), []);
}

function tell(test: TestContext, { both, neither, explained, stricter }: Comparison): void {
  test.diagnostic(`${both} are taken by both, ${neither} by neither`);
  for (const [fault, count] of explained) {
    test.diagnostic(`${count} are taken here only, explained: ${fault}`);
  }
  const most = [...stricter].toSorted(([, one], [, other]) => other - one).slice(0, MAX_REASONS);
  for (const [reason, count] of most) {
    test.diagnostic(`${count} are taken by OpenSSL only: ${reason}`);
  }
}
