import { constants, type KeyObject, sign, verify } from 'node:crypto';
import type { KeyAlgorithm, RsaSignatureScheme } from '../certificate.ts';
import { explicit, integer, nullValue, oid, sequence } from './der.ts';
import {
  ECDSA_WITH_SHA256,
  ECDSA_WITH_SHA384,
  ECDSA_WITH_SHA512,
  ED25519,
  MGF1,
  RSASSA_PSS,
  SHA256,
  SHA256_WITH_RSA,
  SHA384,
  SHA384_WITH_RSA,
} from './oids.ts';

export type Hash = 'sha256' | 'sha384' | 'sha512';

/** How a signature is made and checked, in the words of `node:crypto`. */
export interface SignatureScheme {
  /** `null` where the algorithm has its own. */
  readonly hash: Hash | null;
  /** Of RSASSA-PSS only: the octets of its salt. */
  readonly saltLength?: number;
}

/** The scheme by which an authority signs, and the DER of its AlgorithmIdentifier (RFC 5280 §4.1.1.2). */
export interface SigningScheme extends SignatureScheme {
  readonly identifier: Buffer;
}

const SHA256_OCTETS = 32;
const SHA384_OCTETS = 48;

/** The hash is as strong as the key, of whatever scheme. */
const SCHEMES: Readonly<Record<KeyAlgorithm, Readonly<Record<RsaSignatureScheme, SigningScheme>>>> =
  {
    'ecdsa-p256': always({ hash: 'sha256', identifier: sequence(oid(ECDSA_WITH_SHA256)) }),
    'ecdsa-p384': always({ hash: 'sha384', identifier: sequence(oid(ECDSA_WITH_SHA384)) }),
    'ecdsa-p521': always({ hash: 'sha512', identifier: sequence(oid(ECDSA_WITH_SHA512)) }),
    'rsa-2048': rsaWithSha256(),
    'rsa-3072': rsaWithSha256(),
    'rsa-4096': rsaWithSha384(),
    ed25519: always({ hash: null, identifier: sequence(oid(ED25519)) }),
  };

/** How a key of an algorithm signs; only RSA has more than one way. */
export function signingSchemeOf(
  keyAlgorithm: KeyAlgorithm,
  rsaSignatureScheme: RsaSignatureScheme = 'pkcs1-v1_5',
): SigningScheme {
  return SCHEMES[keyAlgorithm][rsaSignatureScheme];
}

/** A signature over `octets`, made in the thread pool. */
export function signWith(
  privateKey: KeyObject,
  scheme: SignatureScheme,
  octets: Uint8Array,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    sign(scheme.hash, octets, inputOf(privateKey, scheme), (error, signature) => {
      if (error) reject(error);
      else resolve(signature);
    });
  });
}

/** Whether a signature holds; checked in the thread pool. */
export function verifyWith(
  publicKey: KeyObject,
  scheme: SignatureScheme,
  signed: { readonly octets: Uint8Array; readonly signature: Uint8Array },
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const input = inputOf(publicKey, scheme);
    verify(scheme.hash, signed.octets, input, signed.signature, (error, holds) => {
      if (error) reject(error);
      else resolve(holds);
    });
  });
}

/** The same at once: where a check takes less than handing it over does. */
export function verifySync(
  publicKey: KeyObject,
  scheme: SignatureScheme,
  signed: { readonly octets: Uint8Array; readonly signature: Uint8Array },
): boolean {
  return verify(scheme.hash, signed.octets, inputOf(publicKey, scheme), signed.signature);
}

function inputOf(key: KeyObject, { saltLength }: SignatureScheme) {
  if (saltLength === undefined) return key;
  return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
}

function always(scheme: SigningScheme): Record<RsaSignatureScheme, SigningScheme> {
  return { 'pkcs1-v1_5': scheme, pss: scheme };
}

function rsaWithSha256(): Record<RsaSignatureScheme, SigningScheme> {
  return {
    'pkcs1-v1_5': { hash: 'sha256', identifier: sequence(oid(SHA256_WITH_RSA), nullValue()) },
    pss: { hash: 'sha256', saltLength: SHA256_OCTETS, identifier: pss(SHA256, SHA256_OCTETS) },
  };
}

function rsaWithSha384(): Record<RsaSignatureScheme, SigningScheme> {
  return {
    'pkcs1-v1_5': { hash: 'sha384', identifier: sequence(oid(SHA384_WITH_RSA), nullValue()) },
    pss: { hash: 'sha384', saltLength: SHA384_OCTETS, identifier: pss(SHA384, SHA384_OCTETS) },
  };
}

/** RFC 4055 §3.1: nothing is left to a DEFAULT, which would be SHA-1, except the trailer. */
function pss(hash: string, saltLength: number): Buffer {
  const hashAlgorithm = sequence(oid(hash), nullValue());
  return sequence(
    oid(RSASSA_PSS),
    sequence(
      explicit(0, hashAlgorithm),
      explicit(1, sequence(oid(MGF1), hashAlgorithm)),
      explicit(2, integer(saltLength)),
    ),
  );
}
