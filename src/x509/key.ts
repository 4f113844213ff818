import {
  createECDH,
  generateKeyPair,
  generateKeyPairSync,
  hash,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { promisify } from 'node:util';
import type { KeyAlgorithm } from '../certificate.ts';
import { oncePer } from '../once-per.ts';

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
const P256_CURVE = 'prime256v1';
const CURVES: ReadonlyMap<KeyAlgorithm, string> = new Map([
  ['ecdsa-p256', P256_CURVE],
  ['ecdsa-p384', 'secp384r1'],
  ['ecdsa-p521', 'secp521r1'],
]);
const MODULUS_LENGTHS: ReadonlyMap<KeyAlgorithm, number> = new Map([
  ['rsa-2048', 2048],
  ['rsa-3072', 3072],
  ['rsa-4096', 4096],
]);

/**
 * A new key pair. All but one kind are made in libuv's thread pool, since RSA takes up to seconds; a P-256 key
 * is made in less time than verifying a signature takes, and than handing it over.
 */
export async function newKeyPair(algorithm: KeyAlgorithm): Promise<KeyPair> {
  if (algorithm === 'ecdsa-p256') return generateKeyPairSync('ec', { namedCurve: P256_CURVE });
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

/** The public half of a pair that was made here, in the form in which it is certified. */
export function subjectKeyOf(
  { publicKey, privateKey }: KeyPair,
  keyAlgorithm: KeyAlgorithm,
): SubjectKey {
  // What the private key says of itself is needed later in any case.
  const isKnownSoon = keyAlgorithm === 'ecdsa-p256';
  const subjectPublicKeyInfo = subjectPublicKeyInfoOf(isKnownSoon ? privateKey : publicKey);
  return { keyAlgorithm, subjectPublicKeyInfo };
}

/** The public key's SubjectPublicKeyInfo (RFC 5280 §4.1.2.7); a point is written with both coordinates. */
export function subjectPublicKeyInfoOf(publicKey: KeyObject): Buffer {
  const key = p256NumbersOf(publicKey);
  if (!key) return publicKey.export({ type: 'spki', format: 'der' });
  return Buffer.concat([P256_PUBLIC, pointOf(key)]);
}

/** The private key as PKCS #8 (RFC 5958), as it is sealed and handed out. */
export function privateKeyInfoOf(privateKey: KeyObject): Buffer {
  const key = p256NumbersOf(privateKey);
  if (!key) return privateKey.export({ type: 'pkcs8', format: 'der' });
  const scalar = Buffer.from(key.d ?? '', 'base64url');
  return Buffer.concat([P256_PRIVATE, scalar, P256_PUBLIC_OF_PRIVATE, pointOf(key)]);
}

/*
 * OpenSSL takes longer to write a P-256 key than to make it. All its numbers have a fixed length, so that what
 * stands before them is always the same: of a SubjectPublicKeyInfo, of a PrivateKeyInfo around an
 * ECPrivateKey (RFC 5915 §3), and of the public key in that.
 */
const P256_PUBLIC = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');
const P256_PRIVATE = Buffer.from(
  '308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420',
  'hex',
);
const P256_PUBLIC_OF_PRIVATE = Buffer.from('a144034200', 'hex');
/** SEC 1 §2.3.3. */
const UNCOMPRESSED = Buffer.of(4);
const P256_SCALAR_OCTETS = 32;
const P256_POINT_OCTETS = 65;

/**
 * They name their curve as well, which takes no more time than asking for the curve alone. A key that was made here is
 * certified, sealed and handed out.
 */
const p256NumbersOf = oncePer((key: KeyObject): JsonWebKey | undefined => {
  if (key.asymmetricKeyType !== 'ec') return undefined;
  try {
    const numbers = key.export({ format: 'jwk' });
    return numbers.crv === 'P-256' ? numbers : undefined;
  } catch {
    // JOSE has no name for the curve.
    return undefined;
  }
});

/**
 * The SubjectPublicKeyInfo that belongs to the scalar of a P-256 key in the form of {@link privateKeyInfoOf}, which is
 * OpenSSL's and Go's as well; `undefined` for any other form. OpenSSL would take three times as long to read it, and
 * believe what the file says of the public half.
 *
 * @throws {RangeError} where the file pairs the scalar with another one's public half
 */
export function p256PublicKeyIn(privateKeyInfo: Buffer): Buffer | undefined {
  const scalarStart = P256_PRIVATE.length;
  const labelStart = scalarStart + P256_SCALAR_OCTETS;
  const pointStart = labelStart + P256_PUBLIC_OF_PRIVATE.length;
  const isOurForm =
    privateKeyInfo.length === pointStart + P256_POINT_OCTETS &&
    privateKeyInfo.subarray(0, scalarStart).equals(P256_PRIVATE) &&
    privateKeyInfo.subarray(labelStart, pointStart).equals(P256_PUBLIC_OF_PRIVATE);
  if (!isOurForm) return undefined;
  const pair = createECDH(P256_CURVE);
  pair.setPrivateKey(privateKeyInfo.subarray(scalarStart, labelStart));
  const point = pair.getPublicKey();
  if (privateKeyInfo.subarray(pointStart).equals(point)) return Buffer.concat([P256_PUBLIC, point]);
  throw new RangeError('the public half of a private key is of another one');
}

/** RFC 7518 §6.2.1.2: a coordinate has all its octets, leading zeros included. */
function pointOf({ x = '', y = '' }: JsonWebKey): Buffer {
  return Buffer.concat([UNCOMPRESSED, Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
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
  return hash('sha1', subjectPublicKeyInfo.subarray(start), 'buffer');
}

/** The octets of tag and length at `offset` (X.690 §8.1.3). */
function headerLength(der: Uint8Array, offset: number): number {
  const length = der[offset + 1] ?? 0;
  return length < 0x80 ? 2 : 2 + (length & 0x7f);
}
