import { request as requestPlain } from 'node:http';
import { type RequestOptions, request as requestTls } from 'node:https';
import { text as textOf } from 'node:stream/consumers';
import { z } from 'zod';
import { CommandError } from './command-error.ts';
import type { ServiceAccess } from './service-access.ts';

/** One call of the HTTP API, and the form that its answer must have. */
export interface ServiceCall<T> {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
  readonly answer: z.ZodType<T>;
  /** A pass over many targets takes as long as it takes. */
  readonly isPatient?: boolean;
}

/** Asks the service, in a command's words where that fails. */
export type AskService = <T>(call: ServiceCall<T>) => Promise<T>;

const PATIENCE_MS = 30_000;

const Problem = z.object({ detail: z.string().optional(), title: z.string() });

/** Whoever calls the HTTP API of the running service, which alone has the database. */
export function serviceClient({ url, token, ca }: ServiceAccess): AskService {
  const base = url.href.replace(/\/+$/, '');
  return async ({ method = 'GET', path, body, answer, isPatient = false }) => {
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const { status, text } = await exchange(
      new URL(base + path),
      {
        method,
        ...(ca === undefined ? {} : { ca }),
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/json',
          ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(isPatient ? {} : { signal: AbortSignal.timeout(PATIENCE_MS) }),
      },
      sent,
    );
    if (status !== 200) throw new CommandError(refusalIn(status, text));
    const parsed = answer.safeParse(jsonOf(text));
    if (parsed.success) return parsed.data;
    throw new CommandError(`${url.origin} does not answer as Certwright does`);
  };
}

async function exchange(
  url: URL,
  options: RequestOptions,
  body: string | undefined,
): Promise<{ readonly status: number; readonly text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const outgoing = (url.protocol === 'https:' ? requestTls : requestPlain)(url, options);
  outgoing.once('error', reject);
  outgoing.once('response', (incoming) => {
    const { statusCode: status = 0 } = incoming;
    textOf(incoming).then((text) => resolve({ status, text }), reject);
  });
  outgoing.end(body);
  try {
    return await promise;
  } catch (error) {
    throw new CommandError(`${url.origin} cannot be reached: ${failureWords(error)}`);
  }
}

/** What people meet most, and what to do about it. */
const FAILURES: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nothing listens there; is the service running?'],
  ['ECONNRESET', 'the connection was cut off'],
  ['ENOTFOUND', 'its name is not known'],
  ['ABORT_ERR', 'no answer in time'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is not trusted; name the root by --ca'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'its certificate is not trusted; name the root by --ca'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'its certificate is not trusted; name the root by --ca'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its certificate is not trusted; name the root by --ca'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another name; say that one in --url'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['EPROTO', 'it does not speak TLS; is --url to begin with http?'],
]);

function failureWords(error: unknown): string {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  const key = name === 'TimeoutError' || name === 'AbortError' ? 'ABORT_ERR' : String(code);
  return FAILURES.get(key) ?? key;
}

function refusalIn(status: number, text: string): string {
  if (status === 401) return 'the service does not accept the token; name its file by --token-file';
  const problem = Problem.safeParse(jsonOf(text));
  if (!problem.success) return `the service answered ${status}`;
  return `the service answered ${status}: ${problem.data.detail ?? problem.data.title}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
