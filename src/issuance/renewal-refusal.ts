import type { SubjectAltNames } from '../certificate.ts';
import { SUBJECT_ALT_NAME_KINDS } from '../certificate.ts';
import { PkiError, refused, type Violation } from '../errors.ts';
import { SUBJECT_ATTRIBUTE_NAMES } from '../x509/distinguished-name.ts';
import type { Renewal } from './renewal-order.ts';

/**
 * Refuses in the words of a renewal: what is against the certificate itself stands in no member of its
 * request, and is named instead.
 */
export async function inItsWords<T>(
  { certificate }: Renewal,
  members: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PkiError) || error.code !== 'request-refused') throw error;
    const isMember = ({ pointer }: Violation) => pointer === '' || members.includes(pointer);
    const inWords = (violation: Violation): Violation =>
      isMember(violation)
        ? violation
        : { pointer: '', detail: `${placeOf(violation, certificate)}: ${violation.detail}` };
    throw refused(error.violations.map(inWords));
  }
}

/** What a pointer into a request for this certificate would mean, such as `dnsNames "a.example.org"`. */
function placeOf({ pointer }: Violation, certificate: Renewal['certificate']): string {
  const [, member = '', place = ''] = pointer.split('/');
  const kind = SUBJECT_ALT_NAME_KINDS.find((one: keyof SubjectAltNames) => one === member);
  const attribute = SUBJECT_ATTRIBUTE_NAMES.find((one) => one === place);
  const value = kind
    ? certificate[kind][Number(place)]
    : attribute && certificate.subject[attribute];
  const words = [member, ...(attribute ? [attribute] : [])].join(' ');
  return value === undefined ? words : `${words} "${value}"`;
}
