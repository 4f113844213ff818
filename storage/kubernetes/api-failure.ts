import { z } from 'zod';
import { PkiError } from '../../src/errors.ts';
import { retryAfterMsOf } from './retry-after.ts';

/** What was asked of the API server, for words about its refusal. */
export interface ApiCall {
  readonly verb: keyof typeof DEEDS;
  readonly context?: string | undefined;
  /** In RBAC's words, such as `gateways.networking.istio.io`; absent: `secrets`. */
  readonly resource?: string;
  /** Absent: all namespaces. */
  readonly namespace?: string | undefined;
  /** Absent: all objects of the namespace. */
  readonly name?: string;
}

/** By names in lower case. */
type ApiHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** An answer that is no success. */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal';
  readonly code: number;
  readonly body: string;
  readonly headers: ApiHeaders;

  constructor(code: number, body: string, headers: ApiHeaders) {
    super(`the API server answered ${code}`);
    this.code = code;
    this.body = body;
    this.headers = headers;
  }
}

/** The parts of `meta/v1.Status`, the body of every refusal, that help a user. */
const Status = z.object({
  message: z.string().default(''),
  reason: z.string().default(''),
  details: z
    .object({
      kind: z.string().default(''),
      causes: z
        .array(z.object({ field: z.string().default(''), message: z.string().default('') }))
        .default([]),
    })
    .default({ kind: '', causes: [] }),
});
type Status = z.infer<typeof Status>;

const UNINTELLIGIBLE = 'did not answer as an API server does';
/** What each verb comes to for a user. */
const DEEDS = {
  get: 'read',
  patch: 'write',
  delete: 'delete',
  list: 'list',
  watch: 'watch',
  create: 'make an Event for',
} as const;

/** Longer texts say nothing more; the rest may quote what was sent. */
const MAX_WORDS = 500;
/** Runs as long as these are keys, tokens or certificates, whoever quotes them. */
const ENCODED = /[A-Za-z0-9+/=_-]{48,}/g;

/**
 * A failed call in words that a user can act on, as `target-unavailable`.
 *
 * What failed carries the whole answer and its headers, so it is not passed on: `cause` is a plain error with the
 * status and the server's message.
 */
export function apiFailure(error: unknown, call: ApiCall): PkiError {
  if (error instanceof PkiError) return error;
  const code = statusCodeOf(error);
  const text = code === undefined ? innermost(error).text : `${code} ${wordsOf(statusOf(error))}`;
  const message =
    code === undefined ? unreached(error, call) : refusal(code, statusOf(error), call);
  const retryAfterMs = retryAfterMsOf(error);
  return new PkiError('target-unavailable', message, { cause: new Error(text), retryAfterMs });
}

/** For an answer that has the right status and is not what was asked for, as of a proxy that asks people to log in. */
export function notAnApiServer(call: ApiCall): PkiError {
  return new PkiError('target-unavailable', `${clusterOf(call)} ${UNINTELLIGIBLE}`);
}

/** Whether the API server did not take the credentials, as opposed to their owner's rights. */
export function isUnauthorized(error: unknown): boolean {
  return statusCodeOf(error) === 401;
}

/** Whether the API server says that there is no such Secret; a 404 of anybody else says nothing. */
export function isSecretMissing(error: unknown): boolean {
  const { reason, details } = statusOf(error);
  return statusCodeOf(error) === 404 && reason === 'NotFound' && details.kind === 'secrets';
}

/** What lies at the bottom of a chain of causes, as one short line without anything secret. */
export function innermost(error: unknown): { name: string; code: string; text: string } {
  if (!(error instanceof Error)) return { name: '', code: '', text: 'unknown' };
  if (error.cause instanceof Error) return innermost(error.cause);
  const { name } = error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  // A parser's message quotes the text that it could not parse.
  const message = name === 'SyntaxError' ? '' : error.message.replaceAll(/\s+/g, ' ');
  return { name, code, text: [name, code, redacted(message)].filter(Boolean).join(' ') };
}

/** The status of an answer; `undefined` where there was none. */
export function statusCodeOf(error: unknown): number | undefined {
  const isAnswer = error instanceof Error && 'body' in error && 'code' in error;
  return isAnswer && typeof error.code === 'number' ? error.code : undefined;
}

