import type { RequestHandler } from 'express';
import { PkiError } from '../src/errors.ts';

/**
 * RFC 9112 §3.2: a request names its host once, HTTP/1.0 excepted. Node would take the first of two, where
 * a proxy in front of it may have judged the other, and refuse none without a word.
 */
export const requireHost: RequestHandler = (req, _res, next) => {
  const hosts = req.headersDistinct['host']?.length ?? 0;
  const isEnough = hosts === 1 || (hosts === 0 && req.httpVersion === '1.0');
  if (!isEnough) throw new PkiError('request-malformed', 'the header Host must be there once');
  next();
};
