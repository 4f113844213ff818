import type { Response } from 'express';
import { sendOwnOctets } from './send-octets.ts';

/** A text of that many characters has no more octets than are sent at once. */
const MAX_CHARACTERS_AT_ONCE = 5_000;

/**
 * Answers with JSON, a short one in one write; Express would put the text into a buffer first, and write twice.
 *
 * @throws {PkiError} `overloaded`, as {@link sendOwnOctets} does
 */
export function sendJson(res: Response, status: number, value: unknown): void {
  const text = JSON.stringify(value);
  const isShort = text.length <= MAX_CHARACTERS_AT_ONCE;
  res.statusCode = status;
  res.setHeader('Content-Type', 'application/json; charset=utf-8');
  if (!isShort) {
    sendOwnOctets(res, Buffer.from(text));
    return;
  }
  res.setHeader('Content-Length', Buffer.byteLength(text));
  res.end(text);
}
