import { hash } from 'node:crypto';
import type { Request } from 'express';

const bodyDigests = new WeakMap<Request, string>();

/** Notes the octets of a body for the digest of its request. */
export function noteBody(req: Request, octets: Uint8Array): void {
  bodyDigests.set(req, hash('sha256', octets));
}

/** Of all that makes two requests the same: method, path and query as they were sent, and the octets of the body. */
export function requestDigestOf(req: Request): string {
  const body = bodyDigests.get(req) ?? null;
  return hash('sha256', JSON.stringify([req.method, req.originalUrl, body]));
}
