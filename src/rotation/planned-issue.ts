import type { Validity } from '../certificate.ts';
import { PkiError } from '../errors.ts';
import { outlivedByEveryAuthorityAbove } from '../issuance/authority-checks.ts';
import type { Issuer } from '../issuance/issuer.ts';
import { issuingObstacle } from '../issuance/issuing-obstacle.ts';
import type { Profile } from '../issuance/profile.ts';
import { commonPeriodOf, validityUnder } from '../issuance/validity.ts';
import type { IssuedAt } from './schedule/simulate.ts';
import type { RotationTarget } from './target.ts';
import { durationViolations } from './target-violations.ts';

export interface PlannedIssueDeps {
  /** @throws {PkiError} `authority-unknown`, or `authority-cannot-issue` */
  readonly pathOf: (authority: string) => Promise<Issuer['path']>;
  /** @throws {PkiError} `request-refused` for one that does not exist, or is for authorities */
  readonly leafProfileOf: (name: string) => Profile;
}

/** Empty where it is not known what will be above. */
type Path = Issuer['path'] | readonly [];

/** What issuing for a target would come to. */
export interface PlannedIssue {
  /** When the first of the authorities above ends; `undefined`: nothing can be issued at all. */
  readonly issuerEnd: Date | undefined;
  readonly issuedAt: (at: number) => IssuedAt;
}

/**
 * Judges what would be issued for a target, at times that are still to come, as issuing itself does. `isReplaced`: by
 * an authority that is not known yet, and lives long enough.
 */
export async function plannedIssue(
  { pathOf, leafProfileOf }: PlannedIssueDeps,
  target: RotationTarget,
  { isReplaced }: { readonly isReplaced: boolean },
): Promise<PlannedIssue> {
  try {
    const profile = leafProfileOf(target.profile);
    const path: Path = isReplaced ? [] : await pathOf(target.authority);
    const [fault] = durationViolations(target, profile);
    if (fault) return unissuable(`${fault.pointer} ${fault.detail}`);
    const { notAfter: issuerEnd } = commonPeriodOf(path);
    return { issuerEnd, issuedAt: (at) => issuedAt(new Date(at), { target, profile, path }) };
  } catch (error) {
    if (error instanceof PkiError) return unissuable(error.message);
    throw error;
  }
}

function unissuable(fault: string): PlannedIssue {
  return { issuerEnd: undefined, issuedAt: () => ({ fault }) };
}

function issuedAt(
  now: Date,
  about: { target: RotationTarget; profile: Profile; path: Path },
): IssuedAt {
  const { target, profile, path } = about;
  const obstacle = issuingObstacle({ name: target.authority, path }, { isAuthority: false }, now);
  if (obstacle !== undefined) return { fault: obstacle };
  const { validity } = target;
  const certificate: Validity = validityUnder(profile, { validity, now, issuers: path });
  const [violation] = outlivedByEveryAuthorityAbove(certificate, { issuers: path });
  return violation ? { fault: `it ${violation.detail}` } : { certificate };
}
