import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { encodeCertificates } from '../../../../src/x509/pem.ts';
import { ecKeys, testCertificate } from '../../../support/chains.ts';
import type { PathCase } from '../path-case.ts';
import { between, type Judge } from './judge.ts';

/** A handshake in which the peer of who shows the path trusts nothing but its root. It takes place today. */
export const nodeTlsJudge: Judge = {
  name: 'Node TLS',
  judge: async (cases) => {
    const verdicts: string[] = [];
    for (const one of cases) verdicts.push(await verdictOn(one));
    return verdicts;
  },
};

/** Whoever shows a certificate is as lax as can be: it is the other side that judges. */
const LAX = { ciphers: 'DEFAULT:@SECLEVEL=0' } as const;

const anyServer = testCertificate({ commonName: 'any server', keys: ecKeys() });
const ANY_SERVER = {
  cert: anyServer.pem,
  key: anyServer.keys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
};

async function verdictOn(one: PathCase): Promise<string> {
  const [leaf = Buffer.alloc(0)] = one.path;
  const shown = {
    cert: encodeCertificates([leaf, ...between(one)]),
    key: one.privateKey.export({ type: 'pkcs8', format: 'pem' }),
  };
  const ca = encodeCertificates([one.trusted]);
  try {
    return await (one.purpose === 'client'
      ? servedTo(shown, ca)
      : connectedTo(shown, ca, one.host));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

type Shown = typeof ANY_SERVER;

/** What a client says of the server that shows the path. */
async function connectedTo(shown: Shown, ca: string, host = ''): Promise<string> {
  const server = tls.createServer({ ...shown, ...LAX });
  return withPort(server, async (port) => {
    const socket = tls.connect({ port, ca, host: '127.0.0.1', ...serverNameOf(host) });
    try {
      await once(socket, 'secureConnect');
      return '';
    } finally {
      socket.destroy();
    }
  });
}

/** What is verified is the host, and an address is no serverName. */
function serverNameOf(host: string): tls.ConnectionOptions {
  return {
    servername: /[a-z]/.test(host) && !host.includes(':') ? host : '',
    checkServerIdentity: (_, certificate) => tls.checkServerIdentity(host, certificate),
  };
}

/** What a server says of the client that shows the path. */
async function servedTo(shown: Shown, ca: string): Promise<string> {
  const server = tls.createServer({ ...ANY_SERVER, ca, requestCert: true });
  const verdict = Promise.race([
    once(server, 'secureConnection').then(() => ''),
    once(server, 'tlsClientError').then(([error]) => (error as Error).message),
  ]);
  return withPort(server, async (port) => {
    const socket = tls.connect({
      port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      ...shown,
      ...LAX,
    });
    socket.on('error', () => undefined);
    try {
      return await verdict;
    } finally {
      socket.destroy();
    }
  });
}

async function withPort(
  server: tls.Server,
  use: (port: number) => Promise<string>,
): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}
