import type { KeyObject } from 'node:crypto';

/**
 * A bound on the work that a hostile key can cause; twice the largest RSA key in common use. OpenSSL
 * itself would go to 16,384 bits.
 */
const MAX_RSA_BITS = 8_192;

/** Every real key has 65,537 or 3; a large exponent makes a verification cost as much as a signature. */
const MAX_RSA_EXPONENT = 2n ** 32n;

/** NIST's curves by OpenSSL's names: those that TLS 1.3 has for certificates (RFC 8446 §4.2.3). */
const CURVES: ReadonlySet<string | undefined> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

/** Why a key from elsewhere is not worked with, as the end of a sentence; `undefined` for a good one. */
export function keyObstacle(key: KeyObject): string | undefined {
  const { modulusLength = 0, publicExponent = 0n, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa') {
    if (modulusLength > MAX_RSA_BITS) return `has more than ${MAX_RSA_BITS} bits`;
    return publicExponent > MAX_RSA_EXPONENT ? 'has an oversized public exponent' : undefined;
  }
  if (key.asymmetricKeyType === 'ed25519') return undefined;
  if (key.asymmetricKeyType !== 'ec') return 'is neither RSA, nor EC, nor Ed25519';
  return CURVES.has(namedCurve) ? undefined : 'is on none of the curves P-256, P-384 and P-521';
}
