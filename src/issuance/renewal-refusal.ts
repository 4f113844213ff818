import type { Violation } from '../errors.ts';
import type { Renewal } from './renewal-order.ts';
import { placeOf, reworded } from './reworded.ts';

/**
 * Refuses in the words of a renewal: what is against the certificate itself stands in no member of its
 * request, and is named instead.
 */
export async function inItsWords<T>(
  { certificate }: Renewal,
  members: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const isMember = (pointer: string) => pointer === '' || members.includes(pointer);
  const inWords = (violation: Violation): Violation => {
    const { pointer, detail } = violation;
    if (isMember(pointer)) return violation;
    return { pointer: '', detail: `${placeOf(pointer, certificate)}: ${detail}` };
  };
  return reworded(inWords, work);
}
