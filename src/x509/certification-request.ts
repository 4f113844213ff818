import { createPublicKey } from 'node:crypto';
import { PkiError } from '../errors.ts';
import { nextStep } from '../in-step.ts';
import type { DecodedExtensions } from './decode-extensions.ts';
import { type DecodedRequest, readRequest } from './decode-request.ts';
import type { DecodedSubject } from './decode-subject.ts';
import { DerError } from './der-error.ts';
import { readDer } from './der-reader.ts';
import { TAG } from './der-tags.ts';
import type { DecodedNames } from './general-names.ts';
import { type SubjectKey, subjectPublicKeyInfoOf } from './key.ts';
import {
  BASIC_CONSTRAINTS,
  describeOid,
  EXT_KEY_USAGE,
  KEY_USAGE,
  SUBJECT_ALT_NAME,
} from './oids.ts';
import { decodeBase64, decodePem, encodePem } from './pem.ts';
import { isCompressed, judgePublicKey } from './public-key-fault.ts';
import { verifySync, verifyWith } from './signature-scheme.ts';
import type { PublicKeyParts } from './subject-public-key-info.ts';

/** A PKCS #10 request whose proof of possession holds and whose key is good enough. */
export interface CertificationRequest {
  readonly publicKey: SubjectKey;
  readonly subject: DecodedSubject;
  readonly names: DecodedNames;
  /** All that its extension request asks for, of which whoever issues grants what the profile says. */
  readonly requested: DecodedExtensions;
}

/** RFC 7468 §7; the second one is what older tools write. */
export const REQUEST_LABELS: readonly string[] = ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'];

const WORDS: Readonly<Record<PublicKeyParts['kind'], string>> = {
  rsa: 'its RSA key',
  ec: 'its EC key',
  ed25519: 'its Ed25519 key',
  unknown: 'its key',
};

/** Whose signatures take longer to check than to hand to another thread and back. */
const SLOW_ALGORITHMS = ['ecdsa-p384', 'ecdsa-p521'];

/** The profile decides these, in whatever words and however urgently they were asked for. */
const DECIDED_BY_PROFILE = [KEY_USAGE, EXT_KEY_USAGE];

/**
 * Reads and checks a request (RFC 2986).
 *
 * Keys of the broken Debian generator (CVE-2008-0166) are not noticed: that takes a list of all of them.
 *
 * @throws {PkiError} `certificate-request-invalid`, whose violation points to `/csr`
 */
export async function readCertificationRequest(pem: string): Promise<CertificationRequest> {
  const request = parse(pem);
  const { requested } = request;
  const [refused] = refusedExtensions(requested);
  if (refused !== undefined) {
    throw invalid(`asks for the critical extension ${describeOid(refused)}, which is not granted`);
  }
  const judged = judgePublicKey(request.publicKey);
  if ('fault' in judged) throw invalid(judged.fault);
  const { keyAlgorithm } = judged;
  // OpenSSL takes a key from PEM in less than half the time that DER takes.
  const publicKey = encodePem('PUBLIC KEY', request.subjectPublicKeyInfo);
  await nextStep();
  await assertProofOfPossession(request, publicKey, SLOW_ALGORITHMS.includes(keyAlgorithm));
  const subjectPublicKeyInfo = isCompressed(request.publicKey)
    ? rewritten(publicKey)
    : request.subjectPublicKeyInfo;
  return {
    publicKey: { keyAlgorithm, subjectPublicKeyInfo },
    subject: request.subject,
    names: requested.values.names,
    requested,
  };
}

/** What is wrong with a request's proof of possession, in words; `undefined` where it holds. */
export async function proofOfPossessionFault(request: DecodedRequest): Promise<string | undefined> {
  try {
    const publicKey = encodePem('PUBLIC KEY', request.subjectPublicKeyInfo);
    await assertProofOfPossession(request, publicKey, true);
    return undefined;
  } catch (error) {
    if (error instanceof PkiError) return error.violations[0]?.detail;
    throw error;
  }
}

