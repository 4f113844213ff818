import { kinds, violations } from './cases.ts';
import { SUITE_NAMES, type SuiteName } from './suite.ts';

/** Kinds of paths that judges accept although they are wrong, or refuse although they are good. */
export interface Explanation {
  readonly kinds: readonly string[];
  readonly judges: readonly string[];
  readonly why: string;
  /** Where it is written, or can be read in the judge's own source. */
  readonly source: string;
  /** Absent: all that the judge reads. */
  readonly suites?: readonly SuiteName[];
}

export const OPENSSL = 'OpenSSL';
export const GO = 'Go';
export const JAVA = 'Java';
export const NSS = 'NSS';
export const GNUTLS = 'GnuTLS';
export const NODE = 'Node TLS';
export const PECULIAR = '@peculiar/x509';
export const OURS_RFC5280 = 'preflight for rfc5280';
export const OURS_OPENSSL = 'preflight for openssl';
export const OURS_GO = 'preflight for go';
export const OURS_JAVA = 'preflight for java';
export const OURS = [OURS_RFC5280, OURS_OPENSSL, OURS_GO, OURS_JAVA];

export const JUDGES = [OPENSSL, GO, JAVA, NSS, GNUTLS, NODE, PECULIAR, ...OURS];

/** Suites whose algorithms a judge does not have, so that it refuses all of their paths. */
const UNREAD: Readonly<Record<string, readonly SuiteName[]>> = { [NSS]: ['ed25519'] };

/** All violations but some. */
export function violationsExcept(...some: readonly string[]): readonly string[] {
  return Object.keys(violations).filter((kind) => !some.includes(kind));
}

/** Every disagreement that an explanation announces, such as `p-192, rsa-2048: NSS`. */
export function announced(explanations: readonly Explanation[]): readonly string[] {
  return explanations.flatMap(({ kinds: some, judges: names, suites }) =>
    some.flatMap((kind) =>
      names.flatMap((name) =>
        (suites ?? suitesOf(kind, name)).map((suite) => disagreement(kind, suite, name)),
      ),
    ),
  );
}

export function disagreement(kind: string, suite: SuiteName, judge: string): string {
  return `${kind}, ${suite}: ${judge}`;
}

function suitesOf(kind: string, judge: string): readonly SuiteName[] {
  const made = kinds[kind]?.suites ?? SUITE_NAMES;
  return made.filter((suite) => !UNREAD[judge]?.includes(suite));
}
