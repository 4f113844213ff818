import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { type Acceptor, accept, respondWith, type TlsMaterial } from '../api/listener.ts';
import type { ListenerName } from './worker.ts';
import type { Workers } from './workers.ts';

interface Address {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

/** Both listeners at work. */
export interface Listeners {
  /** URLs, with the ports that were chosen. */
  readonly management: string;
  readonly distribution: string;
  /** Serves another certificate from the next handshake on. */
  readonly replaceTls: (tls: TlsMaterial) => Promise<void>;
  /** Takes no more connections, and ends when the requests in flight are answered. */
  readonly close: () => Promise<void>;
}

export interface ListenersParts {
  readonly apps: Readonly<Record<ListenerName, RequestListener>>;
  readonly tls: TlsMaterial | undefined;
  readonly ticketKeys: Buffer;
  readonly workers: Workers;
  readonly logUnreadable: (request: object) => void;
  /** Says which listener an error comes from. */
  readonly explained: (listener: ListenerName, work: Promise<Acceptor>) => Promise<Acceptor>;
}

/**
 * Accepts connections at both addresses and hands them to the workers in turn; while they begin, while none of them is
 * ready, and where there are none, this process answers itself.
 */
export async function openListeners(
  addresses: Readonly<Record<ListenerName, Address>>,
  { apps, tls, ticketKeys, workers, logUnreadable, explained }: ListenersParts,
): Promise<Listeners> {
  const appOf = (name: ListenerName) => sendingOn(apps[name], workers);
  const own = {
    management: respondWith(appOf('management'), { tls, ticketKeys, logUnreadable }),
    distribution: respondWith(appOf('distribution'), { logUnreadable }),
  };
  const acceptorOf = (name: ListenerName) =>
    explained(
      name,
      accept(addresses[name], (connection) => {
        if (!workers.take(name, connection)) own[name].respond(connection);
      }),
    );
  const management = await acceptorOf('management');
  const distribution = await acceptorOf('distribution');
  return {
    management: `${tls ? 'https' : 'http'}://${management.authority}`,
    distribution: `http://${distribution.authority}`,
    replaceTls: async (next) => {
      own.management.replaceTls(next);
      await workers.replaceTls(next);
    },
    close: async () => {
      await Promise.all([management.close(), distribution.close()]);
      await Promise.all([workers.stop(), own.management.close(), own.distribution.close()]);
    },
  };
}

/**
 * Has clients whose connections came before the workers were ready open new ones, which workers answer: who keeps a
 * connection would otherwise be served by this process for ever. What such a client sent ahead is not carried out,
 * since it could not be answered (RFC 9112 §9.6).
 */
function sendingOn(app: RequestListener, workers: Workers): RequestListener {
  const closing = new WeakSet<Socket>();
  return (req, res) => {
    if (closing.has(req.socket)) return;
    if (workers.takeConnections) {
      closing.add(req.socket);
      res.setHeader('Connection', 'close');
    }
    app(req, res);
  };
}
