import type { SuiteName, SuiteWithAuthorities } from './suite.ts';
import { authority, HOST, type Parts, type Written, written } from './written-certificate.ts';

/** A path that verifiers are asked about, and what they are asked. */
export interface AskedPath {
  /** DER, leaf first; its root last. */
  readonly path: readonly Buffer[];
  /** The only root that is trusted. */
  readonly trusted: Buffer;
  readonly purpose: 'server' | 'client' | 'ocsp' | 'any';
  readonly host?: string;
}

/** One that can be shown in a handshake, too. */
export interface PathCase extends AskedPath {
  readonly privateKey: Written['keys']['privateKey'];
}

/** A kind of paths, all of which are good or wrong in one way. */
export interface Kind {
  /** What there is to see. */
  readonly what: string;
  /** Where it is written that it is good, or that it is not. */
  readonly source: string;
  readonly make: (suite: SuiteWithAuthorities) => PathCase;
  /** Absent: every suite. */
  readonly suites?: readonly SuiteName[];
}

export type Kinds = Readonly<Record<string, Kind>>;

/** A path of a certificate that is made of `parts`, below `above` or below the suite's authorities. */
export function pathOf(
  suite: SuiteWithAuthorities,
  parts: Parts = {},
  above: readonly Written[] = [suite.issuing, suite.root],
): PathCase {
  const leaf = written(suite, { issuer: above[0], ...parts });
  return served(leaf, above);
}

/** The path of a certificate that is there already. */
export function served(leaf: Written, above: readonly Written[]): PathCase {
  return {
    path: [leaf, ...above].map(({ der }) => der),
    trusted: (above.at(-1) ?? leaf).der,
    purpose: 'server',
    host: HOST,
    privateKey: leaf.keys.privateKey,
  };
}

/** A path below an authority that is made of `parts`, and stands below the root. */
export function pathBelow(suite: SuiteWithAuthorities, parts: Parts, leaf: Parts = {}): PathCase {
  return pathOf(suite, leaf, [below(suite, 'Middle', parts), suite.root]);
}

/** An authority below the root, or below the issuer in `parts`. */
export function below(suite: SuiteWithAuthorities, name: string, parts: Parts = {}): Written {
  return authority(suite, name, { issuer: suite.root, ...parts });
}
