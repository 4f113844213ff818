import { hasEnded } from '../has-ended.ts';
import type { CertificateCandidate } from './candidate.ts';
import { CONSUMERS, type Rule } from './rule.ts';

const VERSION = 3;

/** What a certificate is as a whole, and when. */
export const formRules: readonly Rule<CertificateCandidate>[] = [
  {
    id: 'version-3',
    severity: 'error',
    consumers: ['rfc5280'],
    part: 'certificate',
    requirement: 'A certificate is of version 3, since it has extensions.',
    source: 'RFC 5280 §4.1.2.1, §4.2',
    faultOf: ({ certificate: { version } }) =>
      version === VERSION ? undefined : `is of version ${version}`,
  },
  {
    id: 'no-unique-identifiers',
    severity: 'error',
    consumers: ['rfc5280'],
    part: 'certificate',
    requirement: 'A certificate has no unique identifiers.',
    source: 'RFC 5280 §4.1.2.8',
    faultOf: ({ certificate: { hasUniqueIdentifiers } }) =>
      hasUniqueIdentifiers ? 'has a unique identifier' : undefined,
  },
  {
    id: 'validity-in-order',
    severity: 'error',
    consumers: ['rfc5280'],
    part: 'validity',
    requirement: 'The validity period runs from notBefore to notAfter.',
    source: 'RFC 5280 §4.1.2.5',
    faultOf: ({ certificate: { notBefore, notAfter } }) =>
      notAfter < notBefore ? 'ends before it begins' : undefined,
  },
  {
    id: 'valid-now',
    severity: 'error',
    consumers: CONSUMERS,
    part: 'validity',
    requirement:
      'A certificate is used within its validity period. Envoy does not look, and serves what its clients refuse.',
    source: 'RFC 5280 §6.1.3 (a)(2); application-gateway-backend-health-troubleshooting.md',
    prevents: {
      openssl: 'certificate has expired',
      go: 'x509: certificate has expired or is not yet valid',
      java: 'validity check failed',
    },
    faultOf: untimely,
  },
];

function untimely({
  certificate: { notBefore, notAfter },
  now,
}: CertificateCandidate): string | undefined {
  if (now === undefined) return undefined;
  if (now < notBefore) return `is not valid before ${notBefore.toISOString()}`;
  return hasEnded({ notAfter }, now) ? `expired at ${notAfter.toISOString()}` : undefined;
}
