import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, Response } from 'express';
import type { Actor } from '../src/audit/entry.ts';
import { PkiError, type PkiErrorCode } from '../src/errors.ts';
import { actorOf, requestIdOf } from './request-context.ts';

interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** For a person who follows `type`: what it means and what to do. */
  readonly explanation: string;
}

/** Where refusals become HTTP. A new code does not compile until it has its line here. */
export const problemKinds = {
  'ambiguous-serial-number': {
    status: 409,
    title: 'Several certificates have this serial number',
    explanation:
      'A serial number is unique for each issuer only, and imported authorities bring their own. Say whose is meant: ?authority=<name>.',
  },
  'authority-cannot-issue': {
    status: 409,
    title: 'The authority cannot issue now',
    explanation:
      'The authority or one above it has expired or is not valid yet, its private key is not here, or its path length is used up; or it awaits its certificate. Name another authority.',
  },
  'authority-certified': {
    status: 409,
    title: 'The authority has its certificate already',
    explanation:
      'Only an authority that was created with "parent": null awaits a certificate, and it gets one once. For another key or name, create another authority.',
  },
  'authority-unknown': {
    status: 404,
    title: 'No such authority',
    explanation: 'No authority has this name. GET /v1/authorities lists those that exist.',
  },
  'body-too-large': {
    status: 413,
    title: 'The body is too large',
    explanation:
      'A body has at most 1 MiB, that of a batch 4 MiB, and a line of an NDJSON batch 128 KiB.',
  },
  'certificate-request-invalid': {
    status: 422,
    title: 'The certification request cannot be used',
    explanation:
      'The CSR is no PKCS #10 request in PEM, its signature does not verify, or its key is too weak or of an unsupported kind.',
  },
  'certificate-unknown': {
    status: 404,
    title: 'No such certificate',
    explanation:
      'No certificate with this serial number was issued or imported here, or the authority awaits its own.',
  },
  'chain-invalid': {
    status: 422,
    title: 'The certificates make no certification path',
    explanation:
      'The certificates and the key do not fit together: every certificate lies on the path up from the leaf, or from the authority that comes in, each signed by the next, and the key is that of the first. The members errors name what is wrong.',
  },
  forbidden: {
    status: 403,
    title: 'This is not for whoever asks',
    explanation:
      'A certificate may renew and re-key itself, and nothing else. Everything else takes the administrator’s token.',
  },
  'media-type-unsupported': {
    status: 415,
    title: 'The media type is not supported',
    explanation:
      'Bodies are application/json in UTF-8, or application/x-ndjson for a batch, without content encoding.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The method is not allowed here',
    explanation: 'The header Allow names the methods of this path.',
  },
  'name-taken': {
    status: 409,
    title: 'The name or destination is taken',
    explanation: 'Another authority or target has this name, or another target this destination.',
  },
  overloaded: {
    status: 503,
    title: 'The service has more to do than it can',
    explanation:
      'Too many requests are being worked on or wait. Nothing was done for this one; the header Retry-After says when to try again.',
  },
  'private-key-locked': {
    status: 422,
    title: 'The private key cannot be opened',
    explanation:
      'The password is wrong, missing, or given for a key that has none; or the file is damaged, or protected in a way that is not read here. openssl pkcs8 and openssl pkcs12 write it anew.',
  },
  'private-key-not-stored': {
    status: 409,
    title: 'The private key is not stored',
    explanation:
      'A PFX needs the private key, which is kept only for certificates issued with "storePrivateKey": true. POST /v1/pfx takes a key from elsewhere.',
  },
  'request-malformed': {
    status: 400,
    title: 'The request is not of the documented form',
    explanation: 'The members errors name every part at fault; /docs shows the form.',
  },
  'request-refused': {
    status: 422,
    title: 'The request breaks the terms of its profile or authority',
    explanation:
      'The request is well formed, but its profile, its authority or an authority above does not permit what it asks for. The members errors name every rule broken.',
  },
  'route-unknown': {
    status: 404,
    title: 'No such route',
    explanation: 'Nothing answers at this path; /docs lists those that exist.',
  },
  'target-declared-in-file': {
    status: 409,
    title: 'The target is declared in the settings file',
    explanation: 'Change the target in the settings file and restart the service.',
  },
  'target-unavailable': {
    status: 503,
    title: 'A system that this service depends on is unavailable',
    explanation: 'Kubernetes or the destination did not answer, or refused. Try again later.',
  },
  'target-unknown': {
    status: 404,
    title: 'No such target',
    explanation:
      'No rotation target has this name. GET /v1/rotation/targets lists those that exist.',
  },
  unauthenticated: {
    status: 401,
    title: 'Authentication is required',
    explanation:
      'Send the administrator’s token: Authorization: Bearer <token>. To renew or re-key a certificate, the certificate itself will do as TLS client certificate, while it is valid.',
  },
} as const satisfies Record<PkiErrorCode, ProblemKind>;

