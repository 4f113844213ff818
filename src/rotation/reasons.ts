import type { Subject, SubjectAltNames } from '../certificate.ts';
import { hasEnded } from '../has-ended.ts';
import type { Profile } from '../issuance/profile.ts';
import { areSameNames, haveSameMembers } from '../issuance/requested-names.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import { areSameSubject } from '../x509/distinguished-name.ts';
import { encodeCertificates } from '../x509/pem.ts';
import { isSignedBy } from '../x509/signed-by.ts';
import type { DestinationFiles } from './destination.ts';
import { publicKeyOf, type ReadableCertificate, readableChain } from './readable-files.ts';
import type { RotationReason } from './rotation-reason.ts';
import { rotationTimeOf } from './schedule/rotation-time.ts';
import type { RotationTarget } from './target.ts';

/** What a target ought to hold, worked out from its spec and its authorities. */
export interface Expectation {
  readonly target: RotationTarget;
  readonly profile: Profile;
  /** Names and subject as they would be issued now. */
  readonly names: SubjectAltNames;
  readonly subject: Subject;
  /** The issuer's path, the issuer first, the root last. */
  readonly issuerPath: readonly DecodedCertificate[];
  /** DER of the certificates of `ca.crt`, in order; `undefined` where there is to be none. */
  readonly clientAuthorities: readonly Uint8Array[] | undefined;
}

/** The certificate of a destination that could be read, whatever else is wrong with it. */
export interface FilesFound {
  readonly reasons: readonly RotationReason[];
  readonly certificate: DecodedCertificate | undefined;
}

/**
 * Every reason to rotate a destination that holds `files`; none when it is good as it is.
 *
 * It looks at the files alone and never at a "last rotated" record, so that a destination that was
 * emptied or edited by hand is mended on the next pass. What is about to be written is judged by
 * the same rules before it is.
 */
export function reasonsToRotate(
  files: Partial<DestinationFiles>,
  expected: Expectation,
  now: Date,
): FilesFound {
  const { 'tls.crt': chainPem, 'tls.key': key, 'ca.crt': clientCa } = files;
  const authorities = expected.issuerPath.map(({ der }) => der);
  const chain = chainPem ? readableChain(chainPem, authorities) : undefined;
  if (!chainPem || !key || (expected.clientAuthorities && !clientCa)) {
    return { reasons: ['missingData'], certificate: chain?.leaf };
  }
  const publicKey = publicKeyOf(key);
  if (!chain || !publicKey) return { reasons: ['unreadable'], certificate: chain?.leaf };
  const { leaf: certificate, above } = chain;
  const isKeysOwn = publicKey.equals(certificate.subjectPublicKeyInfo);
  const isSpecNew =
    isSpecChanged(certificate, above, expected) || isOtherClientCa(clientCa, expected);
  const reasons: readonly (RotationReason | false)[] = [
    !isKeysOwn && 'keyMismatch',
    ...identityReasons(certificate, above, expected),
    isSpecNew && 'specChanged',
    timeReason(certificate, expected, now),
  ];
  return { reasons: reasons.filter((reason) => reason !== false), certificate };
}

function identityReasons(
  certificate: ReadableCertificate,
  above: readonly Uint8Array[],
  expected: Expectation,
): readonly (RotationReason | false)[] {
  return [
    !isIssuedAlong(certificate, above, expected) && 'wrongIssuer',
    !areSameNames(certificate.names, expected.names) && 'wrongNames',
    !hasUsage(certificate, expected.profile) && 'wrongUsage',
  ];
}

function timeReason(
  certificate: DecodedCertificate,
  { target, issuerPath: [issuer] }: Expectation,
  now: Date,
): 'due' | 'expired' | false {
  if (hasEnded(certificate, now)) return 'expired';
  // One that ends with its issuer is as good as that one gives, and would be due again at once.
  const isLastOfItsIssuer = issuer !== undefined && certificate.notAfter >= issuer.notAfter;
  return !isLastOfItsIssuer && now >= rotationTimeOf(certificate, target, now) && 'due';
}

/** Whether our issuer signed the leaf, and the path beside it is that issuer's, root aside. */
function isIssuedAlong(
  leaf: ReadableCertificate,
  above: readonly Uint8Array[],
  { issuerPath }: Expectation,
): boolean {
  const [issuer] = issuerPath;
  if (!issuer) return false;
  const isPathAsExpected = issuerPath
    .slice(0, -1)
    .every(({ der }, index) => isEqual(above[index], der));
  return isPathAsExpected && isSignedBy(leaf.der, issuer.subjectPublicKeyInfo);
}

function hasUsage({ isAuthority, extKeyUsage }: DecodedCertificate, profile: Profile) {
  return !isAuthority && haveSameMembers(extKeyUsage, profile.extKeyUsage);
}

function isSpecChanged(
  leaf: ReadableCertificate,
  above: readonly Uint8Array[],
  { target, subject, issuerPath }: Expectation,
): boolean {
  const path = target.destination.includeRoot ? issuerPath : issuerPath.slice(0, -1);
  return (
    above.length !== path.length ||
    !path.every(({ der }, index) => isEqual(above[index], der)) ||
    !areSameSubject(leaf.subject.known, subject) ||
    leaf.keyAlgorithm !== target.keyAlgorithm
  );
}

/** Octet by octet and without reading them: a hundred authorities with their paths are no chain. */
function isOtherClientCa(pem: string | undefined, { clientAuthorities }: Expectation): boolean {
  if (clientAuthorities === undefined) return pem !== undefined;
  return pem !== encodeCertificates(clientAuthorities);
}

function isEqual(one: Uint8Array | undefined, other: Uint8Array): boolean {
  return one !== undefined && Buffer.compare(one, other) === 0;
}
