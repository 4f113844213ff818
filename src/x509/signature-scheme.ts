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
  /** Whether a signature is made sooner than handed to another thread and back. */
  readonly isQuick: boolean;
}

const SHA256_OCTETS = 32;
const SHA384_OCTETS = 48;

/** The hash is as strong as the key, of whatever scheme. */
const SCHEMES: Readonly<Record<KeyAlgorithm, Readonly<Schemes>>> = {
  'ecdsa-p256': quick({ hash: 'sha256', identifier: sequence(oid(ECDSA_WITH_SHA256)) }),
  'ecdsa-p384': slow({ hash: 'sha384', identifier: sequence(oid(ECDSA_WITH_SHA384)) }),
  'ecdsa-p521': slow({ hash: 'sha512', identifier: sequence(oid(ECDSA_WITH_SHA512)) }),
  'rsa-2048': rsaWithSha256(),
  'rsa-3072': rsaWithSha256(),
  'rsa-4096': rsaWithSha384(),
  ed25519: quick({ hash: null, identifier: sequence(oid(ED25519)) }),
};

/** How a key of an algorithm signs; only RSA has more than one way. */
export function signingSchemeOf(
  keyAlgorithm: KeyAlgorithm,
  rsaSignatureScheme: RsaSignatureScheme = 'pkcs1-v1_5',
): SigningScheme {
  return SCHEMES[keyAlgorithm][rsaSignatureScheme];
}

/** A signature over `octets`; one that takes long is made in the thread pool. */
export async function signWith(
  privateKey: KeyObject,
  scheme: SigningScheme,
  octets: Uint8Array,
): Promise<Buffer> {
  const input = inputOf(privateKey, scheme);
  if (scheme.isQuick) return sign(scheme.hash, octets, input);
  return new Promise((resolve, reject) => {
    sign(scheme.hash, octets, input, (error, signature) => {
      if (error) reject(error);
      else resolve(signature);
    });
  });
}

/** What is signed, and the signature over it. */
export interface Signed {
  readonly octets: Uint8Array;
  readonly signature: Uint8Array;
}

/** Whether a signature holds by a public key in PEM; checked in the thread pool. */
export function verifyWith(
  publicKey: string,
  scheme: SignatureScheme,
  { octets, signature }: Signed,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    verify(scheme.hash, octets, inputOf(publicKey, scheme), signature, (error, holds) => {
      if (error) reject(error);
      else resolve(holds);
    });
  });
}

/** The same at once: where a check takes less than handing it over does. */
export function verifySync(
  publicKey: string,
  scheme: SignatureScheme,
  { octets, signature }: Signed,
): boolean {
  return verify(scheme.hash, octets, inputOf(publicKey, scheme), signature);
}

function inputOf<Key extends KeyObject | string>(key: Key, { saltLength }: SignatureScheme) {
  if (saltLength === undefined) return key;
  return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
}

type SchemeParts = Omit<SigningScheme, 'isQuick'>;
type Schemes = Record<RsaSignatureScheme, SigningScheme>;

function quick(parts: SchemeParts): Schemes {
  return always({ ...parts, isQuick: true });
}

function slow(parts: SchemeParts): Schemes {
  return always({ ...parts, isQuick: false });
}

function always(scheme: SigningScheme): Schemes {
  return { 'pkcs1-v1_5': scheme, pss: scheme };
}

function rsaWithSha256(): Schemes {
  const identifier = sequence(oid(SHA256_WITH_RSA), nullValue());
  return {
    ...slow({ hash: 'sha256', identifier }),
    pss: pssScheme({ hash: 'sha256', id: SHA256, saltLength: SHA256_OCTETS }),
  };
}

function rsaWithSha384(): Schemes {
  const identifier = sequence(oid(SHA384_WITH_RSA), nullValue());
  return {
    ...slow({ hash: 'sha384', identifier }),
    pss: pssScheme({ hash: 'sha384', id: SHA384, saltLength: SHA384_OCTETS }),
  };
}

function pssScheme(parts: {
  readonly hash: Hash;
  readonly id: string;
  readonly saltLength: number;
}): SigningScheme {
  const { hash, id, saltLength } = parts;
  return { hash, saltLength, identifier: pss(id, saltLength), isQuick: false };
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
