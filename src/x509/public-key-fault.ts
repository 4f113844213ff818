import type { KeyAlgorithm } from '../certificate.ts';
import { P256, P384, P521 } from './oids.ts';
import { rsaWeakness } from './rsa-weaknesses.ts';
import type { PublicKeyParts } from './subject-public-key-info.ts';

type RsaKey = Extract<PublicKeyParts, { kind: 'rsa' }>;
type EcKey = Extract<PublicKeyParts, { kind: 'ec' }>;

/** A key that may be certified, or what stands against it, in words. */
export type JudgedKey = { readonly keyAlgorithm: KeyAlgorithm } | { readonly fault: string };

const MIN_MODULUS_BITS = 2048;
/** Smaller exponents make RSA signatures easier to forge with sloppy verifiers. */
const MIN_PUBLIC_EXPONENT = 65_537;
/** Go takes no larger one. */
const MAX_PUBLIC_EXPONENT = 2 ** 31 - 1;
const MAX_EXPONENT_OCTETS = 4;

const RSA_ALGORITHMS: Readonly<Record<number, KeyAlgorithm>> = {
  2048: 'rsa-2048',
  3072: 'rsa-3072',
  4096: 'rsa-4096',
};

/** The curves, and the octets of a coordinate. */
const CURVES: Readonly<Record<string, { keyAlgorithm: KeyAlgorithm; coordinate: number }>> = {
  [P256]: { keyAlgorithm: 'ecdsa-p256', coordinate: 32 },
  [P384]: { keyAlgorithm: 'ecdsa-p384', coordinate: 48 },
  [P521]: { keyAlgorithm: 'ecdsa-p521', coordinate: 66 },
};
/** SEC 1 §2.3.3: the first octet of a point. */
const UNCOMPRESSED = 4;
const COMPRESSED = [2, 3];
const INFINITY = 0;
const ED25519_OCTETS = 32;

const SUPPORTED = 'P-256, P-384, P-521, RSA of 2048, 3072 or 4096 bits, Ed25519';

/**
 * Judges a key by its numbers. Whether a point lies on its curve is for whoever imports the key.
 *
 * Of RSA, sizes are judged before anything is computed, so that a huge modulus costs nothing.
 */
export function judgePublicKey(key: PublicKeyParts): JudgedKey {
  switch (key.kind) {
    case 'rsa':
      return judgeRsaKey(key);
    case 'ec':
      return judgeEcKey(key);
    case 'ed25519':
      return key.point.length === ED25519_OCTETS
        ? { keyAlgorithm: 'ed25519' }
        : { fault: 'its Ed25519 key is not of 32 octets' };
    case 'unknown':
      return { fault: `its key is of no supported algorithm: ${SUPPORTED}` };
  }
}

/** Whether a point is written by one coordinate, from which the other follows; Go cannot read such. */
export function isCompressed(key: PublicKeyParts): boolean {
  return key.kind === 'ec' && COMPRESSED.includes(key.point[0] ?? INFINITY);
}

function judgeEcKey({ curve, point }: EcKey): JudgedKey {
  const known = CURVES[curve];
  if (!known) return { fault: `its curve ${curve} is not supported: ${SUPPORTED}` };
  const { keyAlgorithm, coordinate } = known;
  const form = point[0] ?? INFINITY;
  if (form === INFINITY) return { fault: 'its key is the point at infinity' };
  const coordinates = form === UNCOMPRESSED ? 2 : 1;
  const isKnownForm = form === UNCOMPRESSED || COMPRESSED.includes(form);
  const isWhole = point.length === 1 + coordinates * coordinate;
  return isKnownForm && isWhole ? { keyAlgorithm } : { fault: 'its key is no point of its curve' };
}

function judgeRsaKey({ modulus, publicExponent }: RsaKey): JudgedKey {
  const bits = modulus.length * 8 - (Math.clz32(modulus[0] ?? 0) - 24);
  if (bits < MIN_MODULUS_BITS) {
    return { fault: `its RSA key has ${bits} bits, fewer than ${MIN_MODULUS_BITS}` };
  }
  if (bits % 8 !== 0) return { fault: `its RSA key has ${bits} bits, not a multiple of 8` };
  const keyAlgorithm = RSA_ALGORITHMS[bits];
  if (!keyAlgorithm) return { fault: `its RSA key has ${bits} bits; supported are ${SUPPORTED}` };
  const fault = rsaExponentFault(publicExponent) ?? rsaWeakness(modulus);
  return fault === undefined ? { keyAlgorithm } : { fault };
}

/** What stands against an RSA public exponent, in words; `undefined` for a good one. */
export function rsaExponentFault(publicExponent: Uint8Array): string | undefined {
  if (((publicExponent.at(-1) ?? 0) & 1) === 0) return 'its RSA public exponent is even';
  const isShort = publicExponent.length <= MAX_EXPONENT_OCTETS;
  const exponent = isShort ? Number.parseInt(Buffer.from(publicExponent).toString('hex'), 16) : 0;
  if (isShort && exponent < MIN_PUBLIC_EXPONENT) {
    return `its RSA public exponent is smaller than ${MIN_PUBLIC_EXPONENT}`;
  }
  return isShort && exponent <= MAX_PUBLIC_EXPONENT
    ? undefined
    : 'its RSA public exponent exceeds 2^31 - 1';
}
