import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, Response } from 'express';
import type { Actor } from '../src/audit/entry.ts';
import { PkiError, type PkiErrorCode } from '../src/errors.ts';
import { problemKinds } from './problem-kinds.ts';
import { actorOf, requestIdOf } from './request-context.ts';

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

/** How long a caller is asked to wait, in seconds, where the refusal does not say: for something else, or for us to catch up. */
const RETRY_AFTER: Partial<Record<PkiErrorCode, number>> = {
  'target-unavailable': 30,
  overloaded: 1,
  'renewed-too-often': 1,
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
  const retryAfter = error && (Math.ceil(error.retryAfterMs / 1000) || RETRY_AFTER[error.code]);
  if (retryAfter !== undefined) res.set('Retry-After', String(retryAfter));
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
export function bodyTooLarge(what: string, octets: number): PkiError {
  const limit = octets >= MEBIBYTE ? `${octets / MEBIBYTE} MiB` : `${octets / 1024} KiB`;
  return new PkiError('body-too-large', `${what} has more than ${limit}`);
}
