import { createHash } from 'node:crypto';
import { z } from 'zod';
import { PkiError } from '../src/errors.ts';

/** Enough to tell another list's cursor; a cursor is no secret and grants nothing. */
const SCOPE_DIGITS = 16;

const Cursor = z.tuple([z.string().length(SCOPE_DIGITS), z.array(z.string().max(64)).max(2)]);

/**
 * The opaque, URL-safe text for a place in a list. `scope` is the list with its filters: a cursor of
 * another one is refused rather than misread.
 */
export function encodeCursor(scope: unknown, position: readonly string[]): string {
  return Buffer.from(JSON.stringify([digestOf(scope), position])).toString('base64url');
}

/** @throws {PkiError} `request-malformed` for text that is no cursor of this list */
export function decodeCursor(scope: unknown, text: string): readonly string[] {
  const parsed = Cursor.safeParse(jsonOf(text));
  if (parsed.success) {
    const [digest, position] = parsed.data;
    if (digest === digestOf(scope) && encodeCursor(scope, position) === text) return position;
  }
  const parameters = [{ parameter: 'cursor', detail: 'is not a cursor of this list' }];
  throw new PkiError('request-malformed', 'cursor: is not a cursor of this list', { parameters });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    // No JSON is no cursor, which the schema says in the caller's words.
    return undefined;
  }
}

function digestOf(scope: unknown): string {
  return createHash('sha256').update(JSON.stringify(scope)).digest('hex').slice(0, SCOPE_DIGITS);
}
