import type { Actor } from '../audit/entry.ts';
import type { Certificate } from '../certificate.ts';
import { refused } from '../errors.ts';
import { type DecodedCertificate, decodeCertificate } from '../x509/decode-certificate.ts';
import type { SubjectKey } from '../x509/key.ts';
import { durationSeconds } from './duration.ts';
import type { IssuanceRequest } from './issuance-request.ts';
import type { LeafDeps } from './issue-leaf.ts';
import type { Issuer } from './issuer.ts';
import type { Profile } from './profile.ts';
import { requestedNames } from './requested-names.ts';
import { givenSeconds } from './validity.ts';

/** What is to be issued again, by whom, and for whom. */
export interface Renewal {
  readonly certificate: Certificate;
  /** Duration text; absent: as long as the certificate lasts, as far as its profile allows today. */
  readonly validity?: string | undefined;
  readonly actor: Actor;
  /** Whether it is the certificate itself that asks: then it gets no longer a life than it was given. */
  readonly isByItself?: boolean;
}

/**
 * A certificate read anew from its own octets, by the profile and the authority as they are now.
 *
 * @throws {PkiError} `request-refused`, `authority-unknown` or `authority-cannot-issue`
 */
export async function renewalOrderOf(deps: LeafDeps, renewal: Renewal) {
  const { certificate, validity, actor } = renewal;
  const old = decodeCertificate(certificate.der);
  if (old.isAuthority) {
    const detail = 'certificates of authorities are not renewed here';
    throw refused([{ pointer: '', detail }]);
  }
  const profile = deps.leafProfileOf(certificate.profile);
  assertNoLongerThanGiven(renewal);
  const signer = await deps.issuerOf(certificate.authority);
  const terms = { certificate, old, validity: validity ?? sameLength(certificate, profile) };
  return {
    old,
    profile,
    /** What the certificate for `publicKey` is to say. */
    orderFor: (publicKey: SubjectKey, more: KeyTerms) => ({
      signer,
      actor,
      request: { ...requestOf(terms, publicKey), ...more },
    }),
  } satisfies RenewalOrder;
}

/** What comes with the key, and not from the certificate. */
type KeyTerms = Pick<IssuanceRequest, 'keyPointer' | 'requestedExtensions'>;

interface RenewalOrder {
  readonly old: DecodedCertificate;
  readonly profile: Profile;
  readonly orderFor: (
    publicKey: SubjectKey,
    more: KeyTerms,
  ) => { readonly signer: Issuer; readonly actor: Actor; readonly request: IssuanceRequest };
}

function requestOf(
  {
    certificate,
    old,
    validity,
  }: { certificate: Certificate; old: DecodedCertificate; validity: string },
  publicKey: SubjectKey,
): IssuanceRequest {
  return {
    profile: certificate.profile,
    publicKey,
    subject: old.subject.known,
    isSubjectInOrder: true,
    names: requestedNames(old.names),
    validity,
    subjectPointer: (attribute) => (attribute === undefined ? '/subject' : `/subject/${attribute}`),
  };
}

/**
 * Who was given a certificate for a week gets another week, not the profile's default; where the
 * profile allows less than it did, what it allows.
 */
function sameLength(certificate: Certificate, { validity }: Pick<Profile, 'validity'>): string {
  const given = givenSeconds(certificate);
  const maximum = validity.maximum === undefined ? given : durationSeconds(validity.maximum);
  return `${Math.min(given, maximum)}s`;
}

/** A short life that somebody chose, as for a key that may be stolen, is not its holder's to lengthen. */
function assertNoLongerThanGiven({ certificate, isByItself, validity }: Renewal): void {
  const given = givenSeconds(certificate);
  if (!isByItself || validity === undefined || durationSeconds(validity) <= given) return;
  const detail = `a certificate gives itself no longer a life than it was given: at most ${given}s`;
  throw refused([{ pointer: '/validity', detail }]);
}
