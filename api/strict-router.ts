import { Router } from 'express';

/** A router for the documented paths alone: `/V1/Authorities` and `/v1/authorities/` are others. */
export function strictRouter(): Router {
  return Router({ caseSensitive: true, strict: true });
}
