import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { World } from './world.ts';

/** What is uploaded to a listener: a pair or a PFX, and whose clients it admits. */
export interface TlsServerOptions {
  readonly pfx?: Buffer;
  readonly passphrase?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly clientAuthorities?: Buffer;
}

/** An HTTPS server on loopback that answers 200 to whom it admits: Application Gateway's listener, in small. */
export async function startTlsServer(
  world: World,
  { clientAuthorities, ...served }: TlsServerOptions,
): Promise<{ readonly port: number }> {
  const check =
    clientAuthorities === undefined
      ? {}
      : { ca: clientAuthorities, requestCert: true, rejectUnauthorized: true };
  const server = createServer({ ...served, ...check }, (_, response) => response.end());
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  world.defer(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port };
}
