import type { RequestHandler } from 'express';
import { PkiError } from '../src/errors.ts';

/** Lets so many requests in at once; what comes on top is answered 503 before its body is read. */
export function atMost(limit: number, what: string): RequestHandler {
  let inside = 0;
  return (_req, res, next) => {
    if (inside >= limit) {
      throw new PkiError('overloaded', `${limit} ${what} are being worked on already`);
    }
    inside += 1;
    res.once('close', () => {
      inside -= 1;
    });
    next();
  };
}
