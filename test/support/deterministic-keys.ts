import {
  checkPrimeSync,
  createECDH,
  createHash,
  createPrivateKey,
  createPublicKey,
  type JsonWebKey,
} from 'node:crypto';
import type { KeyAlgorithm } from '../../src/certificate.ts';
import * as der from '../../src/x509/der.ts';
import type { KeyPair } from '../../src/x509/key.ts';
import { ED25519 } from '../../src/x509/oids.ts';

/*
 * Keys that are the same at every run, and are made at every run: each grows out of a word, so that no
 * private key lies in the repository. They are worth nothing outside these tests.
 */

/** OpenSSL's name of each curve, JOSE's, and the octets of a coordinate. */
const CURVES = {
  'ecdsa-p256': { openssl: 'prime256v1', jose: 'P-256', octets: 32 },
  'ecdsa-p384': { openssl: 'secp384r1', jose: 'P-384', octets: 48 },
  'ecdsa-p521': { openssl: 'secp521r1', jose: 'P-521', octets: 66 },
} as const;
const MODULUS_OCTETS = { 'rsa-2048': 256, 'rsa-3072': 384, 'rsa-4096': 512 } as const;
const ED25519_OCTETS = 32;
const PUBLIC_EXPONENT = 65_537n;

/** By these most candidates for a prime are told sooner than by the real test. */
const SMALL_PRIMES = Array.from({ length: 1_000 }, (_, number) => number).filter(
  (number) => number > 2 && checkPrimeSync(BigInt(number)),
);

/** A key pair that grows out of `word`; of RSA it takes up to seconds, as a random one does. */
export function keysFrom(word: string, algorithm: KeyAlgorithm): KeyPair {
  switch (algorithm) {
    case 'ecdsa-p256':
    case 'ecdsa-p384':
    case 'ecdsa-p521':
      return ecKeysFrom(word, CURVES[algorithm]);
    case 'rsa-2048':
    case 'rsa-3072':
    case 'rsa-4096':
      return rsaKeysFrom(word, MODULUS_OCTETS[algorithm]);
    case 'ed25519':
      return ed25519KeysFrom(word);
  }
}

function ecKeysFrom(word: string, curve: (typeof CURVES)[keyof typeof CURVES]): KeyPair {
  const ecdh = createECDH(curve.openssl);
  const d = octetsFrom(word, curve.octets);
  // 521 bits lie in 66 octets; the shorter orders are as good as full.
  if (curve.octets === 66) d[0] = (d[0] ?? 0) & 1;
  ecdh.setPrivateKey(d);
  const point = ecdh.getPublicKey().subarray(1);
  const [x, y] = [point.subarray(0, curve.octets), point.subarray(curve.octets)].map(base64url);
  return pairOf({ kty: 'EC', crv: curve.jose, x: x ?? '', y: y ?? '', d: base64url(d) });
}

function rsaKeysFrom(word: string, modulusOctets: number): KeyPair {
  const [p, q] = ['p', 'q'].map((name) => primeFrom(`${word} ${name}`, modulusOctets / 2));
  if (p === undefined || q === undefined) throw new RangeError('there are two primes');
  const e = PUBLIC_EXPONENT;
  const d = inverse(e, (p - 1n) * (q - 1n));
  const numbers = { n: p * q, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  const members = Object.entries(numbers).map(([name, value]) => [name, base64url(bytesOf(value))]);
  return pairOf({ kty: 'RSA', ...(Object.fromEntries(members) as Record<string, string>) });
}

/** RFC 8410 §7: any 32 octets are a private key. */
function ed25519KeysFrom(word: string): KeyPair {
  const seed = der.octetString(octetsFrom(word, ED25519_OCTETS));
  const algorithm = der.sequence(der.oid(ED25519));
  const info = der.sequence(der.integer(0), algorithm, der.octetString(seed));
  const privateKey = createPrivateKey({ key: info, format: 'der', type: 'pkcs8' });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

function pairOf(key: JsonWebKey): KeyPair {
  const privateKey = createPrivateKey({ key, format: 'jwk' });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

/** The next prime after a number that grows out of `word`, whose highest two bits are set. */
function primeFrom(word: string, size: number): bigint {
  const octets = octetsFrom(word, size);
  octets.writeUInt8(octets.readUInt8(0) | 0xc0, 0);
  const start = BigInt(`0x${octets.toString('hex')}`) | 1n;
  const rests = SMALL_PRIMES.map((prime) => Number(start % BigInt(prime)));
  for (let distance = 0; ; distance += 2) {
    const hasFactor = rests.some((rest, at) => (rest + distance) % (SMALL_PRIMES[at] ?? 1) === 0);
    const candidate = start + BigInt(distance);
    if (!hasFactor && checkPrimeSync(candidate)) return candidate;
  }
}

/** SHA-256 over the word and a counter, as often as it takes. */
function octetsFrom(word: string, length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, counter) =>
    createHash('sha256').update(`${word} ${counter}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

/** Euclid's extended algorithm. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [r, nextR, t, nextT] = [modulus, value % modulus, 0n, 1n];
  while (nextR !== 0n) {
    const quotient = r / nextR;
    [r, nextR] = [nextR, r - quotient * nextR];
    [t, nextT] = [nextT, t - quotient * nextT];
  }
  return ((t % modulus) + modulus) % modulus;
}

function bytesOf(value: bigint): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
}

function base64url(octets: Uint8Array): string {
  return Buffer.from(octets).toString('base64url');
}
