import type { Request } from 'express';
import { PkiError } from '../src/errors.ts';

const CHARSET = /;\s*charset\s*=\s*"?([^";\s]+)/i;

/**
 * Takes bodies of one media type alone, in UTF-8 and as they are (RFC 8259 §8.1): octets that mean something
 * else would be judged as what they are not. A refusal names `others` as well, which the route takes elsewhere.
 *
 * @throws {PkiError} `media-type-unsupported`
 */
export function assertMediaType(
  req: Request,
  mediaType: string,
  others: readonly string[] = [],
): void {
  const encoding = req.headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') throw unsupported('the body must not be compressed');
  const type = req.headers['content-type'] ?? '';
  // What nearly everybody sends needs no parser.
  if (type === mediaType) return;
  if (req.is(mediaType) !== mediaType) {
    throw unsupported(`the body must be ${[mediaType, ...others].join(' or ')}`);
  }
  const [, charset = 'utf-8'] = CHARSET.exec(type) ?? [];
  if (charset.toLowerCase() !== 'utf-8') throw unsupported('the body must be in UTF-8');
}

function unsupported(detail: string): PkiError {
  return new PkiError('media-type-unsupported', detail);
}
