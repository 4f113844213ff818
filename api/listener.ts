import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import { type AddressInfo, isIPv6, type Socket } from 'node:net';
import { refuseUnreadable, type UnreadableRequest } from './unreadable-request.ts';

/** A certificate chain and its key, as PEM. */
interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
}

/** A listening server. */
export interface Listener {
  /** With the port that was chosen. */
  readonly url: string;
  /** Serves another certificate from the next handshake on; only with TLS. */
  readonly replaceTls: (tls: TlsMaterial) => void;
  /** Takes no more connections, and ends when the requests in flight are answered. */
  readonly close: () => Promise<void>;
}

/** Bounds for callers that are slow on purpose: headers, whole request, idle connection, handshake. */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16_384,
};
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** A pass over many targets may take a while, and a reader who never reads must not hold a socket. */
const SOCKET_IDLE_MS = 5 * 60_000;
/** What is not answered by then is cut off, or a stop could last for ever. */
const CLOSE_DEADLINE_MS = 20_000;
const CLOSE_SWEEP_MS = 50;

export interface ListenOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly tls?: TlsMaterial | undefined;
  readonly logUnreadable: (request: UnreadableRequest) => void;
}

/** Listens with the bounds of this service; without `tls` in plain HTTP. */
export async function listen(app: RequestListener, options: ListenOptions): Promise<Listener> {
  const { host, port, tls, logUnreadable } = options;
  const server: Server | HttpsServer = tls
    ? createHttpsServer(
        { ...LIMITS, ...tls, minVersion: 'TLSv1.2', handshakeTimeout: HANDSHAKE_TIMEOUT_MS },
        app,
      )
    : createHttpServer(LIMITS, app);
  server.setTimeout(SOCKET_IDLE_MS);
  server.on('clientError', (error, socket) => {
    logUnreadable(refuseUnreadable(error, socket as Socket));
  });
  server.listen({ host, port });
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  const shownHost = isIPv6(host) ? `[${host}]` : host;
  return {
    url: `${tls ? 'https' : 'http'}://${shownHost}:${address.port}`,
    replaceTls: (next) => {
      if ('setSecureContext' in server) server.setSecureContext({ ...next, minVersion: 'TLSv1.2' });
    },
    close: () => close(server),
  };
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // A connection that is busy now stays open for its next request, which must not come.
  const sweep = setInterval(() => server.closeIdleConnections(), CLOSE_SWEEP_MS);
  const deadline = setTimeout(() => server.closeAllConnections(), CLOSE_DEADLINE_MS);
  await closed;
  clearInterval(sweep);
  clearTimeout(deadline);
}
