import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request } from 'node:https';
import { join } from 'node:path';
import type { Cluster } from './cluster.ts';
import { freePort } from './free-port.ts';
import { makeForeign } from './openssl-authority.ts';
import type { World } from './world.ts';

/** One request as the proxy saw it, and what the real API server said to it. */
export interface Proxied {
  readonly method: string;
  readonly url: URL;
  readonly isWatch: boolean;
  /** When it came, by a clock that is never set, in milliseconds. */
  readonly at: number;
  /** The real answer's status; `undefined` while there is none. */
  status?: number;
  /** The first of the real answer's body, which tells an `ERROR` event from others. */
  start?: string;
}

/** What happens to a request. */
export type ApiFault =
  /** This answer, without asking the real API server. */
  | { readonly status: number; readonly retryAfterSeconds?: number; readonly message?: string }
  /** Nothing, for ever: neither is it forwarded nor answered. */
  | 'hang'
  /** The connection breaks before anything is forwarded. */
  | 'reset'
  /** The real API server takes it and answers; then the connection breaks without a word of that. */
  | 'reset-after-forward';

/** To which requests, and how often; absent: to all, for ever. */
export interface FaultOptions {
  readonly when?: (request: Proxied) => boolean;
  readonly times?: number;
}

/** The real API server, seen through a proxy that does what a test says; it ends TLS itself. */
export interface FaultyApiServer {
  /** The administrator's kubeconfig, for the proxy. */
  readonly kubeconfig: string;
  /** Rewrites a kubeconfig of the cluster so that it names the proxy. */
  readonly kubeconfigOf: (file: string) => string;
  readonly requests: readonly Proxied[];
  /** The latest fault comes first; the result ends it. */
  readonly inject: (fault: ApiFault, options?: FaultOptions) => () => void;
  /** Breaks off every connection, watches among them; new ones are taken. */
  readonly cut: () => void;
  /** Takes no connection any more, and breaks off those there are. */
  readonly goDown: () => Promise<void>;
  readonly comeUp: () => Promise<void>;
}

interface Injected extends FaultOptions {
  readonly fault: ApiFault;
  left: number;
}

/** Starts the proxy on loopback; it ends with the world. */
export async function startFaultyApiServer(
  world: World,
  cluster: Cluster,
): Promise<FaultyApiServer> {
  const folder = join(world.folder, 'faulty-api-server');
  mkdirSync(folder);
  const made = makeForeign(folder, {
    name: 'proxy',
    extensions: ['extendedKeyUsage=serverAuth', 'subjectAltName=IP:127.0.0.1'],
  });
  const port = await freePort();
  const requests: Proxied[] = [];
  let injected: Injected[] = [];
  const server = createServer(
    { key: made.privateKey, cert: made.certificate },
    (incoming, outgoing) => {
      const seen = proxiedOf(incoming);
      requests.push(seen);
      const met = injected.find(({ when, left }) => left > 0 && (when?.(seen) ?? true));
      if (met) met.left -= 1;
      handle(cluster, { incoming, outgoing, seen }, met?.fault);
    },
  );
  const comeUp = () => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const goDown = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await comeUp();
  world.defer(async () => (server.listening ? goDown() : undefined));
  const kubeconfigOf = (file: string) => {
    const config = JSON.parse(readFileSync(file, 'utf8')) as { clusters: { cluster: object }[] };
    const through = {
      server: `https://127.0.0.1:${port}`,
      'certificate-authority': made.certificateFile,
    };
    const clusters = config.clusters.map((one) => ({ ...one, cluster: through }));
    writeFileSync(`${file}.faulty`, JSON.stringify({ ...config, clusters }), { mode: 0o600 });
    return `${file}.faulty`;
  };
  return {
    kubeconfig: kubeconfigOf(cluster.kubeconfig),
    kubeconfigOf,
    requests,
    inject: (fault, options = {}) => {
      const one = { ...options, fault, left: options.times ?? Number.POSITIVE_INFINITY };
      injected = [one, ...injected];
      return () => {
        injected = injected.filter((other) => other !== one);
      };
    },
    cut: () => server.closeAllConnections(),
    goDown,
    comeUp,
  };
}

function proxiedOf({ method = '', url: path = '' }: IncomingMessage): Proxied {
  const url = new URL(path, 'https://api');
  return { method, url, isWatch: url.searchParams.get('watch') === 'true', at: performance.now() };
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly seen: Proxied;
}

function handle(cluster: Cluster, exchange: Exchange, fault: ApiFault | undefined): void {
  const { incoming, outgoing } = exchange;
  if (fault === undefined || fault === 'reset-after-forward') {
    forward(cluster, exchange, fault !== undefined);
    return;
  }
  incoming.resume();
  if (fault === 'hang') return;
  if (fault === 'reset') outgoing.socket?.destroy();
  else refuse(outgoing, fault);
}

function refuse(
  outgoing: ServerResponse,
  { status: code, retryAfterSeconds, message = 'injected' }: Exclude<ApiFault, string>,
): void {
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, message };
  outgoing.writeHead(code, {
    'content-type': 'application/json',
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
  });
  outgoing.end(JSON.stringify(status));
}

/** Passes both bodies on as they come, so that a watch is one. */
function forward(
  cluster: Cluster,
  { incoming, outgoing, seen }: Exchange,
  isSilent: boolean,
): void {
  const { url, ca } = cluster.api.access;
  const { host: _, ...headers } = incoming.headers;
  const options = { ca, agent: false, method: seen.method, headers };
  const ask = request(url + (incoming.url ?? ''), options, (answer) => {
    seen.status = answer.statusCode ?? 0;
    if (!isSilent) outgoing.writeHead(seen.status, answer.headers).flushHeaders();
    answer.on('data', (chunk: Buffer) => {
      seen.start ??= chunk.toString('utf8', 0, 300);
      if (!isSilent) outgoing.write(chunk);
    });
    answer.on('end', () => (isSilent ? outgoing.socket?.destroy() : outgoing.end()));
    answer.on('error', () => outgoing.socket?.destroy());
  });
  ask.on('error', () => outgoing.socket?.destroy());
  outgoing.on('close', () => ask.destroy());
  incoming.pipe(ask);
}
