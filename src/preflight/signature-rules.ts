import { weakHashOf } from '../x509/weak-hash.ts';
import type { CertificateCandidate } from './candidate.ts';
import type { Rule } from './rule.ts';

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
];

function weakHash({ isSelfIssued, certificate: { signatureAlgorithm } }: CertificateCandidate) {
  return isSelfIssued ? undefined : weakHashOf(signatureAlgorithm);
}
