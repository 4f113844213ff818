import type { CertificateCandidate } from '../preflight/candidate.ts';
import { isAskedByAll, type RulesInPlace } from '../preflight/findings-in-place.ts';
import { policyPathRules } from '../preflight/policy-rules.ts';
import { type Consumer, type Rule, type RuleFacts, rulesFor } from '../preflight/rule.ts';
import { certificateRules, pathRules } from '../preflight/rules.ts';
import { readAlgorithmIdentifier } from '../x509/algorithm-identifier.ts';
import { readDer } from '../x509/der-reader.ts';
import {
  ANY_EXTENDED_KEY_USAGE,
  CLIENT_AUTH,
  POLICY_CONSTRAINTS,
  SERVER_AUTH,
} from '../x509/oids.ts';
import { kindOfSignature } from '../x509/read-signature-scheme.ts';

/** Who verifies what is issued below an authority from elsewhere. */
const VERIFIERS: readonly Consumer[] = ['rfc5280', 'openssl', 'go', 'java'];

/** What matters where an authority comes in, and of which no consumer is asked for one certificate or path. */
const ownRules: readonly Rule<CertificateCandidate>[] = [
  {
    id: 'known-signature-algorithm',
    severity: 'error',
    consumers: VERIFIERS,
    part: 'certificate',
    requirement:
      'Whatever is not a root’s is signed by an algorithm that signs here, too: others are weak, or some verifiers do not know them.',
    source: 'RFC 5280 §6.1.3 (a)(1)',
    faultOf: ({ issuer, isSelfIssued, certificate: { signatureAlgorithm } }) => {
      // Nobody verifies what a root says of itself, and old ones say it by SHA-1.
      if (!issuer && isSelfIssued) return undefined;
      const algorithm = readDer(signatureAlgorithm, readAlgorithmIdentifier);
      return kindOfSignature(algorithm)
        ? undefined
        : `is signed by an algorithm that is too weak, or unknown here (${algorithm.id})`;
    },
  },
  {
    id: 'any-extended-key-usage',
    severity: 'warning',
    consumers: ['openssl'],
    part: 'certificate',
    requirement: 'An authority is for servers or clients by name where it is for any purpose.',
    source: 'OpenSSL crypto/x509/v3_purp.c (xku_reject)',
    faultOf: ({ values: { extKeyUsage } }) =>
      extKeyUsage.includes(ANY_EXTENDED_KEY_USAGE) &&
      ![SERVER_AUTH, CLIENT_AUTH].some((purpose) => extKeyUsage.includes(purpose))
        ? 'allows any purpose by anyExtendedKeyUsage alone; OpenSSL, and so curl, sees none in it'
        : undefined,
  },
  {
    id: 'policy-constraints',
    severity: 'warning',
    consumers: ['rfc5280', 'go', 'java'],
    part: 'certificate',
    requirement: 'Nothing is asked of the policies of what is issued below.',
    source: 'RFC 5280 §4.2.1.11',
    faultOf: ({ extensions }) =>
      extensions.some(({ id }) => id === POLICY_CONSTRAINTS)
        ? 'has policyConstraints; some verifiers refuse what is issued below without certificatePolicies'
        : undefined,
  },
];

/**
 * By what every certificate on the path of an authority that comes in is judged. Its key was judged when it was read. A path
 * breaks the rule of policies with its leaves alone, so that `policy-constraints` speaks of them here.
 */
export const INCOMING_RULES: RulesInPlace = {
  ofCertificate: [
    ...ownRules,
    ...rulesFor(certificateRules, VERIFIERS).filter(
      ({ severity, isCostly }) => severity === 'error' && !isCostly,
    ),
  ],
  ofPath: rulesFor(pathRules, VERIFIERS).filter((rule) => !policyPathRules.includes(rule)),
};

/** Without a subject nothing below has an issuer; and path lengths are counted here as Go counts them. */
const ALSO_REFUSED = ['authority-subject', 'go-path-length'];
/** Signatures led up the path already, from each name to the next: what is left is a spelling that OpenSSL passes over. */
const ALSO_TAKEN = ['path-in-order'];

/**
 * Whether an authority is refused for breaking this: what OpenSSL, Go and Java all ask, nobody goes without. Whatever only some
 * of them ask, or only the standard, working authorities do without, and it is a warning (decision 0009).
 */
export function isRefusedFor(rule: RuleFacts): boolean {
  if (rule.severity === 'warning' || ALSO_TAKEN.includes(rule.id)) return false;
  return isAskedByAll(rule) || ALSO_REFUSED.includes(rule.id);
}
