import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, isIPv6, type Socket } from 'node:net';
import { inOrder } from './in-order.ts';
import { mayLast } from './lasting-request.ts';
import { UnreadAnswers } from './unread-answers.ts';
import { refuseUnreadable, type UnreadableRequest } from './unreadable-request.ts';

/** A certificate chain and its key, as PEM. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
}

/** What answers the requests of connections that somebody has accepted. */
export interface Responder {
  readonly respond: (connection: Socket) => void;
  /** Serves another certificate from the next handshake on; only with TLS. */
  readonly replaceTls: (tls: TlsMaterial) => void;
  /** Ends when the requests in flight are answered. */
  readonly close: () => Promise<void>;
}

/** A port at which connections are accepted. */
export interface Acceptor {
  /** Where it listens, with the port that was chosen. */
  readonly authority: string;
  /** Takes no more connections. */
  readonly close: () => Promise<void>;
}

/** Bounds for callers that are slow on purpose: headers, whole request, idle connection, handshake. */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16_384,
  // The applications look for it themselves, and answer in the form of every other refusal.
  requireHostHeader: false,
};
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** A pass over many targets may take a while, and a reader who never reads must not hold a socket. */
const SOCKET_IDLE_MS = 5 * 60_000;
/** Of one process; each may cost a TLS session and a body. */
const MAX_CONNECTIONS = 4_096;
/** What is not answered by then is cut off, or a stop could last for ever. */
export const CLOSE_DEADLINE_MS = 20_000;
const CLOSE_SWEEP_MS = 50;
/** Clients that come in a herd wait here for their turn. */
const BACKLOG = 1_024;

export interface ResponderOptions {
  readonly tls?: TlsMaterial | undefined;
  /** 48 octets (TLS session tickets), the same in every process that answers at one port. */
  readonly ticketKeys?: Buffer | undefined;
  readonly logUnreadable: (request: UnreadableRequest) => void;
}

/** Answers with the bounds of this service; without `tls` in plain HTTP. */
export function respondWith(listener: RequestListener, options: ResponderOptions): Responder {
  const app = inOrder(listener);
  const { tls, ticketKeys, logUnreadable } = options;
  const common = { minVersion: 'TLSv1.2', ...(ticketKeys ? { ticketKeys } : {}) } as const;
  // A client may show a certificate, to renew it; who issued it is judged where it counts.
  const clients = { requestCert: true, rejectUnauthorized: false } as const;
  const server: Server | HttpsServer = tls
    ? createHttpsServer(
        { ...LIMITS, ...common, ...clients, ...tls, handshakeTimeout: HANDSHAKE_TIMEOUT_MS },
        app,
      )
    : createHttpServer(LIMITS, app);
  server.setTimeout(SOCKET_IDLE_MS);
  // Who has sent all may say so by closing that half, and waits for the answer (RFC 9293 §3.6). Node's documentation lacks the member.
  Object.assign(server, { httpAllowHalfOpen: true });
  const answers = new UnreadAnswers();
  // With TLS once it is agreed on: whoever fails at that cannot be told anything, or be waited for.
  const talking = new WeakSet<object>();
  server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
    talking.add(socket);
    answers.watch(socket);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!talking.has(socket)) socket.destroy();
    else if (!mayLast(socket as Socket)) logUnreadable(refuseUnreadable(error, socket as Socket));
    // It may have been answered in part already, so that nothing can be said any more.
    else if (error.code !== 'ERR_HTTP_REQUEST_TIMEOUT') socket.destroy();
  });
  // RFC 9110 §10.1.1: what is expected beyond 100-continue may be passed over; Node would answer 417, empty.
  server.on('checkExpectation', app);
  // Node looks for slow callers from this event on; no port is opened here.
  server.emit('listening');
  const connections = new Set<Socket>();
  return {
    respond: (connection) => {
      if (connections.size >= MAX_CONNECTIONS) {
        connection.destroy();
        return;
      }
      connections.add(connection);
      connection.allowHalfOpen = true;
      connection.once('close', () => connections.delete(connection));
      server.emit('connection', connection);
      connection.resume();
    },
    replaceTls: (next) => {
      if ('setSecureContext' in server) server.setSecureContext({ ...next, ...common });
    },
    close: async () => {
      await close(server, connections);
      answers.end();
    },
  };
}

async function close(server: Server, connections: ReadonlySet<Socket>): Promise<void> {
  server.close();
  const deadline = performance.now() + CLOSE_DEADLINE_MS;
  while (connections.size > 0 && performance.now() < deadline) {
    // A connection that is busy now stays open for its next request, which must not come.
    server.closeIdleConnections();
    await new Promise((resolve) => setTimeout(resolve, CLOSE_SWEEP_MS));
  }
  for (const connection of connections) connection.destroy();
}

/** Accepts connections at `host:port` (0: any free port), and hands each to `take`, not yet read from. */
export async function accept(
  { host, port }: { readonly host: string; readonly port: number },
  take: (connection: Socket) => void,
): Promise<Acceptor> {
  const server = createTcpServer({ pauseOnConnect: true, noDelay: true }, take);
  server.listen({ host, port, backlog: BACKLOG });
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  return {
    authority: `${isIPv6(host) ? `[${host}]` : host}:${address.port}`,
    // Connections that were handed on are no longer its own, so that nothing is waited for.
    close: () => Promise.resolve(void server.close()),
  };
}
