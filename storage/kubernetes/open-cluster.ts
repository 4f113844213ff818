import { once } from 'node:events';
import type { CoreV1Api, KubeConfig, RequestContext } from '@kubernetes/client-node';
import { PkiError } from '../../src/errors.ts';
import { innermost } from './api-failure.ts';

/** What one authentication yields: headers, and connections with the client certificate. */
type Credentials = Pick<RequestContext, 'getHeaders' | 'getDispatcher'>;

/**
 * How long connections and credentials are used again. The client would open a connection for
 * every request; a second of a pass makes dozens, and a token that ends meanwhile costs one 401.
 */
const REUSE_MS = 5_000;

/**
 * An API client for the kubeconfig's current context, whose every request, its authentication
 * included, ends within `timeoutMs`.
 */
export async function openCluster(kubeconfig: KubeConfig, timeoutMs: number): Promise<CoreV1Api> {
  const client = await import('@kubernetes/client-node');
  const server = kubeconfig.getCurrentCluster()?.server ?? '';
  const credentials = reusedFor(REUSE_MS, async () => {
    const request = new client.RequestContext(server, client.HttpMethod.GET);
    await kubeconfig.applySecurityAuthentication(request);
    return request;
  });
  const configuration = client.createConfiguration({
    baseServer: new client.ServerConfiguration(server, {}),
    authMethods: {
      default: {
        getName: () => 'kubeconfig',
        applySecurityAuthentication: (request) => authenticate(request, credentials, timeoutMs),
      },
    },
  });
  return new client.CoreV1Api(configuration);
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
  request.setHeaderParam('User-Agent', 'certwright');
  for (const [name, value] of Object.entries(found.getHeaders()))
    request.setHeaderParam(name, value);
  const dispatcher = found.getDispatcher();
  if (dispatcher) request.setDispatcher(dispatcher);
  request.setSignal(signal);
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
