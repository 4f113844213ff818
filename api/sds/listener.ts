import { constants } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { endOf } from '../../src/has-ended.ts';
import type { Admission, SdsClient } from '../../src/sds/client.ts';
import { type Acceptor, accept, type TlsMaterial } from '../listener.ts';
import { BoundedLog } from './bounded-log.ts';
import { Clients } from './clients.ts';
import type { SdsMetrics } from './metrics.ts';
import { Room } from './room.ts';
import type { SdsLog, SecretService } from './secret-service.ts';
import { secretDiscovery } from './wire.ts';

export interface SdsListenerParts {
  readonly tls: TlsMaterial;
  readonly service: SecretService;
  /** PEM of all authorities of ours; the same list as long as there are no others. */
  readonly trusted: () => Promise<readonly string[]>;
  /** Who the holder of a client certificate is. */
  readonly admit: (der: Uint8Array) => Promise<Admission>;
  readonly now: () => Date;
  readonly metrics: SdsMetrics;
  readonly log: SdsLog;
}

/** The listener at which Envoys ask for secrets. */
export interface SdsListener extends Acceptor {
  /** Serves another certificate from the next handshake on; streams that are open stay so. */
  readonly replaceTls: (tls: TlsMaterial) => void;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;
/** The kernel's own look whether the other end is still there. */
const TCP_KEEP_ALIVE_MS = 60_000;
/** For what is said last to leave. */
const FAREWELL_MS = 1_000;
/** setTimeout takes no more than 24 days. */
const LONGEST_TIMER_MS = 24 * 3_600_000;

const TERMS = {
  minVersion: 'TLSv1.2',
  ALPNProtocols: ['h2'],
  // A connection lasts for days; one that comes back is looked at as closely as a new one.
  secureOptions: constants.SSL_OP_NO_TICKET,
} as const;

const GRPC_OPTIONS = {
  // An Envoy names all of its extensions with its first request, which takes about 100 KB.
  'grpc.max_receive_message_length': 1024 * 1024,
  // An Envoy opens a stream for each secret.
  'grpc.max_concurrent_streams': 1_000,
  'grpc.max_connection_idle_ms': 5 * 60_000,
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  // In MiB, of one connection; more than its streams and their messages need.
  'grpc-node.max_session_memory': 64,
  'grpc.enable_channelz': 0,
};

/**
 * Listens for Envoys. TLS is made here and not by the gRPC library, so that a new certificate, or a new
 * authority whose clients are to be let in, counts from the next handshake on and cuts nobody off.
 */
export async function openSdsListener(
  address: { readonly host: string; readonly port: number },
  parts: SdsListenerParts,
): Promise<SdsListener> {
  const listener = new Listener(parts);
  const acceptor = await accept(address, (connection) => listener.take(connection));
  return {
    authority: acceptor.authority,
    replaceTls: (tls) => listener.replaceTls(tls),
    close: async () => {
      await acceptor.close();
      await listener.close();
    },
  };
}

class Listener {
  readonly #parts: SdsListenerParts;
  readonly #tlsServer: TlsServer;
  readonly #grpcServer = new Server(GRPC_OPTIONS);
  readonly #injector;
  readonly #clients = new Clients();
  readonly #room = new Room();
  /** Of what a client causes that has not shown who it is. */
  readonly #boundedLog: BoundedLog;
  #tls: TlsMaterial;
  #trusted: readonly string[] = [];

