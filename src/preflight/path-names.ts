import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import {
  BASE_KINDS,
  constraintAgainst,
  directoryConstraintAgainst,
} from '../x509/name-constraint-check.ts';
import type { NameConstraintSubtrees, NameConstraints } from '../x509/name-constraints.ts';
import { isSelfIssued } from './candidate.ts';
import { firstOf, type Step } from './path-step.ts';
import { quoted } from './quoted.ts';

/** Go’s bound (crypto/x509 MaxConstraintComparisions), where OpenSSL has 2^20: a hostile path must not take for ever. */
const MAX_COMPARISONS = 250_000;

/** The first name of a path that an authority above it does not permit (RFC 5280 §6.1.3 (b), (c)). */
export function pathNameFault(certificates: readonly DecodedCertificate[]): string | undefined {
  return areTooManyToCompare(certificates)
    ? 'has more names and constraints than verifiers compare'
    : firstOf(certificates, nameFault);
}

/** Whether holding every name against every constraint of a path would take too long. */
export function areTooManyToCompare(certificates: readonly DecodedCertificate[]): boolean {
  const names = certificates.map(
    (certificate) =>
      1 +
      certificate.subject.attributes.length +
      namesOf(certificate).length +
      certificate.names.directoryNames.length,
  );
  const bases = certificates.map(({ nameConstraints: { permitted, excluded } }) =>
    sumOf([permitted, excluded].map((subtrees) => countOf(subtrees))),
  );
  return sumOf(names) * sumOf(bases) > MAX_COMPARISONS;
}

function countOf(subtrees: NameConstraintSubtrees | undefined): number {
  const kinds: readonly (readonly unknown[])[] = Object.values(subtrees ?? {});
  return sumOf(kinds.map((bases) => bases.length));
}

/** Names of a self-issued authority in the middle of a path are not held against the constraints. */
function nameFault(step: Step): string | undefined {
  if (step.place > 1 && isSelfIssued(step.certificate)) return undefined;
  for (const { nameConstraints } of step.above) {
    const fault = directoryFault(step, nameConstraints) ?? altNameFault(step, nameConstraints);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function directoryFault(
  { certificate, place }: Step,
  constraints: NameConstraints,
): string | undefined {
  for (const [whose, name] of directoryNamesOf(certificate)) {
    const refusal = directoryConstraintAgainst(name, constraints);
    if (refusal !== undefined) return `${whose} of certificate ${place}: an authority ${refusal}`;
  }
  return undefined;
}

function altNameFault({ certificate }: Step, constraints: NameConstraints): string | undefined {
  for (const { kind, value } of namesOf(certificate)) {
    const refusal = constraintAgainst(kind, value, constraints);
    if (refusal !== undefined) return `${quoted(value)}: an authority ${refusal}`;
  }
  return undefined;
}

/** The subject where there is one, and the directoryNames of the subjectAltName (RFC 5280 §4.2.1.10). */
function directoryNamesOf({ subject, subjectName, names }: DecodedCertificate) {
  const ofSubject = subject.attributes.length > 0 ? [['the subject', subjectName] as const] : [];
  return [...ofSubject, ...names.directoryNames.map((name) => ['a directoryName', name] as const)];
}

function namesOf({ names }: DecodedCertificate) {
  return BASE_KINDS.flatMap(([kind, baseKind]) =>
    names[kind].map((value) => ({ kind: baseKind, value })),
  );
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
