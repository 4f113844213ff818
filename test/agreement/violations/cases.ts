import { issuers, links, pathLengths } from './kinds/authorities.ts';
import { dates, purposesOfLeaves } from './kinds/dates-and-purposes.ts';
import { extensions, forms } from './kinds/forms.ts';
import { good } from './kinds/good.ts';
import { hosts } from './kinds/hosts.ts';
import { brokenConstraints } from './kinds/name-constraints.ts';
import { brokenSignatures, weakKeys } from './kinds/signatures-and-keys.ts';
import type { Kind, Kinds, PathCase } from './path-case.ts';
import { SUITE_NAMES, type SuiteName, suiteOf } from './suite.ts';

/** A path of some kind, made with the keys of some suite. */
export interface MadeCase {
  readonly kind: string;
  readonly suite: SuiteName;
  readonly path: PathCase;
}

/** Every way of being wrong, by its name. */
export const violations: Kinds = {
  ...dates,
  ...purposesOfLeaves,
  ...brokenConstraints,
  ...pathLengths,
  ...issuers,
  ...links,
  ...brokenSignatures,
  ...weakKeys,
  ...hosts,
  ...extensions,
  ...forms,
};

export const kinds: Readonly<Record<string, Kind>> = { ...good, ...violations };

/** A path of every kind in every suite. */
export function allCases(at: Date): readonly MadeCase[] {
  const suites = SUITE_NAMES.map((name) => suiteOf(name, at));
  return Object.entries(kinds).flatMap(([kind, { make, suites: only = SUITE_NAMES }]) =>
    suites.flatMap((suite) =>
      only.includes(suite.name) ? [{ kind, suite: suite.name, path: make(suite) }] : [],
    ),
  );
}
