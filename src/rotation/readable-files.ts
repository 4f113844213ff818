import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { KeyAlgorithm } from '../certificate.ts';
import { rememberingOctets } from '../remembering.ts';
import { type DecodedCertificate, decodeCertificate } from '../x509/decode-certificate.ts';
import { p256PublicKeyIn, subjectPublicKeyInfoOf } from '../x509/key.ts';
import { opensslCertificate } from '../x509/openssl-certificate.ts';
import { decodePem, encodePem } from '../x509/pem.ts';
import { judgePublicKey } from '../x509/public-key-fault.ts';
import { decodePublicKey } from '../x509/subject-public-key-info.ts';

/** A certificate that both of our readers understand, as Envoy's would have to. */
export interface ReadableCertificate extends DecodedCertificate {
  /** `undefined` for one that is none of ours. */
  readonly keyAlgorithm: KeyAlgorithm | undefined;
}

/** No path of ours is half as long, and each certificate costs time on every pass. */
const MAX_CERTIFICATES = 32;

/** A rotation reads the same files at every step, and many go on at once. */
const REMEMBERED = 256;

/** A leaf, and the DER of what stands above it. */
export interface ReadableChain {
  readonly leaf: ReadableCertificate;
  readonly above: readonly Uint8Array[];
}

/**
 * The chain of a PEM text; `undefined` where a certificate cannot be read or there is none. Those of
 * `known` authorities are not read again, which most passes over most targets would only repeat.
 */
export function readableChain(
  pem: string,
  known: readonly Uint8Array[],
): ReadableChain | undefined {
  try {
    const blocks = decodePem(pem);
    const [leaf, ...above] = blocks;
    if (!leaf || blocks.length > MAX_CERTIFICATES) return undefined;
    if (blocks.some(({ label }) => label !== 'CERTIFICATE')) return undefined;
    const strangers = above.filter(({ der }) => !known.some((one) => der.equals(one)));
    for (const { der } of strangers) readableCertificate(der);
    return { leaf: readableCertificate(leaf.der), above: above.map(({ der }) => der) };
  } catch {
    // Whatever is wrong with it, the answer is the same: it cannot be used and is replaced.
    return undefined;
  }
}

/**
 * The SubjectPublicKeyInfo of the one private key in a PEM text; `undefined` where it cannot be read,
 * or where there is another, since consumers may take either.
 */
export const publicKeyOf = rememberingOctets(REMEMBERED, readPublicKey);

function readPublicKey(pem: string): Buffer | undefined {
  try {
    const keys = decodePem(pem).filter(({ label }) => label.endsWith('PRIVATE KEY'));
    const [key] = keys;
    if (!key || keys.length > 1) return undefined;
    // Of a layout that is not ours, OpenSSL alone knows whether it can be read.
    const isOurLayout = encodePem('PRIVATE KEY', key.der) === pem;
    const ofScalar = isOurLayout ? p256PublicKeyIn(key.der) : undefined;
    return ofScalar ?? subjectPublicKeyInfoOf(createPublicKey(createPrivateKey(pem)));
  } catch {
    // As above: an unreadable key is replaced.
    return undefined;
  }
}

const readableCertificate = rememberingOctets(REMEMBERED, readCertificate);

function readCertificate(der: Uint8Array): ReadableCertificate {
  opensslCertificate(der);
  const certificate = decodeCertificate(der);
  const judged = judgePublicKey(decodePublicKey(certificate.subjectPublicKeyInfo));
  return {
    ...certificate,
    keyAlgorithm: 'keyAlgorithm' in judged ? judged.keyAlgorithm : undefined,
  };
}
