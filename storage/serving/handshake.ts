import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { handshakeFailure } from './handshake-failure.ts';
import { ObservedConnection } from './observed-connection.ts';

/** Whom to ask, and by which name. */
export interface Server {
  readonly host: string;
  readonly port: number;
  /** Sent as SNI (RFC 6066 §3); absent: none is sent. */
  readonly serverName: string | undefined;
}

/** What a server has sent, in the order sent; or in words why there is nothing to judge. */
export type Handshake =
  | { readonly kind: 'served'; readonly chain: readonly Buffer[] }
  | {
      readonly kind: 'unreachable';
      readonly words: string;
      /** Whether there was a connection at all. */
      readonly isConnected: boolean;
    };

export interface HandshakeOptions {
  /** For all of it: look-up, connection and handshake. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Certificates by weak keys are to be seen, too: they are what somebody wants to get rid of. */
const ANY_STRENGTH = 'DEFAULT:!kRSA:@SECLEVEL=0';

/**
 * One TLS handshake, without a client certificate and without trust in anybody, for the certificates that
 * the server sends; then the connection is closed, and nothing has been asked through it.
 *
 * The certificates are judged as soon as the server has proven to have their key: an alert behind that, of
 * a server that wants a client certificate, changes nothing.
 *
 * @throws what `options.signal` is aborted with, and nothing else
 */
export async function handshake(server: Server, options: HandshakeOptions): Promise<Handshake> {
  const { host, port, serverName } = server;
  const { timeoutMs, signal } = options;
  const deadline = AbortSignal.timeout(timeoutMs);
  const either = { signal: AbortSignal.any([deadline, signal]) };
  const socket = connect({ host, port, noDelay: true });
  const connection = new ObservedConnection(socket);
  let isConnected = false;
  // What goes wrong after the certificates are known is nobody's concern.
  connection.on('error', () => undefined);
  try {
    await once(socket, 'connect', either);
    isConnected = true;
    const client = connectTls({
      socket: connection,
      ...(serverName === undefined ? {} : { servername: serverName }),
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      ciphers: ANY_STRENGTH,
    });
    client.on('error', () => undefined);
    client.on('keylog', connection.hearKeyLog);
    await Promise.race([once(client, 'secureConnect', either), connection.answered]);
    const chain = connection.certificates();
    if (chain !== undefined && chain.length > 0) return { kind: 'served', chain };
    return unreachable('sends no certificate that can be read', true);
  } catch (error) {
    signal.throwIfAborted();
    return unreachable(handshakeFailure(error, { isConnected }), isConnected);
  } finally {
    connection.destroy();
  }
}

function unreachable(words: string, isConnected: boolean): Handshake {
  return { kind: 'unreachable', words, isConnected };
}
