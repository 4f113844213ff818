import assert from 'node:assert/strict';
import type { CertificateFacts } from './certificate-facts.ts';

/** Somebody else's reader, of certificates where nothing else is said. */
export interface Reader<Facts = CertificateFacts, Input = Uint8Array> {
  readonly name: string;
  /** One account for each input, in their order. */
  readonly read: (inputs: readonly Input[]) => Promise<readonly Account<Facts>[]>;
  /** How many inputs it is given, where all would take too long. */
  readonly sample?: number;
  /** Facts that it does not show, with the reason. */
  readonly silentOn?: Partial<Record<keyof Facts, string>>;
  /** Where it writes in its own way what is the same in substance. */
  readonly writesOtherwise?: Partial<Record<keyof Facts, OtherWriting>>;
  /** What it cannot take. */
  readonly refuses?: ExplainedRefusal<Facts>;
}

/** Good inputs that a reader refuses, each with the same error. */
export interface ExplainedRefusal<Facts> {
  readonly why: string;
  readonly error: string;
  readonly isExpected: (facts: Facts) => boolean;
}

export interface OtherWriting {
  readonly why: string;
  /** Either writing, without what sets them apart. */
  readonly alike: (written: readonly string[]) => readonly string[];
}

/** Facts as a reader tells them, or what it has against the input. */
export type Account<Facts = CertificateFacts> = Partial<Record<keyof Facts, unknown>> & {
  readonly error?: string;
};

/** Enough to see what is wrong; a fault in a reader shows in hundreds of inputs alike. */
const MAX_SHOWN = 10;

/** Holds a reader to what we say of each of `ours`, and each of its explanations to being needed. */
export function assertAgreement<Facts extends object, Input>(
  reader: Reader<Facts, Input>,
  ours: readonly Facts[],
  accounts: readonly Account<Facts>[],
): void {
  const sample = ours.slice(0, reader.sample);
  assert.equal(accounts.length, sample.length);
  const differences = sample.flatMap((facts, index) =>
    differencesOf(reader, facts, accounts[index] ?? {}).map(
      (difference) => `number ${index}: ${difference}`,
    ),
  );
  assert.deepEqual(differences.slice(0, MAX_SHOWN), []);
  assertEachExplanationIsNeeded(reader, ours, accounts);
}

/**
 * Every fact that `account` gives differently, apart from the writing, or not at all, or unannounced; a
 * refusal is as much of a difference as an input that should have been refused.
 */
function differencesOf<Facts extends object, Input>(
  { silentOn = {}, writesOtherwise = {}, refuses }: Reader<Facts, Input>,
  ours: Facts,
  account: Account<Facts>,
): readonly string[] {
  const expected = refuses?.isExpected(ours) === true ? refuses.error : undefined;
  if (account.error !== expected) return [`it says ${account.error}, and we expect ${expected}`];
  if (expected !== undefined) return [];
  const facts = Object.keys(ours) as (keyof Facts)[];
  return facts.flatMap((fact) => {
    const alike = writesOtherwise[fact]?.alike;
    const [theirs, expected] = [account[fact], fact in silentOn ? undefined : ours[fact]].map(
      (value) => JSON.stringify(alike ? alike(value as readonly string[]) : value),
    );
    return theirs === expected ? [] : [`${String(fact)}: it says ${theirs}, and we ${expected}`];
  });
}

/** An explanation of what no longer differs would hide the next fault of the same facts. */
function assertEachExplanationIsNeeded<Facts extends object, Input>(
  { writesOtherwise = {}, refuses }: Reader<Facts, Input>,
  ours: readonly Facts[],
  accounts: readonly Account<Facts>[],
): void {
  const explanations = Object.entries<OtherWriting | undefined>(writesOtherwise);
  const differs = (fact: string) =>
    accounts.some(
      (account, index) =>
        JSON.stringify(account[fact as keyof Facts]) !==
        JSON.stringify(ours[index]?.[fact as keyof Facts]),
    );
  const needed = new Set(explanations.flatMap(([fact, one]) => (differs(fact) ? [one] : [])));
  for (const [, explanation] of explanations) {
    const why = explanation?.why;
    assert.ok(needed.has(explanation), `nothing is written otherwise because "${why}"`);
  }
  const isRefused = accounts.some(({ error }) => error !== undefined);
  assert.equal(isRefused, refuses !== undefined, `nothing is refused because "${refuses?.why}"`);
}
