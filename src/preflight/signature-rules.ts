import { readAlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
import { readDer } from '../x509/der-reader.ts';
import { weakHashOf } from '../x509/weak-hash.ts';
import type { CertificateCandidate } from './candidate.ts';
import type { Rule } from './rule.ts';

/** NIST’s arc: ECDSA over SHA3-224, -256, -384 and -512. */
const ECDSA_WITH_SHA3 = /^2\.16\.840\.1\.101\.3\.4\.3\.(?:9|10|11|12)$/;

/** By what a certificate is signed; nobody verifies what a root has signed of itself. */
export const signatureRules: readonly Rule<CertificateCandidate>[] = [
  {
    id: 'signature-hash',
    severity: 'error',
    consumers: ['rfc5280', 'apple', 'openssl', 'go'],
    part: 'certificate',
    requirement:
      'A certificate is signed over a hash without known collisions: not MD5, not SHA-1.',
    source:
      'RFC 6151 §2; RFC 6194 §3; RFC 9155 §2; support.apple.com/103769; Go 1.18 release notes',
    prevents: {
      openssl: 'CA signature digest algorithm too weak',
      go: 'x509: cannot verify signature: insecure algorithm',
    },
    faultOf: (candidate) => {
      const hash = weakHash(candidate);
      return hash === undefined ? undefined : `is signed over ${hash}`;
    },
  },
  {
    id: 'java-signature-hash',
    severity: 'error',
    consumers: ['java'],
    part: 'certificate',
    requirement: 'A certificate is signed over neither MD2 nor MD5.',
    source: 'JDK java.security (jdk.certpath.disabledAlgorithms)',
    prevents: { java: 'Algorithm constraints check failed' },
    faultOf: (candidate) => {
      const hash = weakHash(candidate);
      return hash === 'MD2' || hash === 'MD5' ? `is signed over ${hash}` : undefined;
    },
  },
  {
    id: 'openssl-ecdsa-sha3',
    severity: 'error',
    consumers: ['openssl'],
    part: 'certificate',
    requirement: 'No certificate is signed by ECDSA over SHA-3, which OpenSSL 3.0 cannot verify.',
    source: 'OpenSSL crypto/objects/obj_xref.txt',
    faultOf: ({ isSelfIssued, certificate: { signatureAlgorithm } }) =>
      !isSelfIssued && ECDSA_WITH_SHA3.test(readDer(signatureAlgorithm, readAlgorithmIdentifier).id)
        ? 'is signed by ECDSA over SHA-3'
        : undefined,
  },
];

function weakHash({ isSelfIssued, certificate: { signatureAlgorithm } }: CertificateCandidate) {
  return isSelfIssued ? undefined : weakHashOf(signatureAlgorithm);
}
