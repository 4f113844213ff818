import type { KeyAlgorithm } from '../certificate.ts';
import { P256, P384, P521 } from '../x509/oids.ts';
import type { PublicKeyParts } from '../x509/subject-public-key-info.ts';

/** What kind of key it is and how large, which is all that most consumers ask. */
export type KeyShape =
  | { readonly kind: 'rsa'; readonly bits: number }
  /** The curve's object identifier. */
  | { readonly kind: 'ec'; readonly curve: string }
  | { readonly kind: 'ed25519' }
  | { readonly kind: 'unknown'; readonly algorithm: string };

const CURVE_NAMES: Readonly<Record<string, string>> = {
  [P256]: 'P-256',
  [P384]: 'P-384',
  [P521]: 'P-521',
};

const SHAPES: Readonly<Record<KeyAlgorithm, KeyShape>> = {
  'ecdsa-p256': { kind: 'ec', curve: P256 },
  'ecdsa-p384': { kind: 'ec', curve: P384 },
  'ecdsa-p521': { kind: 'ec', curve: P521 },
  'rsa-2048': { kind: 'rsa', bits: 2048 },
  'rsa-3072': { kind: 'rsa', bits: 3072 },
  'rsa-4096': { kind: 'rsa', bits: 4096 },
  ed25519: { kind: 'ed25519' },
};

/** The shape of a key that is still to be made. */
export function shapeOfAlgorithm(keyAlgorithm: KeyAlgorithm): KeyShape {
  return SHAPES[keyAlgorithm];
}

export function shapeOfKey(key: PublicKeyParts): KeyShape {
  switch (key.kind) {
    case 'rsa':
      return { kind: 'rsa', bits: bitsOf(key.modulus) };
    case 'ec':
      return { kind: 'ec', curve: key.curve };
    case 'ed25519':
      return { kind: 'ed25519' };
    case 'unknown':
      return key;
  }
}

/** Such as `an RSA key of 1024 bits`. */
export function describeKey(key: KeyShape): string {
  switch (key.kind) {
    case 'rsa':
      return `an RSA key of ${key.bits} bits`;
    case 'ec':
      return `a key on the curve ${CURVE_NAMES[key.curve] ?? key.curve}`;
    case 'ed25519':
      return 'an Ed25519 key';
    case 'unknown':
      return `a key of algorithm ${key.algorithm}`;
  }
}

function bitsOf(number: Uint8Array): number {
  return number.length * 8 - (Math.clz32(number[0] ?? 0) - 24);
}
