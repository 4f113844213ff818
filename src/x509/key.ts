import { createHash, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { KeyAlgorithm } from '../certificate.ts';
import { refused } from '../errors.ts';

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** A public key that is to be certified. */
export interface SubjectKey {
  readonly keyAlgorithm: KeyAlgorithm;
  readonly subjectPublicKeyInfo: Uint8Array;
}

/** OpenSSL's names of the curves. */
const CURVES: ReadonlyMap<KeyAlgorithm, string> = new Map([
  ['ecdsa-p256', 'prime256v1'],
  ['ecdsa-p384', 'secp384r1'],
  ['ecdsa-p521', 'secp521r1'],
]);
const MODULUS_LENGTHS: ReadonlyMap<KeyAlgorithm, number> = new Map([
  ['rsa-2048', 2048],
  ['rsa-3072', 3072],
  ['rsa-4096', 4096],
]);

/** A new key pair, made in libuv's thread pool: RSA takes up to seconds and must not block the loop. */
export async function newKeyPair(algorithm: KeyAlgorithm): Promise<KeyPair> {
  const namedCurve = CURVES.get(algorithm);
  if (namedCurve !== undefined) return promisify(generateKeyPair)('ec', { namedCurve });
  const modulusLength = MODULUS_LENGTHS.get(algorithm);
  if (modulusLength === undefined) return promisify(generateKeyPair)('ed25519', {});
  return promisify(generateKeyPair)('rsa', { modulusLength, publicExponent: 65_537 });
}

/** Which of our algorithms a key is of; `undefined` for any other curve, size or kind. */
export function keyAlgorithmOf(key: KeyObject): KeyAlgorithm | undefined {
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'ec') return algorithmWith(CURVES, namedCurve);
  if (key.asymmetricKeyType === 'rsa') return algorithmWith(MODULUS_LENGTHS, modulusLength);
  return key.asymmetricKeyType === 'ed25519' ? 'ed25519' : undefined;
}

function algorithmWith<T>(
  algorithms: ReadonlyMap<KeyAlgorithm, T>,
  wanted: T | undefined,
): KeyAlgorithm | undefined {
  for (const [algorithm, value] of algorithms) if (value === wanted) return algorithm;
  return undefined;
}

/**
 * A key in the form in which it is certified.
 *
 * @throws {PkiError} `request-refused` for a key that none of our algorithms made
 */
export function subjectKeyOf(publicKey: KeyObject): SubjectKey {
  const keyAlgorithm = keyAlgorithmOf(publicKey);
  if (keyAlgorithm)
    return { keyAlgorithm, subjectPublicKeyInfo: subjectPublicKeyInfoOf(publicKey) };
  throw refused([{ pointer: '', detail: 'the key is of no supported algorithm' }]);
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
