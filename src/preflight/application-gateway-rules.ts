import { decodeSubject } from '../x509/decode-subject.ts';
import { P256 } from '../x509/oids.ts';
import type { CertificateCandidate, PathCandidate, TargetCandidate } from './candidate.ts';
import { describeKey } from './key-shape.ts';
import { quoted } from './quoted.ts';
import type { Consumer, Rule } from './rule.ts';

const ONLY: readonly Consumer[] = ['application-gateway'];
/** Of a listener's PFX (v2). */
const MAX_PFX_OCTETS = 16 * 1024;
/** What a PFX is larger than the certificates in it: the key, bags, encryption parameters and MAC, generously. */
const PFX_OVERHEAD_OCTETS = 2 * 1024;
const BACKENDS = 'application-gateway-backend-health-troubleshooting.md';

/** Which keys its documents speak of. */
export const applicationGatewayKeyRules: readonly Rule<Pick<TargetCandidate, 'role' | 'key'>>[] = [
  {
    id: 'application-gateway-key',
    severity: 'warning',
    consumers: ONLY,
    roles: ['server'],
    part: 'publicKey',
    requirement: 'A key is RSA, or on P-256: nothing says that any other works.',
    source:
      'application-gateway-faq.yml (cipher suites); self-signed-certificates.md; about-certificates.md (Key Vault)',
    faultOf: ({ key }) =>
      key.kind === 'rsa' || (key.kind === 'ec' && key.curve === P256)
        ? undefined
        : `whether Application Gateway takes ${describeKey(key)}, its documents do not say`,
  },
];

/** What it asks of the certificates of servers and clients. */
export const applicationGatewayRules: readonly Rule<CertificateCandidate>[] = [
  {
    id: 'application-gateway-own-issuer',
    severity: 'error',
    consumers: ONLY,
    roles: ['server', 'client', 'other'],
    part: 'subject',
    requirement: 'An end-entity certificate is not its own issuer.',
    source: BACKENDS,
    prevents: { 'application-gateway': 'Intermediate certificate is missing' },
    faultOf: ({ isSelfIssued }) =>
      isSelfIssued ? 'is its own issuer and no authority' : undefined,
  },
  {
    id: 'application-gateway-issuer-name',
    severity: 'error',
    consumers: ONLY,
    roles: ['server'],
    part: 'subject',
    requirement: 'A server’s commonName is another than its issuer’s.',
    source: 'self-signed-certificates.md',
    faultOf: ({ subject, isSelfIssued, issuer, certificate }) => {
      const { commonName } = subject.known;
      if (commonName === undefined || isSelfIssued) return undefined;
      const issuers = issuer?.subject ?? decodeSubject(certificate.issuerName);
      return commonName === issuers.known.commonName
        ? `has the commonName of its issuer, ${quoted(commonName)}`
        : undefined;
    },
  },
  {
    id: 'application-gateway-purpose',
    severity: 'error',
    consumers: ONLY,
    roles: ['other'],
    part: 'certificate',
    requirement: 'An extKeyUsage has serverAuth for a server, and clientAuth for a client.',
    source: 'mutual-authentication-troubleshooting.md',
    prevents: { 'application-gateway': 'Unsupported certificate purpose' },
    faultOf: () => 'has neither serverAuth nor clientAuth',
  },
];

/** What it asks of the file that a server behind it serves. */
export const applicationGatewayPathRules: readonly Rule<
  Pick<PathCandidate, 'role' | 'endsWithRoot'>
>[] = [
  {
    id: 'application-gateway-whole-chain',
    severity: 'warning',
    consumers: ONLY,
    roles: ['server'],
    part: 'certificate',
    requirement: 'A server behind it sends its certificate, every intermediate and the root.',
    source: BACKENDS,
    prevents: { 'application-gateway': 'Intermediate certificate is missing' },
    faultOf: ({ endsWithRoot }) =>
      endsWithRoot
        ? undefined
        : 'the chain does not end with the root, which Application Gateway asks of a server behind it',
  },
];

/** What it asks of the file that a listener is given. */
export const applicationGatewayFileRules: readonly Rule<
  Pick<PathCandidate, 'role' | 'certificates'>
>[] = [
  {
    id: 'application-gateway-pfx-size',
    severity: 'warning',
    consumers: ONLY,
    roles: ['server'],
    part: 'certificate',
    requirement: 'A PFX for a listener has 16 KB at most.',
    source: 'includes/application-gateway-limits.md',
    faultOf: ({ certificates }) => {
      const octets = certificates.reduce((sum, { der }) => sum + der.length, PFX_OVERHEAD_OCTETS);
      return octets <= MAX_PFX_OCTETS ? undefined : `a PFX of it would have about ${octets} octets`;
    },
  },
];
