import type { Certificate, Validity } from '../certificate.ts';
import { durationSeconds } from './duration.ts';
import type { Profile } from './profile.ts';

/** What a validity period is decided from. */
export interface ValidityTerms {
  readonly now: Date;
  /** Counted from now. */
  readonly validitySeconds: number;
  /** How far the start lies before now, for clocks that are behind. */
  readonly backdateSeconds: number;
  /** The whole period at most, backdating included. */
  readonly maximumSeconds: number | undefined;
  /** No certificate begins before every authority above does. */
  readonly issuerNotBefore: Date | undefined;
}

/**
 * The validity of a certificate issued now.
 *
 * Both ends belong to the period (RFC 5280 §4.1.2.5), so a certificate good for N seconds from now
 * ends at N - 1. Times are cut to whole seconds because UTCTime and GeneralizedTime hold no
 * fractions in DER (§4.1.2.5.1, §4.1.2.5.2).
 *
 * A validity of the maximum, or nearly, ends earlier by the backdating: consumers measure the whole
 * period, and a start in the past matters more than the last five minutes of years.
 */
export function validityAt(terms: ValidityTerms): Validity {
  const nowSeconds = Math.floor(terms.now.getTime() / 1000);
  const issuerStart = Math.floor((terms.issuerNotBefore?.getTime() ?? 0) / 1000);
  const start = Math.max(nowSeconds - terms.backdateSeconds, issuerStart);
  const end = nowSeconds + terms.validitySeconds - 1;
  const maximum = terms.maximumSeconds ?? Number.POSITIVE_INFINITY;
  const latestEnd = terms.validitySeconds <= maximum ? start + maximum - 1 : end;
  return { notBefore: new Date(start * 1000), notAfter: new Date(Math.min(end, latestEnd) * 1000) };
}

/**
 * The validity of a certificate issued under a profile, below `issuers`: where the profile says so it ends with the first of
 * them that ends; else it may end after that, which is refused.
 */
export function validityUnder(
  { validity: terms, clampToIssuer }: Pick<Profile, 'validity' | 'clampToIssuer'>,
  about: {
    /** Duration text; absent: the profile's. */
    readonly validity: string | undefined;
    readonly now: Date;
    readonly issuers: readonly Validity[];
  },
): Validity {
  const above = commonPeriodOf(about.issuers);
  const { notBefore, notAfter } = validityAt({
    now: about.now,
    validitySeconds: durationSeconds(about.validity ?? terms.default ?? ''),
    backdateSeconds: durationSeconds(terms.backdate),
    maximumSeconds: terms.maximum === undefined ? undefined : durationSeconds(terms.maximum),
    issuerNotBefore: above.notBefore,
  });
  const isClamped = clampToIssuer && above.notAfter < notAfter;
  return { notBefore, notAfter: isClamped ? above.notAfter : notAfter };
}

/** The seconds of a period whose both ends belong to it. */
export function periodSeconds({ notBefore, notAfter }: Validity): number {
  return (notAfter.getTime() - notBefore.getTime()) / 1000 + 1;
}

/** The seconds of the life that a certificate was given: from its issue on, so that its backdating is no part of it. */
export function givenSeconds({
  issuedAt,
  notAfter,
}: Pick<Certificate, 'issuedAt' | 'notAfter'>): number {
  const notBefore = new Date(Math.floor(issuedAt.getTime() / 1000) * 1000);
  return periodSeconds({ notBefore, notAfter });
}

/** ECMA-262 §21.4.1.1: no Date lies further from 1970. */
const MAX_TIME = 8.64e15;

/** The period in which every certificate of a path is valid; that of an empty one has no bounds. */
export function commonPeriodOf(path: readonly Validity[]): Validity {
  let [start, end] = [-MAX_TIME, MAX_TIME];
  for (const { notBefore, notAfter } of path) {
    start = Math.max(start, notBefore.getTime());
    end = Math.min(end, notAfter.getTime());
  }
  return { notBefore: new Date(start), notAfter: new Date(end) };
}
