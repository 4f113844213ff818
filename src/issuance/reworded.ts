import { SUBJECT_ALT_NAME_KINDS, type Subject, type SubjectAltNames } from '../certificate.ts';
import { PkiError, refused, type Violation } from '../errors.ts';
import { quoted } from '../preflight/quoted.ts';
import { SUBJECT_ATTRIBUTE_NAMES } from '../x509/distinguished-name.ts';

/** Does `work`, and refuses what it refuses with every violation as `reword` has it. */
export async function reworded<T>(
  reword: (violation: Violation) => Violation,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PkiError) || error.code !== 'request-refused') throw error;
    throw refused(error.violations.map(reword));
  }
}

/**
 * What a JSON Pointer into a request for such a certificate would mean, where there is no such request:
 * `dnsNames "a.example.org"`, or `country "GB"`.
 */
export function placeOf(
  pointer: string,
  said: SubjectAltNames & { readonly subject: Subject },
): string {
  const [, member = '', place = ''] = pointer.split('/');
  const kind = SUBJECT_ALT_NAME_KINDS.find((one) => one === member);
  const attribute = SUBJECT_ATTRIBUTE_NAMES.find((one) => one === place);
  const value = kind ? said[kind][Number(place || -1)] : attribute && said.subject[attribute];
  const words = attribute ?? member;
  return value === undefined ? words : `${words} ${quoted(value)}`;
}
