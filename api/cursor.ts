import { createHash } from 'node:crypto';
import { z } from 'zod';
import { PkiError } from '../src/errors.ts';

/** Enough to tell another list's cursor; a cursor is no secret and grants nothing. */
const SCOPE_DIGITS = 16;

/**
 * The opaque, URL-safe text for a place in a list. `scope` is the list with its filters: a cursor of
 * another one is refused rather than misread.
 */
export function encodeCursor(scope: unknown, position: unknown): string {
  return Buffer.from(JSON.stringify([digestOf(scope), position])).toString('base64url');
}

/**
 * The place that a cursor of this list stands for.
 *
 * @throws {PkiError} `request-malformed` for any other text
 */
export function decodeCursor<T>(scope: unknown, position: z.ZodType<T>, text: string): T {
  const parsed = z.tuple([z.literal(digestOf(scope)), position]).safeParse(jsonOf(text));
  if (parsed.success && encodeCursor(scope, parsed.data[1]) === text) return parsed.data[1];
  const parameters = [{ parameter: 'cursor', detail: 'is not a cursor of this list' }];
  throw new PkiError('request-malformed', 'cursor: is not a cursor of this list', { parameters });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    // No JSON is no cursor, which is said in the caller's words.
    return undefined;
  }
}

function digestOf(scope: unknown): string {
  return createHash('sha256').update(JSON.stringify(scope)).digest('hex').slice(0, SCOPE_DIGITS);
}
