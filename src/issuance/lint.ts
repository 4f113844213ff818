import { SUBJECT_ALT_NAME_KINDS, type Warning } from '../certificate.ts';
import type { Violation } from '../errors.ts';
import { certificateCandidate, pathCandidate } from '../preflight/candidate.ts';
import { libraryWarnings } from '../preflight/library-warnings.ts';
import { policyPathRules } from '../preflight/policy-rules.ts';
import { type Finding, findingsOf, type Part, rulesFor } from '../preflight/rule.ts';
import { certificateRules } from '../preflight/rules.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import { isConstraining } from '../x509/name-constraints.ts';
import { SERVER_AUTH } from '../x509/oids.ts';
import { pointerToKind } from './requested-names.ts';
import type { IssuanceTerms, Pointers } from './terms.ts';

/** What the rules of consumers have against a certificate that is about to be signed. */
export interface Lint {
  /** Of errors: with any of them nothing is signed. */
  readonly violations: readonly Violation[];
  readonly warnings: readonly Warning[];
}

/** What is costly about a key was judged when the key came. */
const RULES = certificateRules.filter(({ isCostly }) => !isCostly);
const RULES_FOR_ALL = rulesFor(RULES, ['rfc5280']);
const RULES_FOR_SERVERS = rulesFor(RULES, ['rfc5280', 'envoy', 'apple', 'application-gateway']);

/**
 * Judges what is about to be signed, as it was read back, by the rules that `POST /v1/preflight` judges
 * by: a fault of a profile or of ours is found here whatever the policy makes of it.
 */
export function lintOf(
  certificate: DecodedCertificate,
  { issuers, pointers }: Pick<IssuanceTerms, 'issuers' | 'pointers'>,
): Lint {
  const candidate = certificateCandidate(certificate, { issuer: issuers[0] });
  const isServers = certificate.extKeyUsage.includes(SERVER_AUTH);
  const findings = findingsOf(isServers ? RULES_FOR_SERVERS : RULES_FOR_ALL, candidate);
  const ofPath = pathWarnings([certificate, ...issuers]);
  if (findings.length + ofPath.length === 0) return NOTHING;
  return {
    violations: findings
      .filter(({ rule }) => rule.severity === 'error')
      .map((finding) => violationOf(finding, pointers)),
    warnings: [
      ...findings.filter(({ rule }) => rule.severity === 'warning').map(warningOf),
      ...ofPath,
    ],
  };
}

const NOTHING: Lint = { violations: [], warnings: [] };

/** What an authority above asks for, and no request here can give, is no reason to refuse one. */
function pathWarnings(
  path: readonly [DecodedCertificate, ...DecodedCertificate[]],
): readonly Warning[] {
  const ofPolicies = findingsOf(policyPathRules, pathCandidate(path, [])).map(warningOf);
  const [certificate, ...issuers] = path;
  const isOrdinary =
    !certificate.isAuthority &&
    issuers.every(({ nameConstraints }) => !isConstraining(nameConstraints));
  return isOrdinary ? ofPolicies : [...ofPolicies, ...libraryWarnings(path)];
}

function warningOf({ rule, detail }: Finding): Warning {
  return { code: rule.id, detail };
}

function violationOf({ rule, detail }: Finding, pointers: Pointers): Violation {
  const pointer = pointerTo(rule.part, pointers);
  return { pointer, detail: `${detail} (rule ${rule.id}: ${rule.source})` };
}

function pointerTo(part: Part, { names, subject, key }: Pointers): string {
  switch (part) {
    case 'subject':
      return subject();
    case 'subjectAltName': {
      const kind = SUBJECT_ALT_NAME_KINDS.find((one) => names[one].length > 0) ?? 'dnsNames';
      return pointerToKind(names, kind);
    }
    case 'validity':
      return '/validity';
    case 'publicKey':
      return key;
    case 'certificate':
      return '';
  }
}
