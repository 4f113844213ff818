import type { Validity } from './certificate.ts';

/** Whether a period is over. */
export function hasEnded({ notAfter }: Pick<Validity, 'notAfter'>, now: Date): boolean {
  return now >= endOf(notAfter);
}

/** The first instant after a period: the whole second that notAfter names belongs to it (RFC 5280 §4.1.2.5). */
export function endOf(notAfter: Date): Date {
  return new Date(notAfter.getTime() + 1_000);
}
