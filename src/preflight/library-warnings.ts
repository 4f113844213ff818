import type { Warning } from '../certificate.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import { certificateCandidate, pathCandidate } from './candidate.ts';
import { policyPathRules } from './policy-rules.ts';
import { type Consumer, type Finding, findingsOf, type Rule, rulesFor } from './rule.ts';
import { certificateRules, pathRules } from './rules.ts';

/** By which most programs verify. */
const LIBRARIES: readonly (readonly [name: string, consumer: Consumer])[] = [
  ['OpenSSL', 'openssl'],
  ['Go', 'go'],
  ['Java', 'java'],
];

/** OpenSSL asks most of what it asks of one certificate under `-x509_strict` alone. */
const CERTIFICATE_RULES = refusals(certificateRules, ['go', 'java']);
/** Policies are spoken of where an authority that wants one comes in, and where a certificate has none. */
const PATH_RULES = refusals(
  pathRules.filter((rule) => !policyPathRules.includes(rule)),
  ['openssl', 'go', 'java'],
);

/**
 * What the libraries have against a certificate where it stands. What they have against an authority above was said of that.
 *
 * @param path the certificate itself first, the root's last; it verifies otherwise
 */
export function libraryWarnings(
  name: string,
  path: readonly [DecodedCertificate, ...DecodedCertificate[]],
): readonly Warning[] {
  const [certificate, ...above] = path;
  const before = pathFindings(above).map(({ rule }) => rule.id);
  return [
    ...findingsOf(CERTIFICATE_RULES, certificateCandidate(certificate)),
    ...pathFindings(path).filter(({ rule }) => !before.includes(rule.id)),
  ].map(({ rule, detail }) => {
    const libraries = LIBRARIES.filter(([, consumer]) => rule.consumers.includes(consumer))
      .map(([library]) => library)
      .join(' and ');
    const reach = certificate.isAuthority ? ', with all that is below' : '';
    return { code: rule.id, detail: `${name}: ${detail}; refused by ${libraries}${reach}` };
  });
}

function pathFindings(path: readonly DecodedCertificate[]): readonly Finding[] {
  return findingsOf(PATH_RULES, pathCandidate(path, []));
}

function refusals<Candidate>(
  rules: readonly Rule<Candidate>[],
  consumers: readonly Consumer[],
): readonly Rule<Candidate>[] {
  return rulesFor(rules, consumers).filter(({ severity }) => severity === 'error');
}
