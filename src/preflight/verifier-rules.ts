import {
  ANY_EXTENDED_KEY_USAGE,
  CLIENT_AUTH,
  P256,
  P384,
  P521,
  SERVER_AUTH,
} from '../x509/oids.ts';
import type { CertificateCandidate, Claims } from './candidate.ts';
import { describeKey } from './key-shape.ts';
import type { Rule } from './rule.ts';

/** SECG's name for it is secp224r1. */
const P224 = '1.3.132.0.33';
/** Curves of fewer than 224 bits: P-192, and secp160r1 as the best known of the shorter ones. */
const SHORT_CURVES = ['1.2.840.10045.3.1.1', '1.3.132.0.8'];
const GO_CURVES = [P224, P256, P384, P521];
const OPENSSL_MIN_RSA_BITS = 2048;
const GO_RSA_BITS = { min: 1024, max: 8192 };
const JAVA_MIN_RSA_BITS = 1024;

/** Which keys the libraries take that most programs verify with. */
export const verifierKeyRules: readonly Rule<Pick<Claims, 'role' | 'key'>>[] = [
  {
    id: 'openssl-key-strength',
    severity: 'error',
    consumers: ['openssl'],
    part: 'publicKey',
    requirement: 'An RSA key has 2048 bits or more: security level 2, the default of OpenSSL 3.2.',
    source: 'OpenSSL SSL_CTX_set_security_level(3)',
    prevents: { openssl: 'EE certificate key too weak' },
    faultOf: ({ key }) =>
      key.kind === 'rsa' && key.bits < OPENSSL_MIN_RSA_BITS ? `has ${describeKey(key)}` : undefined,
  },
  {
    id: 'short-curve',
    severity: 'error',
    consumers: ['openssl', 'java'],
    part: 'publicKey',
    requirement: 'An EC key is on a curve of 224 bits or more.',
    source:
      'OpenSSL SSL_CTX_set_security_level(3); JDK java.security (jdk.certpath.disabledAlgorithms)',
    prevents: {
      openssl: 'EE certificate key too weak',
      java: 'Algorithm constraints check failed on keysize limits',
    },
    faultOf: ({ key }) =>
      key.kind === 'ec' && SHORT_CURVES.includes(key.curve) ? `has ${describeKey(key)}` : undefined,
  },
  {
    id: 'go-rsa-key-size',
    severity: 'error',
    consumers: ['go'],
    part: 'publicKey',
    requirement: 'An RSA key has 1024 to 8192 bits.',
    source: 'Go 1.24 release notes (crypto/rsa); crypto/tls (checkKeySize)',
    prevents: { go: 'keys are insecure' },
    faultOf: ({ key }) =>
      key.kind === 'rsa' && (key.bits < GO_RSA_BITS.min || key.bits > GO_RSA_BITS.max)
        ? `has ${describeKey(key)}`
        : undefined,
  },
  {
    id: 'go-ec-curve',
    severity: 'error',
    consumers: ['go'],
    part: 'publicKey',
    requirement: 'An EC key is on P-224, P-256, P-384 or P-521.',
    source: 'Go crypto/x509 (namedCurveFromOID)',
    prevents: { go: 'x509: unsupported elliptic curve' },
    faultOf: ({ key }) =>
      key.kind === 'ec' && !GO_CURVES.includes(key.curve) ? `has ${describeKey(key)}` : undefined,
  },
  {
    id: 'java-rsa-key-size',
    severity: 'error',
    consumers: ['java'],
    part: 'publicKey',
    requirement: 'An RSA key has 1024 bits or more.',
    source: 'JDK java.security (jdk.certpath.disabledAlgorithms)',
    prevents: { java: 'Algorithm constraints check failed on keysize limits' },
    faultOf: ({ key }) =>
      key.kind === 'rsa' && key.bits < JAVA_MIN_RSA_BITS ? `has ${describeKey(key)}` : undefined,
  },
  {
    id: 'java-ed25519',
    severity: 'warning',
    consumers: ['java'],
    part: 'publicKey',
    requirement: 'A key is not Ed25519 where Java is older than 15.',
    source: 'JEP 339',
    faultOf: ({ key }) =>
      key.kind === 'ed25519' ? 'an Ed25519 key cannot be read by Java before 15' : undefined,
  },
];

/** What they ask of the purposes of a leaf. */
export const verifierPurposeRules: readonly Rule<CertificateCandidate>[] = [
  {
    id: 'openssl-any-purpose',
    severity: 'error',
    consumers: ['openssl'],
    roles: ['server'],
    part: 'certificate',
    requirement:
      'An extKeyUsage names serverAuth or clientAuth: OpenSSL takes anyExtendedKeyUsage for neither.',
    source: 'OpenSSL crypto/x509/v3_purp.c (xku_reject)',
    prevents: { openssl: 'unsuitable certificate purpose' },
    faultOf: ({ values: { extKeyUsage } }) =>
      extKeyUsage.includes(ANY_EXTENDED_KEY_USAGE) &&
      ![SERVER_AUTH, CLIENT_AUTH].some((purpose) => extKeyUsage.includes(purpose))
        ? 'has anyExtendedKeyUsage and neither serverAuth nor clientAuth'
        : undefined,
  },
];
