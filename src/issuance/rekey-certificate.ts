import { type KeyAlgorithm, SUBJECT_ALT_NAME_KINDS, type Subject } from '../certificate.ts';
import { refused, type Violation } from '../errors.ts';
import {
  type CertificationRequest,
  readCertificationRequest,
} from '../x509/certification-request.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import { areSameSubject } from '../x509/distinguished-name.ts';
import { subjectKeyIdentifierOf, subjectKeyOf } from '../x509/key.ts';
import { judgePublicKey } from '../x509/public-key-fault.ts';
import { decodePublicKey } from '../x509/subject-public-key-info.ts';
import { unissuedAttributes } from '../x509/unissued-attributes.ts';
import { issueCertificate } from './issue-certificate.ts';
import type { IssuedLeaf } from './issue-leaf.ts';
import { matchedToNames } from './leaf-subject.ts';
import { completedSubject, type Profile } from './profile.ts';
import type { RenewalDeps } from './renew-certificate.ts';
import { type Renewal, renewalOrderOf } from './renewal-order.ts';
import { inItsWords } from './renewal-refusal.ts';
import { areSameNames, requestedNames, valuesOf } from './requested-names.ts';

/** A certificate to be issued again for another key: that of a CSR, or one that is made here. */
export interface Rekeying extends Renewal {
  /** PEM; excludes `keyAlgorithm` and `storePrivateKey`. */
  readonly csr?: string | undefined;
  /** Absent: that of the old key. */
  readonly keyAlgorithm?: KeyAlgorithm | undefined;
  /** Absent: where the old key is kept. */
  readonly storePrivateKey?: boolean | undefined;
}

const MEMBERS = ['/csr', '/keyAlgorithm', '/storePrivateKey', '/validity'];

/**
 * Issues a certificate again for another key (RFC 3647 §4.4.7): the same names, subject, profile and
 * authority, and the whole policy of today. The old one stays valid.
 *
 * @throws {PkiError} `request-refused`, `certificate-request-invalid` or `authority-cannot-issue`
 */
export async function rekeyCertificate(deps: RenewalDeps, rekeying: Rekeying): Promise<IssuedLeaf> {
  const { csr } = rekeying;
  return inItsWords(rekeying, MEMBERS, () =>
    csr === undefined ? rekeyHere(deps, rekeying) : rekeyByCsr(deps, rekeying, csr),
  );
}

async function rekeyHere(deps: RenewalDeps, rekeying: Rekeying): Promise<IssuedLeaf> {
  const { certificate } = rekeying;
  const { old, orderFor } = await renewalOrderOf(deps, rekeying);
  const keyAlgorithm = rekeying.keyAlgorithm ?? keyAlgorithmOf(old);
  const isKept = rekeying.storePrivateKey ?? (await deps.findPrivateKey(certificate)) !== undefined;
  const keyPair = await deps.newKeyPair(keyAlgorithm);
  const { privateKey } = keyPair;
  const wrapPrivateKey = isKept
    ? (serialNumber: string) => deps.wrapSubscriberKey(privateKey, serialNumber)
    : undefined;
  const alongside = { wrapPrivateKey, replaces: certificate.serialNumber };
  const order = orderFor(subjectKeyOf(keyPair, keyAlgorithm), {});
  return { certificate: await issueCertificate(deps, order, alongside), privateKey };
}

async function rekeyByCsr(deps: RenewalDeps, rekeying: Rekeying, pem: string): Promise<IssuedLeaf> {
  const { certificate } = rekeying;
  const { old, profile, orderFor } = await renewalOrderOf(deps, rekeying);
  const csr = await readCertificationRequest(pem);
  const disagreements = disagreementsOf(csr, old, profile);
  if (disagreements.length > 0) throw refused(disagreements);
  const said = { keyPointer: '/csr', requestedExtensions: csr.requested };
  const order = orderFor(csr.publicKey, said);
  const alongside = { replaces: certificate.serialNumber };
  return { certificate: await issueCertificate(deps, order, alongside) };
}

/** A CSR brings a new key, and says nothing else; what it says all the same must agree. */
function disagreementsOf(
  { names, subject, publicKey }: CertificationRequest,
  old: DecodedCertificate,
  profile: Profile,
): readonly Violation[] {
  const asked = valuesOf(requestedNames(names));
  const hasNames = SUBJECT_ALT_NAME_KINDS.some((kind) => asked[kind].length > 0);
  const isSameKey = subjectKeyIdentifierOf(publicKey.subjectPublicKeyInfo).equals(
    subjectKeyIdentifierOf(old.subjectPublicKeyInfo),
  );
  const faults: readonly (readonly [boolean, string])[] = [
    [isSameKey, 'has the key of the certificate; to keep the key, renew it'],
    [hasNames && !areSameNames(asked, old.names), 'names others than the certificate does'],
    [!namesSubjectOf(old, subject.known, profile), 'has another subject'],
    [subject.hasJointAttributes, 'names several attributes in one RDN'],
    ...names.otherKinds.map(
      (kind) => [true, `asks for "${kind}", which is not issued here`] as const,
    ),
    ...unissuedAttributes(subject).map((detail) => [true, detail] as const),
  ];
  return faults.flatMap(([isFault, detail]) => (isFault ? [{ pointer: '/csr', detail }] : []));
}

/**
 * Whether a CSR for this certificate may have such a subject: none, the certificate's own, or one of which issuing makes that
 * today, since who has made a CSR once makes the next one alike.
 */
function namesSubjectOf(old: DecodedCertificate, subject: Subject, profile: Profile): boolean {
  if (Object.keys(subject).length === 0) return true;
  const completed = completedSubject(profile, subject);
  const issued = matchedToNames(profile, completed, requestedNames(old.names));
  return [subject, issued].some((one) => areSameSubject(one, old.subject.known));
}

function keyAlgorithmOf({ subjectPublicKeyInfo }: DecodedCertificate): KeyAlgorithm {
  const judged = judgePublicKey(decodePublicKey(subjectPublicKeyInfo));
  if ('keyAlgorithm' in judged) return judged.keyAlgorithm;
  const detail = 'is needed, since the old key is of no supported algorithm or size';
  throw refused([{ pointer: '/keyAlgorithm', detail }]);
}