/** The text of an answer; empty where there was none. */
export function bodyOf(error: unknown): string {
  const body = error instanceof Error && 'body' in error ? error.body : undefined;
  return typeof body === 'string' ? body : '';
}

function statusOf(error: unknown): Status {
  return Status.catch(Status.parse({})).parse(parsed(bodyOf(error)));
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return {};
  }
}

function refusal(code: number, status: Status, call: ApiCall): string {
  const secret = subjectOf(call);
  const who = clusterOf(call);
  if (code >= 300 && code < 400) return `${who} ${UNINTELLIGIBLE}: it leads elsewhere (${code})`;
  if (code === 401) return `${who} does not accept this service's credentials (401)`;
  if (code === 403) return forbidden(status, call);
  if (code === 404 && status.details.kind === 'namespaces') {
    return `${who} has no namespace "${call.namespace}" (404)`;
  }
  if (code === 409) return `${secret} was changed by ${rivalsOf(status)} meanwhile (409)`;
  if (code === 429) return `${who} has too much to do and turns requests away (429)`;
  return `${who} did not ${DEEDS[call.verb]} ${secret} (${code}): ${wordsOf(status)}`;
}

/** RBAC's own refusals name one verb; quotas, policies and ending namespaces have words of their own. */
function forbidden(status: Status, call: ApiCall): string {
  const [, verb] = /cannot (\w+) resource/.exec(status.message) ?? [];
  if (verb === undefined) {
    const deed = `${DEEDS[call.verb]} ${subjectOf(call)}`;
    return `${clusterOf(call)} refuses to ${deed} (403): ${wordsOf(status)}`;
  }
  const { resource = 'secrets' } = call;
  const also = call.verb === 'patch' ? ' (a first write needs both "create" and "patch")' : '';
  return (
    `${clusterOf(call)} does not allow this service to ${verb} ${resource} in ${placeOf(call)} ` +
    `(403): grant it the verb "${verb}" on "${resource}" there${also}`
  );
}

function subjectOf(call: ApiCall): string {
  const { resource, name } = call;
  const isOfSecret = resource === undefined || resource === 'events';
  const kind = isOfSecret ? (name === undefined ? 'secrets' : 'Secret') : resource;
  return name === undefined
    ? `${kind} in ${placeOf(call)}`
    : `${kind} "${call.namespace ?? ''}/${name}"`;
}

function placeOf({ namespace }: ApiCall): string {
  return namespace === undefined ? 'all namespaces' : `namespace "${namespace}"`;
}

/** The field managers that a conflict names, with their fields. */
function rivalsOf({ details: { causes } }: Status): string {
  const rivals = causes.map(({ message, field }) => {
    const [, manager] = /conflict with ("[^"]{1,128}")/.exec(message) ?? [];
    return manager === undefined ? '' : `${manager} (${field})`;
  });
  return [...new Set(rivals)].filter(Boolean).join(', ') || 'somebody else';
}

function unreached(error: unknown, call: ApiCall): string {
  const { name, code } = innermost(error);
  const who = clusterOf(call);
  if (name === 'TimeoutError') return `${who} did not answer in time`;
  if (code === '') return `${who} ${UNINTELLIGIBLE}`;
  return `${who} cannot be reached: ${CONNECTION_FAILURES.get(code) ?? code}`;
}

const CONNECTION_FAILURES: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'the connection is refused'],
  ['ECONNRESET', 'the connection was cut off'],
  ['UND_ERR_CONNECT_TIMEOUT', 'no connection in time'],
  ['ERR_INVALID_URL', 'its address in the kubeconfig is none'],
  ['UND_ERR_INVALID_ARG', 'its address or its credentials in the kubeconfig are none'],
  ['UND_ERR_SOCKET', 'the connection was cut off'],
  ['ENOTFOUND', 'its name is not known'],
  ['EAI_AGAIN', 'its name cannot be looked up'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is not trusted'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another name'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'its certificate is not trusted'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its certificate is not trusted'],
]);

function clusterOf({ context }: ApiCall): string {
  return context === undefined ? 'Kubernetes' : `Kubernetes (context "${context}")`;
}

function wordsOf({ message }: Status): string {
  return redacted(message) || 'no reason given';
}

function redacted(text: string): string {
  return text.replaceAll(ENCODED, '…').slice(0, MAX_WORDS);
}