export interface ProblemDeps {
  readonly logFailure: (error: unknown, requestId: string) => void;
  /** Writes a refusal into the journal before it is answered. */
  readonly recordRefusal: (refusal: Refusal) => Promise<void>;
}

/** An authenticated request, or an item of a batch, that was well formed and was refused all the same. */
export interface Refusal extends Asked {
  readonly error: PkiError;
}

/** Who asked for what. */
export interface Asked {
  readonly actor: Actor;
  readonly method: string;
  readonly path: string;
  /** Of a batch: which of its items, counted from 0. */
  readonly item?: number;
}

/** How long a caller is asked to wait, in seconds: for something else, or for us to catch up. */
const RETRY_AFTER: Partial<Record<PkiErrorCode, string>> = {
  'target-unavailable': '30',
  overloaded: '1',
};
const REFUSAL_STATUSES: readonly number[] = [409, 422];
const MEBIBYTE = 1024 * 1024;

/**
 * Renders whatever a handler threw as problem details (RFC 9457). An unforeseen error shows nothing
 * of itself, only the id under which it is logged.
 */
export function problemHandler(deps: ProblemDeps): ErrorRequestHandler {
  return async (thrown: unknown, req, res, next) => {
    if (res.headersSent) {
      next(thrown);
      return;
    }
    const asked = { actor: actorOf(res), method: req.method, path: req.path };
    sendProblem(res, await accountedFor(thrown, asked, deps));
  };
}

/**
 * What is to be answered for `thrown`, `undefined` for what is our own fault: a refusal is in the
 * journal by then, and a fault in the log.
 */
export async function accountedFor(
  thrown: unknown,
  asked: Asked,
  { logFailure, recordRefusal }: ProblemDeps,
): Promise<PkiError | undefined> {
  const requestId = asked.actor.requestId ?? '';
  let error = asPkiError(thrown);
  try {
    if (error && isRefusal(error)) await recordRefusal({ ...asked, error });
  } catch (failure) {
    // What cannot be written into the journal is not answered as if it had been.
    logFailure(failure, requestId);
    error = undefined;
  }
  if (!error || error.code === 'target-unavailable') logFailure(thrown, requestId);
  return error;
}

function isRefusal({ code }: PkiError): boolean {
  return REFUSAL_STATUSES.includes(problemKinds[code].status);
}

function sendProblem(res: Response, error: PkiError | undefined): void {
  const retryAfter = error && RETRY_AFTER[error.code];
  if (retryAfter !== undefined) res.set('Retry-After', retryAfter);
  if (error?.code === 'unauthenticated') res.set('WWW-Authenticate', 'Bearer');
  const problem = problemOf(error, requestIdOf(res));
  res.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}

/** Problem details; bare ones for what is our own fault. */
export function problemOf(error: PkiError | undefined, requestId: string) {
  const instance = `urn:uuid:${requestId}`;
  if (!error) return { type: 'about:blank', title: STATUS_CODES[500], status: 500, instance };
  const { code, message, violations, parameters } = error;
  const { status, title } = problemKinds[code];
  const errors = [...violations, ...parameters];
  const known = { type: `/problems/${code}`, title, status, detail: message, code };
  return { ...known, ...(errors.length > 0 ? { errors } : {}), instance };
}

/** Express marks a client's mistakes with a 4xx `status`, such as a path that cannot be decoded; all else is ours. */
function asPkiError(error: unknown): PkiError | undefined {
  if (error instanceof PkiError) return error;
  const { status } = (error ?? {}) as { readonly status?: unknown };
  if (typeof status !== 'number' || status < 400 || status >= 500) return undefined;
  return new PkiError('request-malformed', 'the request cannot be read');
}

/** Refuses what is longer than it may be. */
export function bodyTooLarge(what: 'body' | 'line', octets: number): PkiError {
  const limit = octets >= MEBIBYTE ? `${octets / MEBIBYTE} MiB` : `${octets / 1024} KiB`;
  return new PkiError('body-too-large', `the ${what} has more than ${limit}`);
}
