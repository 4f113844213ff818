import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import type { ExtensionValues } from '../x509/decode-extensions.ts';
import type { DecodedRequest } from '../x509/decode-request.ts';
import type { DecodedSubject } from '../x509/decode-subject.ts';
import { DerError } from '../x509/der-error.ts';
import { readDer } from '../x509/der-reader.ts';
import type { Extension } from '../x509/extension.ts';
import { ANY_EXTENDED_KEY_USAGE, CLIENT_AUTH, SERVER_AUTH } from '../x509/oids.ts';
import { type PublicKeyParts, readSubjectPublicKeyInfo } from '../x509/subject-public-key-info.ts';
import { type KeyShape, shapeOfKey } from './key-shape.ts';
import type { Role } from './rule.ts';

/** What certificates and requests say alike: whose they are, and of which key. */
export interface Claims {
  readonly role: Role;
  readonly subject: DecodedSubject;
  readonly key: KeyShape;
  readonly publicKey: PublicKeyParts;
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly extensions: readonly Extension[];
  readonly values: ExtensionValues;
}

/** A certificate that is judged, and what it is judged against. */
export interface CertificateCandidate extends Claims {
  readonly certificate: DecodedCertificate;
  /** Whether issuer and subject are one, as a root's are. */
  readonly isSelfIssued: boolean;
  readonly issuer: DecodedCertificate | undefined;
  /** Absent where the moment does not matter. */
  readonly now: Date | undefined;
}

/** A request that is judged. */
export interface RequestCandidate extends Claims {
  /** What is wrong with the proof that the requester has the key, in words. */
  readonly proofFault: string | undefined;
}

/** A certification path as a file has it. */
export interface PathCandidate {
  /** The first certificate's. */
  readonly role: Role;
  /** In the file's order. */
  readonly certificates: readonly DecodedCertificate[];
  /** For each certificate but the last, whether the next one's key has signed it. */
  readonly signatures: readonly boolean[];
  readonly endsWithRoot: boolean;
  /** Whether the first certificate, too, is to be an issuer's: it is judged as what stands above a leaf. */
  readonly isToIssue: boolean;
  /** What each certificate is called in findings; absent: by its place, from 1. */
  readonly labels: readonly string[] | undefined;
}

/** What may be a certificate or a request. */
export interface FileCandidate {
  readonly role: Role;
  /** Why it is none, in words. */
  readonly readingFault: string | undefined;
}

/** A place that is to hold a certificate which is not there yet. */
export interface TargetCandidate {
  readonly role: Role;
  readonly key: KeyShape;
  readonly endsWithRoot: boolean;
}

export function certificateCandidate(
  certificate: DecodedCertificate,
  against: { readonly issuer?: DecodedCertificate | undefined; readonly now?: Date } = {},
): CertificateCandidate {
  const { subjectPublicKeyInfo } = certificate;
  const publicKey = partsOf(subjectPublicKeyInfo);
  return {
    role: roleOf(certificate),
    subject: certificate.subject,
    key: shapeOfKey(publicKey),
    publicKey,
    subjectPublicKeyInfo,
    extensions: certificate.extensions,
    values: certificate,
    certificate,
    isSelfIssued: isSelfIssued(certificate),
    issuer: against.issuer,
    now: against.now,
  };
}

export function requestCandidate(
  request: DecodedRequest,
  proofFault: string | undefined,
): RequestCandidate {
  const { subject, publicKey, subjectPublicKeyInfo, requested } = request;
  const { extensions, values } = requested;
  const role = roleOf(values);
  const key = shapeOfKey(publicKey);
  return { role, subject, key, publicKey, subjectPublicKeyInfo, extensions, values, proofFault };
}

export function pathCandidate(
  certificates: readonly DecodedCertificate[],
  signatures: readonly boolean[],
  { isToIssue = false, labels }: Partial<Pick<PathCandidate, 'isToIssue' | 'labels'>> = {},
): PathCandidate {
  const [first] = certificates;
  const last = certificates.at(-1);
  return {
    role: first ? roleOf(first) : 'other',
    certificates,
    signatures,
    endsWithRoot: last !== undefined && isSelfIssued(last),
    isToIssue,
    labels,
  };
}

/** Whether issuer and subject are the same, octet for octet. */
export function isSelfIssued({
  issuerName,
  subjectName,
}: Pick<DecodedCertificate, 'issuerName' | 'subjectName'>): boolean {
  return Buffer.compare(issuerName, subjectName) === 0;
}

/** A certificate without an extKeyUsage is good for everything (RFC 5280 §4.2.1.12), a server's work included. */
export function roleOf({
  isAuthority,
  extKeyUsage,
}: Pick<ExtensionValues, 'isAuthority' | 'extKeyUsage'>): Role {
  if (isAuthority) return 'authority';
  if (extKeyUsage.length === 0 || extKeyUsage.includes(SERVER_AUTH)) return 'server';
  if (extKeyUsage.includes(ANY_EXTENDED_KEY_USAGE)) return 'server';
  return extKeyUsage.includes(CLIENT_AUTH) ? 'client' : 'other';
}

/** A key that cannot be taken apart is none that anybody knows. */
function partsOf(subjectPublicKeyInfo: Uint8Array): PublicKeyParts {
  try {
    return readDer(subjectPublicKeyInfo, readSubjectPublicKeyInfo);
  } catch (error) {
    if (error instanceof DerError) return { kind: 'unknown', algorithm: 'that cannot be read' };
    throw error;
  }
}
