import type { DecodedCertificate } from '../x509/decode-certificate.ts';

/** A certificate of a path, its place in it, and those above it. */
export interface Step {
  readonly certificate: DecodedCertificate;
  readonly place: number;
  readonly above: readonly DecodedCertificate[];
}

/** The first fault on the way from the leaf up. */
export function firstOf(
  certificates: readonly DecodedCertificate[],
  faultOf: (step: Step) => string | undefined,
): string | undefined {
  for (const [index, certificate] of certificates.entries()) {
    const above = certificates.slice(index + 1);
    const fault = faultOf({ certificate, place: index + 1, above });
    if (fault !== undefined) return fault;
  }
  return undefined;
}
