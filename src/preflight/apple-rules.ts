import { SERVER_AUTH } from '../x509/oids.ts';
import type { CertificateCandidate, Claims } from './candidate.ts';
import { describeKey } from './key-shape.ts';
import type { Rule } from './rule.ts';

const SOURCE = 'support.apple.com/103769 (HT210176)';
const MIN_RSA_BITS = 2048;
const DAY_MS = 86_400_000;
const MAX_DAYS = 825;
/** Certificates issued before it are left alone. */
const FROM = Date.UTC(2019, 6, 1);

/** What Apple’s systems ask of keys, also where a user has added the root. */
export const appleKeyRules: readonly Rule<Claims>[] = [
  {
    id: 'apple-rsa-key-size',
    severity: 'error',
    consumers: ['apple'],
    roles: ['server', 'authority'],
    part: 'publicKey',
    requirement: 'RSA keys of servers and of their authorities have 2048 bits or more.',
    source: SOURCE,
    faultOf: ({ key }) =>
      key.kind === 'rsa' && key.bits < MIN_RSA_BITS ? `has ${describeKey(key)}` : undefined,
  },
];

/** What they ask of certificates of servers. */
export const appleRules: readonly Rule<CertificateCandidate>[] = [
  {
    id: 'apple-server-auth',
    severity: 'error',
    consumers: ['apple'],
    roles: ['server', 'client', 'other'],
    part: 'certificate',
    requirement: 'A server’s extKeyUsage has serverAuth.',
    source: SOURCE,
    faultOf: ({ values: { extKeyUsage }, certificate: { notBefore } }) =>
      notBefore.getTime() >= FROM && !extKeyUsage.includes(SERVER_AUTH)
        ? 'has no serverAuth in an extKeyUsage'
        : undefined,
  },
  {
    id: 'apple-validity',
    severity: 'error',
    consumers: ['apple'],
    roles: ['server'],
    part: 'validity',
    requirement: `A server’s certificate is valid for ${MAX_DAYS} days at most.`,
    source: SOURCE,
    faultOf: ({ certificate: { notBefore, notAfter } }) => {
      // Both ends belong to the period (RFC 5280 §4.1.2.5).
      const days = (notAfter.getTime() - notBefore.getTime() + 1000) / DAY_MS;
      return notBefore.getTime() >= FROM && days > MAX_DAYS
        ? `is valid for ${Math.ceil(days)} days`
        : undefined;
    },
  },
];
