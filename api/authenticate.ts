import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { PkiError } from '../src/errors.ts';
import { setActor } from './request-context.ts';

/** RFC 6750 §2.1: the scheme's name in any case, one space or more, the token. */
const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/** Lets through whoever holds the administrator's token; nothing is read of a request before that. */
export function authenticate(adminToken: string): RequestHandler {
  const expected = digestOf(adminToken);
  return (req, res, next) => {
    const [, token] = BEARER.exec(req.get('Authorization') ?? '') ?? [];
    // Equal lengths and constant time, so that the answer's delay tells nothing of the token.
    if (token === undefined || !timingSafeEqual(digestOf(token), expected)) {
      throw new PkiError('unauthenticated', 'the administrator’s token is required');
    }
    setActor(res, 'admin');
    next();
  };
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
