import type { Violation } from '../errors.ts';
import { type DraftDeps, draftCertificate } from '../issuance/draft-certificate.ts';
import { durationSeconds } from '../issuance/duration.ts';
import { requestFromBody } from '../issuance/issue-leaf.ts';
import type { Issuer } from '../issuance/issuer.ts';
import { PROFILES } from '../issuance/profile.ts';
import { validityAt } from '../issuance/validity.ts';
import { type KeyPair, subjectKeyOf } from '../x509/key.ts';
import type { DestinationStore } from './destination.ts';
import { renewalTimeOf } from './reasons.ts';
import type { RotationTarget } from './target.ts';

export interface TargetViolationsDeps extends DraftDeps {
  readonly now: () => Date;
  /** @throws {PkiError} `authority-unknown` */
  readonly issuerOf: (authority: string) => Promise<Issuer>;
  readonly authorityExists: (name: string) => Promise<boolean>;
  readonly newKeyPair: (algorithm: 'ecdsa-p256') => Promise<KeyPair>;
  readonly destinations: Pick<DestinationStore, 'violationsOf'>;
}

/**
 * Everything that would keep a target from ever being rotated, so that it is refused when it is
 * declared and not found out at night. What may change by itself, such as an issuer whose remaining
 * life is too short, is left to the passes.
 *
 * @throws {PkiError} `authority-unknown`
 */
export async function targetViolations(
  deps: TargetViolationsDeps,
  target: RotationTarget,
): Promise<readonly Violation[]> {
  const issuer = await deps.issuerOf(target.authority);
  return [
    ...durationViolations(target),
    ...(await nameViolations(deps, target, issuer)),
    ...(await clientAuthorityViolations(deps, target)),
    ...(await deps.destinations.violationsOf(target.destination)),
  ];
}

/** A certificate that is due as soon as it is issued would be rotated on every pass. */
export function durationViolations(target: RotationTarget): readonly Violation[] {
  const validitySeconds = durationSeconds(target.validity);
  const maximumSeconds =
    PROFILES[target.profile].maximumValiditySeconds ?? Number.POSITIVE_INFINITY;
  if (validitySeconds > maximumSeconds) {
    return [{ pointer: '/validity', detail: `at most ${maximumSeconds / 86_400} days` }];
  }
  const now = new Date(0);
  const fresh = validityAt({
    now,
    validitySeconds,
    maximumSeconds,
    issuerNotBefore: new Date(-1e9),
  });
  if (renewalTimeOf(fresh, target) > now) return [];
  return target.renewBefore === undefined
    ? [{ pointer: '/validity', detail: 'is too short for a certificate to be replaced in time' }]
    : [{ pointer: '/renewBefore', detail: 'must leave at least two seconds of the validity' }];
}

/** The policy's own judgement of a draft, which is never signed. */
async function nameViolations(
  deps: TargetViolationsDeps,
  target: RotationTarget,
  issuer: Issuer,
): Promise<readonly Violation[]> {
  const { publicKey } = await deps.newKeyPair('ecdsa-p256');
  const request = { ...requestFromBody(target, subjectKeyOf(publicKey)), validity: '1s' };
  const now = deps.now();
  const [own] = issuer.path;
  // An issuer that has expired says nothing about the names, and is the passes' affair.
  const judgedAt = new Date(Math.min(now.getTime(), own.notAfter.getTime()));
  const { violations } = draftCertificate(deps, { signer: issuer, request }, judgedAt);
  return violations;
}

async function clientAuthorityViolations(
  { authorityExists }: TargetViolationsDeps,
  { destination }: RotationTarget,
): Promise<readonly Violation[]> {
  const exist = await Promise.all(destination.clientAuthorities.map(authorityExists));
  return destination.clientAuthorities.flatMap((name, index) => {
    const pointer = `/destination/clientAuthorities/${index}`;
    return exist[index] ? [] : [{ pointer, detail: `no authority "${name}"` }];
  });
}
