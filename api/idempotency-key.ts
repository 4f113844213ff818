import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { PkiError } from '../src/errors.ts';

const HEADER = 'idempotency-key';

/** Nothing that a log, a shell or a proxy could read as something else. */
const VISIBLE = /^[\x21-\x7e]{1,255}$/;
/** A string of structured fields (RFC 9651 §3.3.3), in which `"` and `\` stand behind a `\`. */
const QUOTED = /^"((?:[^"\\]|\\["\\])*)"$/;

/** Whether a request has the header, in whatever form. */
export function hasIdempotencyKey({ headers }: IncomingMessage): boolean {
  return headers[HEADER] !== undefined;
}

/**
 * The key with which a caller marks a request (draft-ietf-httpapi-idempotency-key-header): 1 to 255 visible
 * characters of ASCII, in quotes as the draft has it, or bare as most clients send it.
 *
 * @throws {PkiError} `request-malformed`
 */
export function idempotencyKeyIn(req: IncomingMessage): string | undefined {
  if (!hasIdempotencyKey(req)) return undefined;
  // Node joins headers of one name, and the result might look like one.
  const [value = '', ...others] = req.headersDistinct[HEADER] ?? [];
  if (others.length > 0) throw malformedKey('must be there once');
  const [, quoted] = QUOTED.exec(value) ?? [];
  const key = quoted?.replaceAll(/\\(.)/g, '$1') ?? value;
  if (VISIBLE.test(key) && (quoted !== undefined || !value.startsWith('"'))) return key;
  throw malformedKey('must be 1 to 255 visible characters of ASCII, in quotes or not');
}

/** Refuses the header where it would promise what is not kept: that to ask again does nothing again. */
export const refuseIdempotencyKey: RequestHandler = (req, _res, next) => {
  assertNoIdempotencyKey(req, 'is not honoured here');
  next();
};

/** @throws {PkiError} `request-malformed` */
export function assertNoIdempotencyKey(req: IncomingMessage, detail: string): void {
  if (hasIdempotencyKey(req)) throw malformedKey(detail);
}

function malformedKey(detail: string): PkiError {
  return new PkiError('request-malformed', `the header Idempotency-Key ${detail}`);
}
