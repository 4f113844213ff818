import type { KeyAlgorithm } from '../certificate.ts';
import { describeOid, P256, P384, P521 } from './oids.ts';
import { rsaWeakness } from './rsa-weaknesses.ts';
import type { PublicKeyParts } from './subject-public-key-info.ts';

type RsaKey = Extract<PublicKeyParts, { kind: 'rsa' }>;
type EcKey = Extract<PublicKeyParts, { kind: 'ec' }>;

/** A key that may be certified, or what stands against whoever has it: a sentence without its subject. */
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

interface Curve {
  readonly name: string;
  readonly keyAlgorithm: KeyAlgorithm;
  /** How many octets it has. */
  readonly coordinate: number;
}

const CURVES: Readonly<Record<string, Curve>> = {
  [P256]: { name: 'P-256', keyAlgorithm: 'ecdsa-p256', coordinate: 32 },
  [P384]: { name: 'P-384', keyAlgorithm: 'ecdsa-p384', coordinate: 48 },
  [P521]: { name: 'P-521', keyAlgorithm: 'ecdsa-p521', coordinate: 66 },
};
/** SEC 1 §2.3.3: the first octet of a point. */
const UNCOMPRESSED = 4;
const COMPRESSED = [2, 3];
const INFINITY = 0;
const ED25519_OCTETS = 32;

const SUPPORTED = 'supported are P-256, P-384, P-521, Ed25519, and RSA of 2048, 3072 or 4096 bits';

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
        : { fault: `has an Ed25519 key of ${octets(key.point)}, not of ${ED25519_OCTETS}` };
    case 'unknown':
      return { fault: `has a key of the algorithm ${describeOid(key.algorithm)}; ${SUPPORTED}` };
  }
}

/** Whether a point is written by one coordinate, from which the other follows; Go cannot read such. */
export function isCompressed(key: PublicKeyParts): boolean {
  return key.kind === 'ec' && COMPRESSED.includes(key.point[0] ?? INFINITY);
}

function judgeEcKey({ curve, point }: EcKey): JudgedKey {
  const known = CURVES[curve];
  if (!known) return { fault: `has a key on the curve ${describeOid(curve)}; ${SUPPORTED}` };
  const { name, keyAlgorithm, coordinate } = known;
  const form = point[0] ?? INFINITY;
  if (form === INFINITY) return { fault: `has the point at infinity of ${name} for its key` };
  const coordinates = form === UNCOMPRESSED ? 2 : 1;
  const isKnownForm = form === UNCOMPRESSED || COMPRESSED.includes(form);
  const isWhole = point.length === 1 + coordinates * coordinate;
  if (isKnownForm && isWhole) return { keyAlgorithm };
  const whole = `${1 + 2 * coordinate} that begin with 4, or ${1 + coordinate} that begin with 2 or 3`;
  return {
    fault: `has a key of ${octets(point)}, the first one ${form}; a point of ${name} has ${whole}`,
  };
}

function judgeRsaKey({ modulus, publicExponent }: RsaKey): JudgedKey {
  const bits = modulus.length * 8 - (Math.clz32(modulus[0] ?? 0) - 24);
  if (bits < MIN_MODULUS_BITS) {
    return { fault: `has an RSA key of ${bits} bits, fewer than ${MIN_MODULUS_BITS}` };
  }
  if (bits % 8 !== 0) return { fault: `has an RSA key of ${bits} bits, which is no multiple of 8` };
  const keyAlgorithm = RSA_ALGORITHMS[bits];
  if (!keyAlgorithm) return { fault: `has an RSA key of ${bits} bits; ${SUPPORTED}` };
  const fault = rsaExponentFault(publicExponent) ?? rsaWeakness(modulus);
  return fault === undefined ? { keyAlgorithm } : { fault };
}

/** What stands against an RSA public exponent, in words; `undefined` for a good one. */
export function rsaExponentFault(publicExponent: Uint8Array): string | undefined {
  const isShort = publicExponent.length <= MAX_EXPONENT_OCTETS;
  const exponent = isShort ? Number.parseInt(Buffer.from(publicExponent).toString('hex'), 16) : 0;
  const has = isShort
    ? `has the RSA public exponent ${exponent}`
    : `has an RSA public exponent of ${octets(publicExponent)}`;
  if (((publicExponent.at(-1) ?? 0) & 1) === 0) return `${has}, which is even`;
  if (isShort && exponent < MIN_PUBLIC_EXPONENT) {
    return `${has}, which is smaller than ${MIN_PUBLIC_EXPONENT}`;
  }
  if (isShort && exponent <= MAX_PUBLIC_EXPONENT) return undefined;
  return `${has}, which is larger than ${MAX_PUBLIC_EXPONENT}`;
}

function octets({ length }: Uint8Array): string {
  return length === 1 ? '1 octet' : `${length} octets`;
}
