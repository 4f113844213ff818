import { AWAITS_CERTIFICATE, isCertified, type RecordedAuthority } from '../authority/authority.ts';
import type { KeyAlgorithm } from '../certificate.ts';
import type { Violation } from '../errors.ts';
import { type DraftDeps, draftCertificate } from '../issuance/draft-certificate.ts';
import { durationSeconds, durationWords } from '../issuance/duration.ts';
import { requestFromBody } from '../issuance/issue-leaf.ts';
import type { Issuer } from '../issuance/issuer.ts';
import { namedAt } from '../issuance/named-authority.ts';
import type { Profile } from '../issuance/profile.ts';
import { commonPeriodOf, validityAt } from '../issuance/validity.ts';
import { readerViolations } from '../sds/resource.ts';
import type { SubjectKey } from '../x509/key.ts';
import type { DestinationStore } from './destination.ts';
import { type ServedViolationsDeps, servedViolations } from './proof/served-violations.ts';
import { renewalTimeOf } from './renewal-time.ts';
import { isTooMuchJitter } from './schedule/rotation-time.ts';
import { windowViolations } from './schedule/rotation-window.ts';
import type { RotationTarget } from './target.ts';

/** What drafts are made from that are never signed. */
export interface SampleDeps extends DraftDeps {
  readonly now: () => Date;
  readonly sampleKeyOf: (algorithm: KeyAlgorithm) => Promise<SubjectKey>;
}

export interface TargetViolationsDeps extends SampleDeps, ServedViolationsDeps {
  /** @throws {PkiError} `request-refused` for one that does not exist, or is for authorities */
  readonly leafProfileOf: (name: string) => Profile;
  readonly findAuthority: (name: string) => Promise<RecordedAuthority | undefined>;
  /** @throws {PkiError} `authority-unknown` */
  readonly issuerOf: (authority: string) => Promise<Issuer>;
  readonly destinations: Pick<DestinationStore, 'violationsOf'>;
}

/**
 * Everything that would keep a target from ever being rotated, so that it is refused when it is
 * declared and not found out at night. What may change by itself, such as an issuer whose remaining
 * life is too short, is left to the passes.
 *
 * @throws {PkiError} `authority-unknown`, or `request-refused` for an unknown profile
 */
export async function targetViolations(
  deps: TargetViolationsDeps,
  target: RotationTarget,
): Promise<readonly Violation[]> {
  const profile = deps.leafProfileOf(target.profile);
  const ofDeclaration = await namedAt('/authority', async () => {
    const issuer = await deps.issuerOf(target.authority);
    return declaredViolations(deps, target, { profile, issuer });
  });
  return [
    ...ofDeclaration,
    ...(await clientAuthorityViolations(deps, target)),
    ...(await deps.destinations.violationsOf(target.destination)),
    ...(await servedViolations(deps, target)),
  ];
}

/** What the declaration and its profile say against each other, whatever the moment, under this issuer. */
export async function declaredViolations(
  deps: SampleDeps,
  target: RotationTarget,
  terms: { readonly profile: Profile; readonly issuer: Issuer },
): Promise<readonly Violation[]> {
  return [
    ...durationViolations(target, terms.profile),
    ...windowViolationsOf(target),
    ...(await nameViolations(deps, target, terms)),
    ...readerViolations(target.destination),
  ];
}

/** A certificate that is due as soon as it is issued would be rotated on every pass. */
export function durationViolations(
  target: RotationTarget,
  { validity: { backdate, minimum = '1s', maximum } }: Profile,
): readonly Violation[] {
  const validitySeconds = durationSeconds(target.validity);
  const maximumSeconds = maximum === undefined ? undefined : durationSeconds(maximum);
  if (maximum !== undefined && validitySeconds > durationSeconds(maximum)) {
    return [{ pointer: '/validity', detail: `at most ${durationWords(maximum)}` }];
  }
  if (validitySeconds < durationSeconds(minimum)) {
    return [{ pointer: '/validity', detail: `at least ${durationWords(minimum)}` }];
  }
  const now = new Date(0);
  const fresh = validityAt({
    now,
    validitySeconds,
    backdateSeconds: durationSeconds(backdate),
    maximumSeconds,
    issuerNotBefore: new Date(-1e9),
  });
  if (renewalTimeOf(fresh, target) > now) {
    return isTooMuchJitter(fresh, target)
      ? [{ pointer: '/jitter', detail: 'at most a quarter of the time from issue to renewal' }]
      : [];
  }
  return target.renewBefore === undefined
    ? [{ pointer: '/validity', detail: 'is too short for a certificate to be replaced in time' }]
    : [{ pointer: '/renewBefore', detail: 'must leave at least two seconds of the validity' }];
}

function windowViolationsOf({ rotationWindow }: RotationTarget): readonly Violation[] {
  const found = rotationWindow ? windowViolations(rotationWindow) : [];
  return found.map(({ pointer, detail }) => ({ pointer: `/rotationWindow${pointer}`, detail }));
}

/** The policy's own judgement of a draft, which is never signed. */
async function nameViolations(
  deps: SampleDeps,
  target: RotationTarget,
  { profile, issuer }: { readonly profile: Profile; readonly issuer: Issuer },
): Promise<readonly Violation[]> {
  const key = await deps.sampleKeyOf(target.keyAlgorithm);
  const validity = profile.validity.minimum ?? '1s';
  const request = { ...requestFromBody(target, profile, key), validity };
  const now = deps.now();
  const { notAfter } = commonPeriodOf(issuer.path);
  // An issuer that has expired says nothing about the names, and is the passes' affair.
  const judgedAt = new Date(Math.min(now.getTime(), notAfter.getTime()));
  const { violations } = draftCertificate(deps, { signer: issuer, request }, judgedAt);
  return violations;
}

/** An authority whose clients are to be trusted needs no key here, but a certificate. */
async function clientAuthorityViolations(
  deps: TargetViolationsDeps,
  target: RotationTarget,
): Promise<readonly Violation[]> {
  const { findAuthority } = deps;
  const found = target.destination.clientAuthorities.map(async (name, index) => {
    const pointer = `/destination/clientAuthorities/${index}`;
    const authority = await findAuthority(name);
    if (!authority) return [{ pointer, detail: `no authority "${name}"` }];
    if (isCertified(authority)) return [];
    return [{ pointer, detail: `authority "${name}" ${AWAITS_CERTIFICATE}` }];
  });
  return (await Promise.all(found)).flat();
}
