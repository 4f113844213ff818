import { createPublicKey } from 'node:crypto';
import { rememberingOctets } from '../remembering.ts';
import { P256, P384, P521 } from '../x509/oids.ts';
import { encodePem } from '../x509/pem.ts';
import { isCompressed, rsaExponentFault } from '../x509/public-key-fault.ts';
import { rsaWeakness } from '../x509/rsa-weaknesses.ts';
import type { Claims } from './candidate.ts';
import { describeKey } from './key-shape.ts';
import type { Rule } from './rule.ts';

const MIN_RSA_BITS = 2048;
/** OpenSSL verifies nothing larger, and looking for factors of more would take too long. */
const MAX_RSA_BITS = 16_384;
const CURVES = [P256, P384, P521];

/** What is asked of every key, whoever uses the certificate. */
export const keyRules: readonly Rule<Claims>[] = [
  {
    id: 'rsa-key-size',
    severity: 'error',
    consumers: ['rfc5280'],
    part: 'publicKey',
    requirement: 'An RSA modulus has 2048 bits or more, and a multiple of 8.',
    source: 'CA/Browser Forum BR §6.1.5; NIST SP 800-131A §3',
    faultOf: ({ key }) =>
      key.kind === 'rsa' && (key.bits < MIN_RSA_BITS || key.bits % 8 !== 0)
        ? `has ${describeKey(key)}`
        : undefined,
  },
  {
    id: 'rsa-key-too-large',
    severity: 'error',
    consumers: ['rfc5280', 'openssl'],
    part: 'publicKey',
    requirement: 'An RSA modulus has no more bits than OpenSSL verifies with, 16384.',
    source: 'OpenSSL openssl/rsa.h (OPENSSL_RSA_MAX_MODULUS_BITS)',
    faultOf: ({ key }) =>
      key.kind === 'rsa' && key.bits > MAX_RSA_BITS ? `has ${describeKey(key)}` : undefined,
  },
  {
    id: 'rsa-public-exponent',
    severity: 'error',
    consumers: ['rfc5280'],
    part: 'publicKey',
    requirement:
      'An RSA public exponent is odd, and from 65537 to 2^31 - 1, the largest that Go takes.',
    source: 'CA/Browser Forum BR §6.1.6; Go crypto/rsa (PublicKey)',
    faultOf: ({ publicKey }) =>
      publicKey.kind === 'rsa' ? rsaExponentFault(publicKey.publicExponent) : undefined,
  },
  {
    id: 'rsa-modulus-hard-to-factor',
    severity: 'error',
    consumers: ['rfc5280'],
    part: 'publicKey',
    requirement: 'An RSA modulus has no small factors, no close primes and not the mark of ROCA.',
    source: 'CA/Browser Forum BR §6.1.1.3, §6.1.6; CVE-2017-15361; CVE-2022-26320',
    isCostly: true,
    faultOf: ({ key, publicKey }) =>
      key.kind === 'rsa' && publicKey.kind === 'rsa' && key.bits > 0 && key.bits <= MAX_RSA_BITS
        ? rsaWeakness(publicKey.modulus)
        : undefined,
  },
  {
    id: 'ec-curve',
    severity: 'error',
    consumers: ['rfc5280'],
    part: 'publicKey',
    requirement: 'An EC key is on P-256, P-384 or P-521.',
    source: 'CA/Browser Forum BR §6.1.5; RFC 8446 §4.2.3',
    faultOf: ({ key }) =>
      key.kind === 'ec' && !CURVES.includes(key.curve) ? `has ${describeKey(key)}` : undefined,
  },
  {
    id: 'ec-point-uncompressed',
    severity: 'error',
    consumers: ['go', 'java'],
    part: 'publicKey',
    requirement: 'The point of an EC key is written out with both coordinates.',
    source: 'Go crypto/ecdsa (ParseUncompressedPublicKey); JDK sun.security.util.ECUtil',
    prevents: {
      go: 'ecdsa: invalid uncompressed public key',
      java: 'Only uncompressed point format supported',
    },
    faultOf: ({ publicKey }) =>
      isCompressed(publicKey) ? 'has a point of which one coordinate is left out' : undefined,
  },
  {
    id: 'public-key-valid',
    severity: 'error',
    consumers: ['rfc5280', 'envoy', 'istio', 'openssl', 'go'],
    part: 'publicKey',
    requirement: 'The key can be read, and the point of an EC key lies on its curve.',
    source: 'CA/Browser Forum BR §6.1.6; NIST SP 800-56A §5.6.2.3',
    isCostly: true,
    faultOf: ({ subjectPublicKeyInfo }) =>
      isReadable(subjectPublicKeyInfo)
        ? undefined
        : 'has a key that cannot be read, or a point that is not on its curve',
  },
];

/** The authorities above are the same for many a certificate. */
const REMEMBERED = 64;

const isReadable = rememberingOctets(REMEMBERED, (subjectPublicKeyInfo: Uint8Array) => {
  try {
    createPublicKey(encodePem('PUBLIC KEY', subjectPublicKeyInfo));
    return true;
  } catch {
    return false;
  }
});
