import type { CertificateFacts, Fact } from './certificate-facts.ts';

/** Somebody else's reader of certificates. */
export interface Reader {
  readonly name: string;
  /** One account for each certificate, in their order. */
  readonly read: (certificates: readonly Uint8Array[]) => Promise<readonly Account[]>;
  /** How many certificates it is given, where all would take too long. */
  readonly sample?: number;
  /** Facts that it does not show, with the reason. */
  readonly silentOn?: Partial<Record<Fact, string>>;
  /** Where it writes in its own way what is the same in substance. */
  readonly writesOtherwise?: Partial<Record<Fact, OtherWriting>>;
  /** What it cannot take. */
  readonly refuses?: ExplainedRefusal;
}

/** Good certificates that a reader refuses, each with the same error. */
export interface ExplainedRefusal {
  readonly why: string;
  readonly error: string;
  readonly isExpected: (certificate: CertificateFacts) => boolean;
}

export interface OtherWriting {
  readonly why: string;
  /** Either writing, without what sets them apart. */
  readonly alike: (written: readonly string[]) => readonly string[];
}

/** Facts as a reader tells them, or what it has against the certificate. */
export type Account = Partial<Record<Fact, unknown>> & { readonly error?: string };

/**
 * Every fact that `account` gives differently, apart from the writing, or not at all, or unannounced; a
 * refusal is as much of a difference as a certificate that should have been refused.
 */
export function differencesOf(
  { silentOn = {}, writesOtherwise = {}, refuses }: Reader,
  ours: CertificateFacts,
  account: Account,
): readonly string[] {
  const expected = refuses?.isExpected(ours) === true ? refuses.error : undefined;
  if (account.error !== expected) return [`it says ${account.error}, and we expect ${expected}`];
  if (expected !== undefined) return [];
  const facts = Object.keys(ours) as Fact[];
  return facts.flatMap((fact) => {
    const alike = writesOtherwise[fact]?.alike;
    const [theirs, expected] = [account[fact], fact in silentOn ? undefined : ours[fact]].map(
      (value) => JSON.stringify(alike ? alike(value as readonly string[]) : value),
    );
    return theirs === expected ? [] : [`${fact}: it says ${theirs}, and we ${expected}`];
  });
}
