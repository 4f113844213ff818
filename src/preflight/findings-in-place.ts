import type { Warning } from '../certificate.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import {
  type CertificateCandidate,
  certificateCandidate,
  type PathCandidate,
  pathCandidate,
} from './candidate.ts';
import { labelAt } from './path-step.ts';
import { type Consumer, type Finding, findingsOf, type Rule, type RuleFacts } from './rule.ts';
import { certificateRules } from './rules.ts';

/** By what a certificate is judged where it stands. */
export interface RulesInPlace {
  readonly ofCertificate: readonly Rule<CertificateCandidate>[];
  readonly ofPath: readonly Rule<PathCandidate>[];
}

interface Circumstances {
  /** What each is called, those at the end left to their place. */
  readonly labels: readonly string[];
  /** How many are judged, from the first on; absent: all. */
  readonly count?: number;
  /** Whether certificates are to be issued below the first. */
  readonly isToIssue?: boolean;
  /** Absent where the moment does not matter. */
  readonly now?: Date;
}

/** By which most programs verify. */
const LIBRARIES: readonly (readonly [consumer: Consumer, name: string])[] = [
  ['openssl', 'OpenSSL'],
  ['go', 'Go'],
  ['java', 'Java'],
];

/** Whether every one of the libraries asks it, so that hardly anybody takes what breaks it. */
export function isAskedByAll({ consumers }: RuleFacts): boolean {
  return LIBRARIES.every(([consumer]) => consumers.includes(consumer));
}

/**
 * What each certificate of a path breaks where it stands, and the path up from it; what the path breaks without it is said of the
 * authority above alone.
 *
 * @param path each followed by its issuer, whose key has signed it
 */
export function findingsInPlace(
  path: readonly DecodedCertificate[],
  { ofCertificate, ofPath }: RulesInPlace,
  { labels, count = path.length, isToIssue = false, now }: Circumstances,
): readonly (readonly Finding[])[] {
  const pathFindings = path.slice(0, count + 1).map((_, index) => {
    const terms = { isToIssue, labels: labels.slice(index) };
    return findingsOf(ofPath, pathCandidate(path.slice(index), [], terms));
  });
  return path.slice(0, count).map((certificate, index) => {
    const issuer = path[index + 1];
    const candidate = certificateCandidate(certificate, { issuer, ...(now && { now }) });
    const before = pathFindings[index + 1]?.map(({ detail }) => detail) ?? [];
    return [
      ...findingsOf(ofCertificate, candidate).map(({ rule, detail }) => ({
        rule,
        detail: `${labelAt({ labels }, index)}: ${detail}`,
      })),
      ...(pathFindings[index] ?? []).filter(({ detail }) => !before.includes(detail)),
    ];
  });
}

/** A finding in spite of which a certificate is made or taken, with those who will refuse it. */
export function warningInPlace(
  { rule, detail }: Finding,
  { isAuthority }: DecodedCertificate,
): Warning {
  const reach = isAuthority ? ', with all that is below' : '';
  const refusal = rule.severity === 'error' ? `; refused by ${refusersOf(rule)}${reach}` : '';
  return { code: rule.id, detail: `${detail}${refusal}` };
}

function refusersOf(rule: RuleFacts): string {
  const libraries = LIBRARIES.filter(([consumer]) => rule.consumers.includes(consumer));
  if (libraries.length === 0) return 'strict readers of RFC 5280';
  // What the standard asks of one certificate, OpenSSL mostly asks only where it is told to be strict.
  const isStrict =
    rule.consumers.includes('rfc5280') && certificateRules.some(({ id }) => id === rule.id);
  return libraries
    .map(([consumer, name]) => (isStrict && consumer === 'openssl' ? `${name} -x509_strict` : name))
    .join(' and ');
}
