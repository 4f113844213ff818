import type { KeyObject } from 'node:crypto';
import type { Actor } from '../audit/entry.ts';
import {
  type Certificate,
  type KeyAlgorithm,
  SUBJECT_ALT_NAME_KINDS,
  type Subject,
} from '../certificate.ts';
import { PkiError, refused, type Violation } from '../errors.ts';
import { type DecodedCertificate, decodeCertificate } from '../x509/decode-certificate.ts';
import type { SubjectKey } from '../x509/key.ts';
import { judgePublicKey } from '../x509/public-key-fault.ts';
import { decodePublicKey } from '../x509/subject-public-key-info.ts';
import { durationSeconds } from './duration.ts';
import type { IssuanceRequest } from './issuance-request.ts';
import { issueCertificate } from './issue-certificate.ts';
import { type IssuedLeaf, issueLeaf, type LeafDeps } from './issue-leaf.ts';
import type { Profile } from './profile.ts';
import { requestedNames } from './requested-names.ts';
import { periodSeconds } from './validity.ts';

/** What may be said of a certificate that takes another one's place with the same key. */
export interface RenewalRequest {
  /** Duration text; absent: as long as the other one, within what the profile allows today. */
  readonly validity?: string | undefined;
}

/** The same for one with another key: a CSR's, or one that is made here. */
export interface RekeyRequest extends RenewalRequest {
  /** PEM; excludes `keyAlgorithm` and `storePrivateKey`. */
  readonly csr?: string | undefined;
  /** Absent: the other one's. */
  readonly keyAlgorithm?: KeyAlgorithm | undefined;
  /** Absent: as the other one's was. */
  readonly storePrivateKey?: boolean | undefined;
}

export interface RenewalDeps extends LeafDeps {
  /** The certificate's private key, where it is kept here. */
  readonly storedKeyOf: (certificate: Certificate) => Promise<KeyObject | undefined>;
}

/**
 * Issues a certificate with the key, names and subject of another one (RFC 3647 §4.4.6), by the policy of
 * today; the other one stays valid. Where its private key is kept here, the new one's is too.
 *
 * @throws {PkiError} `authority-unknown`, `authority-cannot-issue` or `request-refused`
 */
export async function renewLeaf(
  deps: RenewalDeps,
  { certificate, request }: { readonly certificate: Certificate; readonly request: RenewalRequest },
  actor: Actor,
): Promise<IssuedLeaf> {
  return inWordsOf(request, async () => {
    const profile = deps.leafProfileOf(certificate.profile);
    const signer = await deps.issuerOf(certificate.authority);
    const decoded = decodeCertificate(certificate.der);
    const storedKey = await deps.storedKeyOf(certificate);
    const order = { signer, request: renewalOf(certificate, { decoded, profile, request }), actor };
    const issued = await issueCertificate(deps, order, {
      predecessor: { serialNumber: certificate.serialNumber, by: 'renew' },
      wrapPrivateKey: storedKey && ((serial) => deps.wrapSubscriberKey(storedKey, serial)),
    });
    return { certificate: issued };
  });
}

/**
 * Issues a certificate with the names and subject of another one and a new key (RFC 3647 §4.4.7), by the
 * policy of today; the other one stays valid.
 *
 * @throws {PkiError} `authority-unknown`, `authority-cannot-issue`, `request-refused` or
 *   `certificate-request-invalid`
 */
export async function rekeyLeaf(
  deps: RenewalDeps,
  { certificate, request }: { readonly certificate: Certificate; readonly request: RekeyRequest },
  actor: Actor,
): Promise<IssuedLeaf> {
  return inWordsOf(request, async () => {
    const { authority, profile: profileName, serialNumber } = certificate;
    const { csr, keyAlgorithm, storePrivateKey } = request;
    const profile = deps.leafProfileOf(profileName);
    const decoded = decodeCertificate(certificate.der);
    const key = keyOf(decoded);
    const wasStored = (await deps.storedKeyOf(certificate)) !== undefined;
    const leaf = {
      authority,
      profile: profileName,
      subject: subjectToday(decoded.subject.known, profile),
      ...namesOf(certificate),
      validity: validityToday(certificate, { profile, request }),
      ...(csr === undefined
        ? {
            keyAlgorithm: keyAlgorithm ?? key.keyAlgorithm,
            storePrivateKey: storePrivateKey ?? wasStored,
          }
        : { csr, notThisKey: key }),
    };
    return issueLeaf(deps, leaf, actor, { predecessor: { serialNumber, by: 'rekey' } });
  });
}

function renewalOf(
  certificate: Certificate,
  terms: {
    readonly decoded: DecodedCertificate;
    readonly profile: Profile;
    readonly request: RenewalRequest;
  },
): IssuanceRequest {
  const { decoded, profile } = terms;
  return {
    profile: profile.name,
    publicKey: keyOf(decoded),
    subject: subjectToday(decoded.subject.known, profile),
    isSubjectInOrder: true,
    names: requestedNames(namesOf(certificate)),
    validity: validityToday(certificate, terms),
    subjectPointer: (attribute) => (attribute === undefined ? '/subject' : `/subject/${attribute}`),
  };
}

/** The key as a CSR's would be judged: what was good enough for its day need not be for this one. */
function keyOf({ subjectPublicKeyInfo }: DecodedCertificate): SubjectKey {
  const judged = judgePublicKey(decodePublicKey(subjectPublicKeyInfo));
  if ('fault' in judged) throw refused([{ pointer: '', detail: `${judged.fault}; re-key it` }]);
  return { keyAlgorithm: judged.keyAlgorithm, subjectPublicKeyInfo };
}

function namesOf(certificate: Certificate) {
  const { dnsNames, ipAddresses, emailAddresses, uris } = certificate;
  return { dnsNames, ipAddresses, emailAddresses, uris };
}

/** The old subject in its order; what callers may not set is the profile's default of today. */
function subjectToday(subject: Subject, { subject: terms }: Profile): Subject {
  const { defaults, callerMaySet, commonName: mode } = terms;
  const isKept = (name: string) =>
    callerMaySet.some((one) => one === name) ||
    (name === 'commonName' && mode === 'subjectAltName');
  const kept = Object.fromEntries(Object.entries(subject).filter(([name]) => isKept(name)));
  const added = Object.fromEntries(Object.entries(defaults).filter(([name]) => !(name in kept)));
  return { ...kept, ...added };
}

/** As long as the old certificate from its issue on, unless the profile has become stricter. */
function validityToday(
  certificate: Certificate,
  { profile, request }: { readonly profile: Profile; readonly request: RenewalRequest },
): string {
  if (request.validity !== undefined) return request.validity;
  const { backdate, maximum } = profile.validity;
  const life = periodSeconds(certificate) - durationSeconds(backdate);
  const longest = maximum === undefined ? life : Math.min(life, durationSeconds(maximum));
  return `${Math.max(1, longest)}s`;
}

/** Names what a violation is about where the request has no such member to point to. */
async function inWordsOf<T>(request: object, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof PkiError) || cause.code !== 'request-refused') throw cause;
    throw refused(cause.violations.map((violation) => inTermsOf(request, violation)));
  }
}

function inTermsOf(request: object, { pointer, detail }: Violation): Violation {
  const [member = ''] = pointer.split('/').slice(1);
  if (pointer === '' || member in request) return { pointer, detail };
  const isAboutNames = [...SUBJECT_ALT_NAME_KINDS, 'subject'].includes(pointer.slice(1));
  if (isAboutNames && 'csr' in request) return { pointer: '/csr', detail };
  return { pointer: '', detail: `${pointer.slice(1)} of the certificate: ${detail}` };
}
