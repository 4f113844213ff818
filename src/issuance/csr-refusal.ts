import { SUBJECT_ALT_NAME_KINDS, type Subject, type SubjectAltNames } from '../certificate.ts';
import type { Violation } from '../errors.ts';
import type { CertificationRequest } from '../x509/certification-request.ts';
import type { RequestedNames } from './requested-names.ts';
import { placeOf, reworded } from './reworded.ts';

/** Where a request has its CSR. */
export const CSR = '/csr';

/** Stands for a name in a CSR, which has no JSON Pointer of its own, until {@link inWordsOfCsr} tells it in words. */
export function nameInCsr(kind: keyof SubjectAltNames, index: number): string {
  return `${CSR}/${kind}/${index}`;
}

/** The same for the subject of a CSR, or one of its attributes. */
export function subjectInCsr(attribute?: keyof Subject): string {
  return attribute === undefined ? `${CSR}/subject` : `${CSR}/subject/${attribute}`;
}

/**
 * Refuses a request by CSR in words that name the part of the CSR that is at fault. Where neither CSR nor body has a name,
 * as for the CSRs of many tools, they say that the body may.
 */
export async function inWordsOfCsr<T>(
  { csr, names }: { readonly csr: CertificationRequest; readonly names: RequestedNames },
  work: () => Promise<T>,
): Promise<T> {
  const said = { ...csr.names, subject: csr.subject.known };
  const isNameless = SUBJECT_ALT_NAME_KINDS.every((kind) => names[kind].length === 0);
  const inWords = (violation: Violation): Violation => {
    const { pointer, detail } = violation;
    if (isNameless && SUBJECT_ALT_NAME_KINDS.some((kind) => pointer === `/${kind}`)) {
      return { pointer, detail: `${detail}: the CSR has none, so name them here, beside it` };
    }
    if (!pointer.startsWith(`${CSR}/`)) return violation;
    return { pointer: CSR, detail: `${placeOf(pointer.slice(CSR.length), said)}: ${detail}` };
  };
  return reworded(inWords, work);
}
