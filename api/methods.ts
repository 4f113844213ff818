import type { RequestHandler } from 'express';
import { PkiError } from '../src/errors.ts';

/** Ends a route: whatever method none of its handlers took is 405, with those that are allowed. */
export function onlyMethods(...methods: readonly string[]): RequestHandler {
  return (req, res) => {
    res.set('Allow', methods.join(', '));
    throw new PkiError('method-not-allowed', `${req.method} is not among ${methods.join(', ')}`);
  };
}
