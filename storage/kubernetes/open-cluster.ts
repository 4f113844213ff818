import { once } from 'node:events';
import type {
  CoordinationV1Api,
  CoreV1Api,
  KubeConfig,
  RequestContext,
} from '@kubernetes/client-node';
import { PkiError } from '../../src/errors.ts';
import { ApiRefusal, innermost } from './api-failure.ts';

/** What one authentication yields: headers, and connections with the client certificate. */
type Credentials = Pick<RequestContext, 'getHeaders' | 'getDispatcher'>;

/**
 * How long connections and credentials are used again. The client would open a connection for
 * every request; a second of a pass makes dozens, and a token that ends meanwhile costs one 401.
 */
const REUSE_MS = 5_000;
const USER_AGENT = 'certwright';

/** One API server, asked with the same credentials in every way that is needed here. */
export interface OpenCluster {
  /** Every request, its authentication included, ends within the time that was given. */
  readonly core: CoreV1Api;
  readonly coordination: CoordinationV1Api;
  readonly get: OpenGet;
}

/**
 * The body of a 200 as it comes in, for paths of any kind and for watches, which the client's own calls
 * hold in memory until their end. It lasts until `signal` says otherwise; its head comes in time.
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
  const client = await import('@kubernetes/client-node');
  const server = kubeconfig.getCurrentCluster()?.server ?? '';
  const credentials = reusedFor(REUSE_MS, async () => {
    const request = new client.RequestContext(server, client.HttpMethod.GET);
    await kubeconfig.applySecurityAuthentication(request);
    return request;
  });
  const { httpApi } = client.createConfiguration();
  const configuration = client.createConfiguration({
    httpApi: client.wrapHttpLibrary({
      send: async (request) => {
        const sentAtMs = performance.now();
        const answer = await httpApi.send(request).toPromise();
        hearDate(answer.headers['date'], sentAtMs);
        return answer;
      },
    }),
    baseServer: new client.ServerConfiguration(server, {}),
    authMethods: {
      default: {
        getName: () => 'kubeconfig',
        applySecurityAuthentication: (request) => authenticate(request, credentials, timeoutMs),
      },
    },
  });
  const get = getWith(server, credentials, { timeoutMs, hearDate });
  const core = new client.CoreV1Api(configuration);
  return { core, coordination: new client.CoordinationV1Api(configuration), get };
}

function getWith(
  server: string,
  credentials: () => Promise<Credentials>,
  { timeoutMs, hearDate }: { readonly timeoutMs: number; readonly hearDate: HearDate },
): OpenGet {
  return async (path, signal) => {
    const found = await inTime(timeoutMs, credentials);
    const { request } = await import('undici');
    const dispatcher = found.getDispatcher();
    const sentAtMs = performance.now();
    const { statusCode, headers, body } = await request(server.replace(/\/+$/, '') + path, {
      headers: { ...found.getHeaders(), accept: 'application/json', 'user-agent': USER_AGENT },
      ...(dispatcher ? { dispatcher } : {}),
      signal,
      headersTimeout: timeoutMs,
      bodyTimeout: 0,
    });
    const { date } = headers;
    hearDate(typeof date === 'string' ? date : undefined, sentAtMs);
    if (statusCode === 200) return body;
    throw new ApiRefusal(statusCode, await body.text(), headers);
  };
}

async function authenticate(
  request: RequestContext,
  credentials: () => Promise<Credentials>,
  timeoutMs: number,
): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs);
  const found = await unlessAborted(signal, credentials()).catch((error: unknown) => {
    throw noCredentials(error);
  });
  request.setHeaderParam('User-Agent', USER_AGENT);
  for (const [name, value] of Object.entries(found.getHeaders()))
    request.setHeaderParam(name, value);
  const dispatcher = found.getDispatcher();
  if (dispatcher) request.setDispatcher(dispatcher);
  request.setSignal(signal);
}

async function inTime<T>(timeoutMs: number, work: () => Promise<T>): Promise<T> {
  return unlessAborted(AbortSignal.timeout(timeoutMs), work()).catch((error: unknown) => {
    throw noCredentials(error);
  });
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
