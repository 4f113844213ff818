import { hash } from 'node:crypto';
import type { ServerUnaryCall } from '@grpc/grpc-js';
import type { SdsClient } from '../../src/sds/client.ts';

/** A call, as far as it tells whose connection it came by. */
export type AuthenticatedCall = Pick<ServerUnaryCall<unknown, unknown>, 'getAuthContext'>;

interface Entry {
  readonly client: SdsClient;
  connections: number;
}

/** Who is connected, by the certificates that were shown in the handshakes. */
export class Clients {
  readonly #byCertificate = new Map<string, Entry>();

  /** Notes whose connection it is that was made with the certificate `der`; the result forgets it. */
  connect(der: Buffer, client: SdsClient): () => void {
    const id = idOf(der);
    const entry = this.#byCertificate.get(id) ?? { client, connections: 0 };
    entry.connections += 1;
    this.#byCertificate.set(id, entry);
    return () => {
      entry.connections -= 1;
      if (entry.connections === 0) this.#byCertificate.delete(id);
    };
  }

  /** Who makes a call. */
  of(call: AuthenticatedCall): SdsClient | undefined {
    const { sslPeerCertificate } = call.getAuthContext();
    return sslPeerCertificate && this.#byCertificate.get(idOf(sslPeerCertificate.raw))?.client;
  }
}

function idOf(der: Buffer): string {
  return hash('sha256', der, 'base64');
}
