import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import type { PathCandidate } from './candidate.ts';

/** A certificate of a path, its place in it, and those above it. */
export interface Step {
  readonly certificate: DecodedCertificate;
  readonly place: number;
  /** What it is called in findings. */
  readonly label: string;
  readonly above: readonly DecodedCertificate[];
  /** What one of those above is called, by its index there. */
  readonly labelAbove: (index: number) => string;
}

/** The first fault on the way from the leaf up. */
export function firstOf(
  path: Pick<PathCandidate, 'certificates' | 'labels'>,
  faultOf: (step: Step) => string | undefined,
): string | undefined {
  for (const [index, certificate] of path.certificates.entries()) {
    const fault = faultOf({
      certificate,
      place: index + 1,
      label: labelAt(path, index),
      above: path.certificates.slice(index + 1),
      labelAbove: (distance) => labelAt(path, index + 1 + distance),
    });
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** What the certificate at an index is called. */
export function labelAt({ labels }: Pick<PathCandidate, 'labels'>, index: number): string {
  return labels?.[index] ?? `certificate ${index + 1}`;
}

/** The place from which on certificates are issuers'. */
export function firstIssuer({ isToIssue }: Pick<PathCandidate, 'isToIssue'>): number {
  return isToIssue ? 1 : 2;
}