function parse(pem: string): DecodedRequest {
  try {
    const [block, ...more] = decodePem(pem);
    if (!block) throw invalid(unarmouredFault(pem));
    if (more.length > 0) throw invalid(`holds ${1 + more.length} PEM blocks, not exactly one`);
    if (!REQUEST_LABELS.includes(block.label)) {
      throw invalid(`holds the PEM block "${block.label}", not "${REQUEST_LABELS[0]}"`);
    }
    return readDer(block.der, readRequest);
  } catch (cause) {
    if (cause instanceof DerError) throw invalid(`is no PKCS #10 request: ${cause.message}`, cause);
    if (!(cause instanceof PkiError) || cause.code === 'certificate-request-invalid') throw cause;
    throw invalid('is not a PKCS #10 request in PEM', cause);
  }
}

/** What a text without a PEM block is, and how one is made. */
function unarmouredFault(text: string): string {
  const octets = decodeBase64(text);
  if (octets?.includes('-----BEGIN ')) {
    return 'is Base64 of a PEM text, which itself is wanted: openssl base64 -d -A -in FILE writes it';
  }
  if (octets?.[0] === TAG.sequence) {
    return 'is Base64 without the lines of PEM around it: openssl base64 -d -A -in FILE | openssl req -inform der writes them';
  }
  return 'holds no PEM block; openssl req -inform der -in FILE writes one, of a CSR in DER';
}

/**
 * The critical extensions of a request that are never granted, which must not be passed over: all that neither a profile
 * decides nor a name is.
 */
export function refusedExtensions({
  extensions,
  values,
}: Pick<DecodedExtensions, 'extensions' | 'values'>): readonly string[] {
  const isGranted = (id: string) =>
    id === SUBJECT_ALT_NAME || (id === BASIC_CONSTRAINTS && !values.isAuthority);
  return extensions
    .filter(
      ({ id, isCritical }) => isCritical && !isGranted(id) && !DECIDED_BY_PROFILE.includes(id),
    )
    .map(({ id }) => id);
}

/** RFC 2986 §3: the signature proves that the requester has the private key. */
async function assertProofOfPossession(
  {
    information: octets,
    signature,
    signatureAlgorithm,
    signatureScheme,
    publicKey: { kind },
  }: DecodedRequest,
  publicKey: string,
  isSlow: boolean,
): Promise<void> {
  const algorithm = describeOid(signatureAlgorithm);
  if (!signatureScheme) {
    throw invalid(
      `is signed by the algorithm ${algorithm}, which is too weak or unknown here; sign with SHA-256 or better`,
    );
  }
  if (signatureScheme.kind !== kind) {
    throw invalid(`is signed by the algorithm ${algorithm}, which is not one for ${WORDS[kind]}`);
  }
  const check = isSlow ? verifyWith : verifySync;
  let holds = false;
  try {
    holds = await check(publicKey, signatureScheme, { octets, signature });
  } catch (cause) {
    assertImportable(publicKey);
    throw invalid('has a signature that cannot be checked', cause);
  }
  if (!holds) throw invalid('has a signature that does not verify with its key');
}

/** Checking a signature imports the key too, but does not say which of both it failed at. */
function assertImportable(publicKey: string): void {
  try {
    createPublicKey(publicKey);
  } catch (cause) {
    throw invalid('has a key that is no point of its curve, or cannot be read', cause);
  }
}

/** Written anew from its numbers: OpenSSL itself would keep a compressed point as it is. */
function rewritten(publicKey: string): Buffer {
  const key = createPublicKey(publicKey).export({ format: 'jwk' });
  return subjectPublicKeyInfoOf(createPublicKey({ key, format: 'jwk' }));
}

function invalid(detail: string, cause?: unknown): PkiError {
  return new PkiError('certificate-request-invalid', `the CSR ${detail}`, {
    cause,
    violations: [{ pointer: '/csr', detail }],
  });
}
