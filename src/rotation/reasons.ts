import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import type { Subject, SubjectAltNames } from '../certificate.ts';
import { durationSeconds } from '../issuance/duration.ts';
import { PROFILES } from '../issuance/profile.ts';
import { areSameNames, haveSameMembers } from '../issuance/requested-names.ts';
import { type DecodedCertificate, decodeCertificate } from '../x509/decode-certificate.ts';
import { areSameSubject } from '../x509/distinguished-name.ts';
import { keyAlgorithmOf } from '../x509/key.ts';
import { decodePem } from '../x509/pem.ts';
import type { DestinationFiles } from './destination.ts';
import type { RotationReason } from './rotation-reason.ts';
import type { RotationTarget } from './target.ts';

/** What a target ought to hold, worked out from its spec and its authorities. */
export interface Expectation {
  readonly target: RotationTarget;
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

/** A third of the lifetime is left when a certificate is renewed, as is the field's custom. */
const DEFAULT_RENEW_BEFORE_FRACTION = 1 / 3;

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
  const { 'tls.crt': chain, 'tls.key': key, 'ca.crt': clientCa } = files;
  if (!chain || !key || (expected.clientAuthorities && !clientCa)) {
    return { reasons: ['missingData'], certificate: chain ? readable(chain)?.[0] : undefined };
  }
  const certificates = readable(chain);
  const [certificate, ...above] = certificates ?? [];
  const publicKey = publicKeyOf(key);
  if (!certificate || !publicKey) return { reasons: ['unreadable'], certificate };
  const isKeysOwn = publicKey.equals(certificate.subjectPublicKeyInfo);
  const isSpecNew =
    isSpecChanged(certificate, above, expected) || isOtherClientCa(clientCa, expected);
  const reasons: readonly (RotationReason | false)[] = [
    !isKeysOwn && 'keyMismatch',
    ...identityReasons(certificate, above, expected),
    isSpecNew && 'specChanged',
    timeReason(certificate, expected.target, now),
  ];
  return { reasons: reasons.filter((reason) => reason !== false), certificate };
}

/** When a certificate is to be replaced. */
export function renewalTimeOf(certificate: DecodedCertificate, target: RotationTarget): Date {
  const { notBefore, notAfter } = certificate;
  const lifetimeMs = notAfter.getTime() - notBefore.getTime();
  const renewBeforeMs =
    target.renewBefore === undefined
      ? lifetimeMs * DEFAULT_RENEW_BEFORE_FRACTION
      : durationSeconds(target.renewBefore) * 1000;
  return new Date(Math.floor((notAfter.getTime() - renewBeforeMs) / 1000) * 1000);
}

function identityReasons(
  certificate: DecodedCertificate,
  above: readonly DecodedCertificate[],
  expected: Expectation,
): readonly (RotationReason | false)[] {
  return [
    !isIssuedAlong(certificate, above, expected) && 'wrongIssuer',
    !areSameNames(certificate.names, expected.names) && 'wrongNames',
    !hasUsage(certificate, expected.target) && 'wrongUsage',
  ];
}

function timeReason(
  certificate: DecodedCertificate,
  target: RotationTarget,
  now: Date,
): 'due' | 'expired' | false {
  if (now > certificate.notAfter) return 'expired';
  return now >= renewalTimeOf(certificate, target) && 'due';
}

/** The certificates of a PEM text; `undefined` where one cannot be read or there is none. */
function readable(pem: string): readonly DecodedCertificate[] | undefined {
  try {
    const blocks = decodePem(pem);
    if (blocks.length === 0 || blocks.some(({ label }) => label !== 'CERTIFICATE'))
      return undefined;
    return blocks.map(({ der }) => decodeCertificate(der));
  } catch {
    // Whatever is wrong with it, the answer is the same: it cannot be used and is replaced.
    return undefined;
  }
}

/** The SubjectPublicKeyInfo of a private key; `undefined` where it cannot be read. */
function publicKeyOf(pem: string): Buffer | undefined {
  try {
    return createPublicKey(createPrivateKey(pem)).export({ type: 'spki', format: 'der' });
  } catch {
    // As above: an unreadable key is replaced.
    return undefined;
  }
}

/** Whether our issuer signed the leaf, and the path beside it is that issuer's, root aside. */
function isIssuedAlong(
  leaf: DecodedCertificate,
  above: readonly DecodedCertificate[],
  { issuerPath }: Expectation,
): boolean {
  const [issuer] = issuerPath;
  if (!issuer) return false;
  const isPathAsExpected = issuerPath
    .slice(0, -1)
    .every(({ der }, index) => above[index] !== undefined && isEqual(above[index].der, der));
  const issuerKey = new X509Certificate(issuer.der).publicKey;
  return isPathAsExpected && new X509Certificate(leaf.der).verify(issuerKey);
}

function hasUsage({ isAuthority, extKeyUsage }: DecodedCertificate, target: RotationTarget) {
  return !isAuthority && haveSameMembers(extKeyUsage, PROFILES[target.profile].extKeyUsage);
}

function isSpecChanged(
  leaf: DecodedCertificate,
  above: readonly DecodedCertificate[],
  { target, subject, issuerPath }: Expectation,
): boolean {
  const path = target.destination.includeRoot ? issuerPath : issuerPath.slice(0, -1);
  const publicKey = new X509Certificate(leaf.der).publicKey;
  return (
    above.length !== path.length ||
    !path.every(({ der }, index) => isEqual(above[index]?.der, der)) ||
    !areSameSubject(leaf.subject.known, subject) ||
    keyAlgorithmOf(publicKey) !== target.keyAlgorithm
  );
}

function isOtherClientCa(pem: string | undefined, { clientAuthorities }: Expectation): boolean {
  if (clientAuthorities === undefined) return pem !== undefined;
  const found = pem === undefined ? undefined : readable(pem);
  if (found?.length !== clientAuthorities.length) return true;
  return !clientAuthorities.every((der, index) => isEqual(found[index]?.der, der));
}

function isEqual(one: Uint8Array | undefined, other: Uint8Array): boolean {
  return one !== undefined && Buffer.compare(one, other) === 0;
}
