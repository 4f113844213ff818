import type { ErrorDetail } from './wire.ts';

const MAX_CHARACTERS = 1_024;
/** Read before anything is replaced, so that it costs little however much comes. */
const MAX_READ = 8_192;
/** PEM up to its end, or to the end of the words. */
const PEM = /-----BEGIN [\s\S]*?(?:-----END [A-Z0-9 ]+-----|$)/g;
/** More of it in a row than words or names have: Base64 or hexadecimal, perhaps of a key. */
const ENCODED = /[A-Za-z0-9+/=_\\-]{64,}/g;

/**
 * A client's own words about what it does not take, fit to be kept and shown: in one line, bounded, and without
 * what might be a piece of the secret that it was sent.
 */
export function clientWords({ code, message }: ErrorDetail): string {
  const text = message
    .slice(0, MAX_READ)
    .replace(PEM, '[left out]')
    .replace(ENCODED, '[left out]')
    .replace(/[\p{Cc}\p{Cs}\u2028\u2029]+/gu, ' ')
    .trim();
  const words = text === '' ? `no words, and the code ${code}` : text;
  return words.length > MAX_CHARACTERS ? `${words.slice(0, MAX_CHARACTERS)}…` : words;
}
