import type { Warning } from '../certificate.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import { describeSubject } from '../x509/distinguished-name.ts';
import { findingsInPlace, type RulesInPlace, warningInPlace } from './findings-in-place.ts';
import { policyPathRules } from './policy-rules.ts';
import { quoted } from './quoted.ts';
import { type Consumer, type Rule, rulesFor } from './rule.ts';
import { certificateRules, pathRules } from './rules.ts';

const RULES: RulesInPlace = {
  /** OpenSSL asks most of what it asks of one certificate under `-x509_strict` alone. */
  ofCertificate: refusals(certificateRules, ['go', 'java']),
  /**
   * Policies are spoken of where an authority that wants one comes in, and where a certificate has none; names that are not
   * permitted are refused by the policy.
   */
  ofPath: refusals(
    pathRules.filter(
      (rule) => !policyPathRules.includes(rule) && rule.id !== 'path-name-constraints',
    ),
    ['openssl', 'go', 'java'],
  ),
};

/**
 * What OpenSSL, Go and Java have against a certificate that is about to be signed, where it will stand. What they have against an
 * authority above was said of that.
 *
 * @param path the certificate itself first, the root's last; it verifies otherwise
 */
export function libraryWarnings(
  path: readonly [DecodedCertificate, ...DecodedCertificate[]],
): readonly Warning[] {
  const [certificate, ...issuers] = path;
  const above = issuers.map(({ subject }) => quoted(describeSubject(subject.known)));
  const terms = { labels: ['the certificate', ...above], count: 1 };
  const findings = findingsInPlace(path, RULES, terms);
  return findings.flat().map((finding) => warningInPlace(finding, certificate));
}

function refusals<Candidate>(
  rules: readonly Rule<Candidate>[],
  consumers: readonly Consumer[],
): readonly Rule<Candidate>[] {
  return rulesFor(rules, consumers).filter(
    ({ severity, isCostly }) => severity === 'error' && !isCostly,
  );
}
