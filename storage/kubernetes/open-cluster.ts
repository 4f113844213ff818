import { once } from 'node:events';
import type { KubeConfig, RequestContext } from '@kubernetes/client-node';
import type { Dispatcher } from 'undici';
import { PkiError } from '../../src/errors.ts';
import { ApiRefusal, innermost } from './api-failure.ts';
import { loadClientNode } from './client-node.ts';

/** What one authentication yields: headers, and connections with the client certificate. */
interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: ReturnType<RequestContext['getDispatcher']>;
}

/**
 * How long connections and credentials are used again. The client would open a connection for
 * every request; a second of a pass makes dozens, and a token that ends meanwhile costs one 401.
 */
const REUSE_MS = 5_000;
const JSON_TYPE = 'application/json';
/** Without the second one a server may compress what it likes (RFC 9110 §12.5.3). */
const COMMON_HEADERS = {
  accept: JSON_TYPE,
  'accept-encoding': 'identity',
  'user-agent': 'certwright',
};
/** What the client puts credentials into is a request; where that would go is of no account. */
const HOLDER_URL = 'https://localhost';

interface Options extends Pick<Dispatcher.RequestOptions, 'headersTimeout' | 'bodyTimeout'> {
  readonly method?: ClusterRequest['method'];
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}
type Answer = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers' | 'body'>;

/** One API server, asked with the same credentials in every way that is needed here. */
export interface OpenCluster {
  readonly send: Send;
  readonly get: OpenGet;
}

/** One request; its path has all its segments encoded. */
export interface ClusterRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** Sent as JSON, which is YAML as well. */
  readonly body?: object;
  /** Of the body; absent: JSON. */
  readonly mediaType?: string;
}

/**
 * The object of a 2xx, as JSON has it: instants are text, whatever the client's types say. The request, its
 * authentication included, ends within the time that was given.
 *
 * @throws {ApiRefusal} for any other status
 */
export type Send = <T extends object>(request: ClusterRequest) => Promise<T>;

/**
 * The body of a 200 as it comes in, for lists and watches, which are never in memory as a whole. It lasts until `signal`
 * says otherwise; its head comes in time.
 *
 * @throws {ApiRefusal} for any other status
 */
export type OpenGet = (path: string, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;

/** Hears the `Date` of each answer, and when its request was sent, by a clock that nobody sets. */
export type HearDate = (date: string | undefined, sentAtMs: number) => void;

/** The API server of the kubeconfig's current context. */
export async function openCluster(
  kubeconfig: KubeConfig,
  { timeoutMs, hearDate }: { readonly timeoutMs: number; readonly hearDate: HearDate },
): Promise<OpenCluster> {
  const [client, { request }] = await Promise.all([loadClientNode(), import('undici')]);
  const base = (kubeconfig.getCurrentCluster()?.server ?? '').replace(/\/+$/, '');
  const credentials = reusedFor(REUSE_MS, async (): Promise<Credentials> => {
    const authenticated = new client.RequestContext(HOLDER_URL, client.HttpMethod.GET);
    await kubeconfig.applySecurityAuthentication(authenticated);
    return {
      headers: trimmed(authenticated.getHeaders()),
      dispatcher: authenticated.getDispatcher(),
    };
  });

  /** What is given up at `patience` is only the wait for credentials; the options have their own. */
  const ask = async (path: string, options: Options, patience: AbortSignal): Promise<Answer> => {
    const found = await unlessAborted(patience, credentials()).catch((error: unknown) => {
      throw noCredentials(error);
    });
    const { dispatcher } = found;
    const sentAtMs = performance.now();
    const answer = await request(base + path, {
      ...options,
      headers: { ...found.headers, ...COMMON_HEADERS, ...options.headers },
      ...(dispatcher ? { dispatcher } : {}),
    });
    const { date } = answer.headers;
    hearDate(typeof date === 'string' ? date : undefined, sentAtMs);
    return answer;
  };

  return {
    send: (sent) => {
      const signal = AbortSignal.timeout(timeoutMs);
      return objectIn(ask(sent.path, { ...optionsOf(sent), signal }, signal));
    },
    get: async (path, signal) => {
      const options = { signal, headersTimeout: timeoutMs, bodyTimeout: 0 };
      const { statusCode, headers, body } = await ask(
        path,
        options,
        AbortSignal.timeout(timeoutMs),
      );
      if (statusCode === 200) return body;
      throw new ApiRefusal(statusCode, await body.text(), headers);
    },
  };
}

/** A token's file ends with a line feed often, which belongs to no field (RFC 9110 §5.5). */
function trimmed(headers: Readonly<Record<string, string>>): Credentials['headers'] {
  return Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, text.trim()]));
}

function optionsOf({ method, body, mediaType = JSON_TYPE }: ClusterRequest): Options {
  if (!body) return { method };
  return { method, body: JSON.stringify(body), headers: { 'content-type': mediaType } };
}

async function objectIn<T extends object>(coming: Promise<Answer>): Promise<T> {
  const { statusCode, headers, body } = await coming;
  const text = await body.text();
  if (statusCode < 200 || statusCode > 299) throw new ApiRefusal(statusCode, text, headers);
  const object: unknown = JSON.parse(text);
  if (typeof object !== 'object' || object === null) throw new SyntaxError('it is no object');
  return object as T;
}

/**
 * One at a time, and the last good one for `ms`. One that hangs is waited for by all and not
 * started again, so that a credential plugin which never ends is one process and not one a pass.
 */
function reusedFor<T>(ms: number, make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  let staleAt = 0;
  return () => {
    if (made !== undefined && performance.now() < staleAt) return made;
    const making = make();
    made = making;
    staleAt = Number.POSITIVE_INFINITY;
    making.then(
      () => {
        staleAt = performance.now() + ms;
      },
      () => {
        staleAt = 0;
      },
    );
    return making;
  };
}

async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = once(signal, 'abort').then((): never => {
    throw signal.reason;
  });
  return Promise.race([work, aborted]);
}

/** What a credential plugin wrote before it failed goes to the log, and no further. */
function noCredentials(error: unknown): PkiError {
  const message =
    innermost(error).name === 'TimeoutError'
      ? 'the credentials for Kubernetes did not come in time: the credential plugin hangs'
      : 'the credentials for Kubernetes that the kubeconfig names cannot be had';
  return new PkiError('target-unavailable', message, { cause: new Error(innermost(error).text) });
}
