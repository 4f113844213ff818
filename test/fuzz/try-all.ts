import type { TestContext } from 'node:test';
import fc from 'fast-check';
import { type CaseKind, keep } from './corpus.ts';
import { CASES, SEED } from './settings.ts';

export interface Trial<T> {
  /** Of a hundred cases of the run; the rest is for other properties. */
  readonly percent: number;
  /** How a case that fails is kept. */
  readonly kind: CaseKind;
  readonly octetsOf: (value: T) => Buffer | Promise<Buffer>;
  readonly check: (value: T) => Promise<void>;
}

/**
 * Checks a property for its share of all cases. A case that fails is made as small as it can be, kept in the
 * corpus, and told together with what repeats the run.
 */
export async function tryAll<T>(
  test: TestContext,
  cases: fc.Arbitrary<T>,
  { percent, kind, octetsOf, check }: Trial<T>,
): Promise<void> {
  const numRuns = Math.ceil((CASES * percent) / 100);
  const repetition = `FUZZ_SEED=${SEED} FUZZ_CASES=${CASES} npm run test:fuzz`;
  test.diagnostic(`${numRuns} cases; ${repetition} repeats them`);
  const result = await fc.check(fc.asyncProperty(cases, check), { seed: SEED, numRuns });
  if (!result.failed) return;
  const kept = result.counterexample
    ? keep(kind, await octetsOf(result.counterexample[0]))
    : 'nowhere';
  const cause = result.errorInstance;
  throw new Error(
    `after ${result.numRuns} cases, kept as ${kept}; ${repetition} repeats the run: ${String(cause)}`,
    { cause },
  );
}
