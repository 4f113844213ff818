import { z } from 'zod';

/** Nobody is believed to want longer silence; what waits meanwhile has a lifetime of its own. */
const MAX_MS = 5 * 60_000;

/** The part of a refusal's head that counts here. */
const Refusal = z.object({
  headers: z.object({ 'retry-after': z.string(), date: z.string().optional() }),
});

/**
 * How long the server that refused a request asks to be left alone (RFC 9110 §10.2.3), in milliseconds; 0 where it does
 * not ask, or asks for nothing that can be understood. A date is judged by the clock that wrote it, where that is known.
 */
export function retryAfterMsOf(refusal: unknown): number {
  const { data } = Refusal.safeParse(refusal);
  if (!data) return 0;
  const { 'retry-after': text, date } = data.headers;
  const asked = /^\d+$/.test(text) ? Number(text) * 1000 : msUntil(text, date);
  return Number.isNaN(asked) ? 0 : Math.min(Math.max(asked, 0), MAX_MS);
}

function msUntil(time: string, date: string | undefined): number {
  // `Date.parse` makes something of a bare number with a sign or a fraction, too.
  if (!/GMT$/.test(time)) return Number.NaN;
  return Date.parse(time) - (date === undefined ? Date.now() : Date.parse(date));
}
