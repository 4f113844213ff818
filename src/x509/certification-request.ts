import 'reflect-metadata';
import { createPublicKey, type KeyObject } from 'node:crypto';
import { type Extension, Pkcs10CertificateRequest } from '@peculiar/x509';
import { PkiError } from '../errors.ts';
import { type DecodedSubject, decodeSubject } from './decode-subject.ts';
import { membersOf } from './der-members.ts';
import { readDer } from './der-reader.ts';
import { type DecodedNames, NO_NAMES, readNames } from './general-names.ts';
import { keyAlgorithmOf } from './key.ts';
import { describeOid, SUBJECT_ALT_NAME } from './oids.ts';
import { decodePem } from './pem.ts';

/** A PKCS #10 request whose proof of possession holds and whose key is good enough. */
export interface CertificationRequest {
  readonly publicKey: KeyObject;
  readonly subject: DecodedSubject;
  readonly names: DecodedNames;
  /** Extensions that were asked for and are not granted, such as `keyUsage (2.5.29.15)`. */
  readonly ignoredExtensions: readonly string[];
}

/** RFC 7468 §7; the second one is what older tools write. */
const LABELS = ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'];
/** PKCS #9 extensionRequest (RFC 2985 §5.4.2). */
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';
/** SEQUENCE, SEQUENCE, BIT STRING. */
const MEMBER_TAGS = [0x30, 0x30, 0x03];
const STRONG_HASHES = ['SHA-256', 'SHA-384', 'SHA-512'];
/** Smaller exponents make RSA signatures easier to forge with sloppy verifiers; Go takes no larger one. */
const MIN_PUBLIC_EXPONENT = 65_537n;
const MAX_PUBLIC_EXPONENT = 2n ** 31n - 1n;

/**
 * Reads and checks a request (RFC 2986).
 *
 * @throws {PkiError} `certificate-request-invalid`, whose violation points to `/csr`
 */
export async function readCertificationRequest(pem: string): Promise<CertificationRequest> {
  const request = parse(pem);
  const publicKey = publicKeyOf(request);
  await assertProofOfPossession(request);
  try {
    const extensions = extensionsOf(request);
    const alternative = extensions.find(({ type }) => type === SUBJECT_ALT_NAME);
    const others = extensions.filter(({ type }) => type !== SUBJECT_ALT_NAME);
    return {
      publicKey,
      subject: decodeSubject(Buffer.from(request.subjectName.toArrayBuffer())),
      names: alternative ? readDer(Buffer.from(alternative.value), readNames) : NO_NAMES,
      ignoredExtensions: others.map(({ type }) => describeOid(type)),
    };
  } catch (cause) {
    if (cause instanceof PkiError) throw cause;
    throw invalid('its names or extensions cannot be read', cause);
  }
}

function parse(pem: string): Pkcs10CertificateRequest {
  try {
    const [block, ...more] = decodePem(pem);
    if (!block || more.length > 0) throw invalid('must hold exactly one PEM block');
    if (!LABELS.includes(block.label)) throw invalid(`holds a ${block.label}, not a request`);
    // RFC 2986 §4.2: information, algorithm and signature, and nothing before, between or after.
    const tags = membersOf(block.der)?.map(({ tag }) => tag);
    if (String(tags) !== String(MEMBER_TAGS)) throw invalid('is no DER of three members');
    return new Pkcs10CertificateRequest(Uint8Array.from(block.der));
  } catch (cause) {
    if (cause instanceof PkiError && cause.code === 'certificate-request-invalid') throw cause;
    throw invalid('is not a PKCS #10 request in PEM', cause);
  }
}

/** RFC 2986 §3: the signature proves that the requester has the private key. */
async function assertProofOfPossession(request: Pkcs10CertificateRequest): Promise<void> {
  let hash = '';
  let holds = false;
  try {
    hash = hashOf(request);
    holds = STRONG_HASHES.includes(hash) && (await request.verify());
  } catch (cause) {
    throw invalid('its signature cannot be checked', cause);
  }
  if (!STRONG_HASHES.includes(hash)) throw invalid('is signed with a hash that is too weak');
  if (!holds) throw invalid('its signature does not verify');
}

function publicKeyOf(request: Pkcs10CertificateRequest): KeyObject {
  const publicKey = importedKey(request);
  const { modulusLength, publicExponent } = publicKey.asymmetricKeyDetails ?? {};
  if (!keyAlgorithmOf(publicKey)) {
    const size = modulusLength === undefined ? '' : ` (RSA ${modulusLength})`;
    throw invalid(
      `its key${size} is of no supported algorithm: P-256, P-384, RSA 2048, 3072, 4096`,
    );
  }
  const exponent = publicExponent ?? MIN_PUBLIC_EXPONENT;
  if (exponent < MIN_PUBLIC_EXPONENT || exponent > MAX_PUBLIC_EXPONENT) {
    throw invalid('its RSA public exponent is not between 65537 and 2^31 - 1');
  }
  // Written anew from its numbers: Go cannot read a compressed point, which OpenSSL would keep.
  return createPublicKey({ key: publicKey.export({ format: 'jwk' }), format: 'jwk' });
}

function importedKey(request: Pkcs10CertificateRequest): KeyObject {
  try {
    const key = Buffer.from(request.publicKey.rawData);
    return createPublicKey({ key, format: 'der', type: 'spki' });
  } catch (cause) {
    throw invalid('its key cannot be read', cause);
  }
}

/** RFC 2985 §5.4.2: one attribute with one value; what a second one asks for would be overlooked. */
function extensionsOf({ attributes, extensions }: Pkcs10CertificateRequest): readonly Extension[] {
  const requests = attributes.filter(({ type }) => type === EXTENSION_REQUEST);
  if (requests.length > 1 || requests.some(({ values }) => values.length > 1)) {
    throw invalid('has more than one extension request');
  }
  const all = Array.from(extensions);
  const types = new Set(all.map(({ type }) => type));
  if (types.size < all.length) throw invalid('asks for one extension twice');
  return all;
}

function hashOf({ signatureAlgorithm }: Pkcs10CertificateRequest): string {
  const { hash } = signatureAlgorithm as { readonly hash?: { readonly name?: string } };
  return hash?.name ?? '';
}

function invalid(detail: string, cause?: unknown): PkiError {
  return new PkiError('certificate-request-invalid', `the CSR ${detail}`, {
    cause,
    violations: [{ pointer: '/csr', detail }],
  });
}
