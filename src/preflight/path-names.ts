import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import {
  BASE_KINDS,
  constraintAgainst,
  directoryConstraintAgainst,
} from '../x509/name-constraint-check.ts';
import type { NameConstraintSubtrees, NameConstraints } from '../x509/name-constraints.ts';
import { isSelfIssued, type PathCandidate } from './candidate.ts';
import { firstOf, type Step } from './path-step.ts';
import { faultsIn, quoted } from './quoted.ts';

/** Go’s bound (crypto/x509 MaxConstraintComparisions), where OpenSSL has 2^20: a hostile path must not take for ever. */
const MAX_COMPARISONS = 250_000;

/** The names of the first certificate of a path that has some which an authority above it does not permit (RFC 5280 §6.1.3 (b), (c)). */
export function pathNameFault(
  path: Pick<PathCandidate, 'certificates' | 'labels'>,
): string | undefined {
  return areTooManyToCompare(path.certificates)
    ? 'has more names and constraints than verifiers compare'
    : firstOf(path, nameFault);
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
  const { certificate, label, above, labelAbove } = step;
  const names = judgedNamesOf(certificate);
  return faultsIn([...above.entries()], ([index, { nameConstraints }]) =>
    faultsIn(names, ({ shown, refusalBy }) => {
      const refusal = refusalBy(nameConstraints);
      return refusal && `${shown} of ${label}: ${labelAbove(index)} ${refusal}`;
    }),
  );
}

/** A name as it is shown, and why constraints do not permit it. */
interface JudgedName {
  readonly shown: string;
  readonly refusalBy: (constraints: NameConstraints) => string | undefined;
}

function judgedNamesOf(certificate: DecodedCertificate): readonly JudgedName[] {
  const directories = directoryNamesOf(certificate).map(([shown, name]) => ({
    shown,
    refusalBy: (constraints: NameConstraints) => directoryConstraintAgainst(name, constraints),
  }));
  const others = namesOf(certificate).map(({ kind, value }) => ({
    shown: quoted(value),
    refusalBy: (constraints: NameConstraints) => constraintAgainst(kind, value, constraints),
  }));
  return [...directories, ...others];
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
