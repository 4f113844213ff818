import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { keyPem, pemOf, type TestCertificate } from '../../support/chains.ts';

/** Key and chain as a server takes them; the key is the first certificate's. */
export function served(...chain: readonly [TestCertificate, ...TestCertificate[]]) {
  return { key: keyPem(chain[0]), cert: pemOf(chain) };
}

/** A server that asks its clients for a certificate of `authority`, and turns others away. */
export function mutual(authority: TestCertificate) {
  return { requestCert: true, rejectUnauthorized: true, ca: authority.pem };
}

/** A TLS server until the test ends, with what became of the handshakes with it. */
export async function startTlsServer(t: TestContext, options: TlsOptions, host = '127.0.0.1') {
  const ends: string[] = [];
  const server = createTlsServer(options, (socket) => {
    socket.on('error', () => undefined);
  });
  server.on('tlsClientError', (error: NodeJS.ErrnoException) => ends.push(String(error.code)));
  return { port: await listen(t, server, host), ends, server };
}

/** A server that does with its connections what a test says. */
export async function startServer(t: TestContext, talk: (socket: Socket) => void) {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    talk(socket);
  });
  return { port: await listen(t, server, '127.0.0.1'), server };
}

async function listen(t: TestContext, server: Server, host: string): Promise<number> {
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  server.listen(0, host);
  await once(server, 'listening');
  t.after(async () => {
    for (const socket of open) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return (server.address() as AddressInfo).port;
}