  constructor(parts: SdsListenerParts) {
    this.#parts = parts;
    this.#tls = parts.tls;
    this.#boundedLog = new BoundedLog(parts.now);
    // Both ends have shown who they are by then, so that to the library the connection is a plain one.
    this.#injector = this.#grpcServer.createConnectionInjector(ServerCredentials.createInsecure());
    const handlers = parts.service.handlersFor((call) => this.#clients.of(call));
    this.#grpcServer.addService(secretDiscovery, handlers);
    // A client that fails is hung up on below, where it is known why.
    const clients = { requestCert: true, rejectUnauthorized: false } as const;
    const handshakeTimeout = HANDSHAKE_TIMEOUT_MS;
    this.#tlsServer = createServer({ ...parts.tls, ...TERMS, ...clients, handshakeTimeout });
    this.#tlsServer.on('secureConnection', (socket) => void this.#admit(socket));
    this.#tlsServer.on('tlsClientError', (error, socket) => this.#refuse(socket, error.message));
  }

  /** Takes a connection that was just accepted, not yet read from. */
  take(connection: Socket): void {
    if (!this.#room.take(connection)) {
      this.#refuse(connection, 'too many connections are open');
      return;
    }
    connection.on('error', () => connection.destroy());
    connection.setKeepAlive(true, TCP_KEEP_ALIVE_MS);
    void this.#shakeHands(connection);
  }

  replaceTls(tls: TlsMaterial): void {
    this.#tls = tls;
    this.#setSecureContext();
  }

  /** Ends all streams, and the connections when that has been said. */
  async close(): Promise<void> {
    this.#parts.service.endAll();
    this.#injector.drain(FAREWELL_MS);
    const deadline = setTimeout(() => {
      for (const connection of this.#room.connections) connection.destroy();
    }, FAREWELL_MS);
    const closings = this.#room.connections.map((connection) => once(connection, 'close'));
    await Promise.all(closings);
    clearTimeout(deadline);
    this.#grpcServer.forceShutdown();
  }

  /** An authority that was made a moment ago, in whichever process, has clients from now on. */
  async #shakeHands(connection: Socket): Promise<void> {
    try {
      const trusted = await this.#parts.trusted();
      if (!isDeepStrictEqual(trusted, this.#trusted)) {
        this.#trusted = trusted;
        this.#setSecureContext();
      }
      if (connection.destroyed) return;
      this.#tlsServer.emit('connection', connection);
      connection.resume();
    } catch (err) {
      this.#fail(connection, err);
    }
  }

  #setSecureContext(): void {
    this.#tlsServer.setSecureContext({ ...this.#tls, ...TERMS, ca: [...this.#trusted] });
  }

  /** Hands the connections of clients that may ask here to the gRPC library. */
  async #admit(socket: TLSSocket): Promise<void> {
    this.#room.handshakeIsDone(socket);
    socket.on('error', () => socket.destroy());
    try {
      const shown = socket.getPeerX509Certificate();
      if (!shown) return this.#refuse(socket, 'it has shown no certificate');
      if (!socket.authorized) return this.#refuse(socket, String(socket.authorizationError));
      if (socket.alpnProtocol !== 'h2') return this.#refuse(socket, 'it does not speak HTTP/2');
      const admission = await this.#parts.admit(shown.raw);
      if (admission.client === undefined) return this.#refuse(socket, admission.fault);
      if (socket.destroyed) return;
      const { client } = admission;
      socket.once('close', this.#clients.connect(shown.raw, client));
      this.#endInTime(socket, client);
      this.#injector.injectConnection(socket);
    } catch (err) {
      this.#fail(socket, err);
    }
  }

  /** What a client has is no longer renewed when its own certificate has ended. */
  #endInTime(socket: TLSSocket, client: SdsClient): void {
    const leftMs = endOf(client.notAfter).getTime() - this.#parts.now().getTime();
    const timer = setTimeout(
      () => {
        if (leftMs > LONGEST_TIMER_MS) return this.#endInTime(socket, client);
        this.#parts.service.endStreamsOf(client);
        setTimeout(() => socket.destroy(), FAREWELL_MS).unref();
      },
      Math.max(0, Math.min(leftMs, LONGEST_TIMER_MS)),
    );
    socket.once('close', () => clearTimeout(timer));
  }

  #refuse(socket: Socket, reason: string): void {
    const { metrics, log } = this.#parts;
    metrics.refusals.inc({ of: 'client' });
    const { remoteAddress: address } = socket;
    this.#boundedLog.write((leftOut) =>
      log.info({ address, reason, ...leftOut }, 'a client for secrets was refused'),
    );
    socket.destroy();
  }

  #fail(socket: Socket, err: unknown): void {
    this.#boundedLog.write((leftOut) =>
      this.#parts.log.error({ err, ...leftOut }, 'a connection for secrets could not be taken'),
    );
    socket.destroy();
  }
}
