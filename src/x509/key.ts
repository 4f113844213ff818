import { createHash, generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { KeyAlgorithm } from '../certificate.ts';
import { nullValue, oid, sequence } from './der.ts';
import { ECDSA_WITH_SHA256, ECDSA_WITH_SHA384, SHA256_WITH_RSA, SHA384_WITH_RSA } from './oids.ts';

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** How a key of each algorithm is made and how it signs; the hash is as strong as the key. */
const KINDS: Readonly<
  Record<
    KeyAlgorithm,
    { readonly curve?: string; readonly modulusLength?: number; hash: string; signature: Buffer }
  >
> = {
  'ecdsa-p256': { curve: 'prime256v1', hash: 'sha256', signature: ecdsa(ECDSA_WITH_SHA256) },
  'ecdsa-p384': { curve: 'secp384r1', hash: 'sha384', signature: ecdsa(ECDSA_WITH_SHA384) },
  'rsa-2048': { modulusLength: 2048, hash: 'sha256', signature: rsa(SHA256_WITH_RSA) },
  'rsa-3072': { modulusLength: 3072, hash: 'sha256', signature: rsa(SHA256_WITH_RSA) },
  'rsa-4096': { modulusLength: 4096, hash: 'sha384', signature: rsa(SHA384_WITH_RSA) },
};

/** A new key pair, made in libuv's thread pool: RSA takes up to seconds and must not block the loop. */
export async function newKeyPair(algorithm: KeyAlgorithm): Promise<KeyPair> {
  const { curve, modulusLength } = KINDS[algorithm];
  return curve === undefined
    ? promisify(generateKeyPair)('rsa', {
        modulusLength: modulusLength ?? 0,
        publicExponent: 65_537,
      })
    : promisify(generateKeyPair)('ec', { namedCurve: curve });
}

/** Which of our algorithms a key is of; `undefined` for any other curve, size or kind. */
export function keyAlgorithmOf(key: KeyObject): KeyAlgorithm | undefined {
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
  const algorithms = Object.keys(KINDS) as KeyAlgorithm[];
  if (key.asymmetricKeyType === 'ec') {
    return algorithms.find((algorithm) => KINDS[algorithm].curve === namedCurve);
  }
  if (key.asymmetricKeyType !== 'rsa') return undefined;
  return algorithms.find((algorithm) => KINDS[algorithm].modulusLength === modulusLength);
}

/** The AlgorithmIdentifier of signatures by a key of `algorithm` (RFC 5280 §4.1.1.2). */
export function signatureAlgorithmOf(algorithm: KeyAlgorithm): Buffer {
  return KINDS[algorithm].signature;
}

/** A signature over `octets`, made in the thread pool. */
export function signWith(
  privateKey: KeyObject,
  algorithm: KeyAlgorithm,
  octets: Uint8Array,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    sign(KINDS[algorithm].hash, octets, privateKey, (error, signature) => {
      if (error) reject(error);
      else resolve(signature);
    });
  });
}

/** The public key's SubjectPublicKeyInfo (RFC 5280 §4.1.2.7). */
export function subjectPublicKeyInfoOf(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' });
}

/**
 * A key identifier: SHA-1 of the subjectPublicKey's octets (RFC 5280 §4.2.1.2, method 1).
 *
 * In a SubjectPublicKeyInfo as OpenSSL writes it, the BIT STRING is the last member, after an
 * AlgorithmIdentifier whose length stands in its second octet.
 */
export function subjectKeyIdentifierOf(subjectPublicKeyInfo: Uint8Array): Buffer {
  const outer = headerLength(subjectPublicKeyInfo, 0);
  const bitString = outer + 2 + (subjectPublicKeyInfo[outer + 1] ?? 0);
  const unusedBitsOctet = 1;
  const start = bitString + headerLength(subjectPublicKeyInfo, bitString) + unusedBitsOctet;
  return createHash('sha1').update(subjectPublicKeyInfo.subarray(start)).digest();
}

/** The octets of tag and length at `offset` (X.690 §8.1.3). */
function headerLength(der: Uint8Array, offset: number): number {
  const length = der[offset + 1] ?? 0;
  return length < 0x80 ? 2 : 2 + (length & 0x7f);
}

function ecdsa(algorithm: string): Buffer {
  return sequence(oid(algorithm));
}

function rsa(algorithm: string): Buffer {
  return sequence(oid(algorithm), nullValue());
}
