import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { accept, respondWith, type TlsMaterial } from '../../api/listener.ts';

/** What a client shows in its handshake, as PEM. */
export interface ClientIdentity {
  readonly cert: string;
  readonly key: string;
}

export interface TlsReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: <T>() => T;
}

/** Opens a listener with TLS on loopback, as the service opens it, until the tests of the file end; gives its port. */
export async function openTlsListener(app: RequestListener, tls: TlsMaterial): Promise<number> {
  const responder = respondWith(app, { tls, logUnreadable: () => undefined });
  const acceptor = await accept({ host: '127.0.0.1', port: 0 }, responder.respond);
  after(async () => {
    await acceptor.close();
    await responder.close();
  });
  return Number(acceptor.authority.split(':')[1]);
}

/** One request to a TLS listener on loopback, on a connection of its own; with a body it is a POST. */
export function tlsCall(options: {
  readonly port: number;
  readonly path: string;
  readonly body?: object;
  readonly client?: ClientIdentity | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}): Promise<TlsReply> {
  const { port, path, body, client, headers = {} } = options;
  const { promise, resolve, reject } = Promise.withResolvers<TlsReply>();
  const outgoing = request(
    {
      host: '127.0.0.1',
      servername: 'localhost',
      port,
      path,
      method: body ? 'POST' : 'GET',
      headers: { ...(body ? { 'Content-Type': 'application/json' } : {}), ...headers },
      agent: false,
      // What the service's clock calls valid is not so by the system's.
      rejectUnauthorized: false,
      ...client,
    },
    (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const { statusCode: status = 0, headers: received } = answer;
        resolve({ status, headers: received, text, json: <T>() => JSON.parse(text) as T });
      });
    },
  );
  outgoing.on('error', reject);
  outgoing.end(body && JSON.stringify(body));
  return promise;
}

/** A certificate with that serial number and name that nobody else has signed. */
export function selfSigned(serialNumber: string, host: string): ClientIdentity {
  const folder = mkdtempSync(join(tmpdir(), 'certwright-self-signed-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    const named = ['-subj', `/CN=${host}`, '-set_serial', `0x${serialNumber}`, '-days', '9000'];
    const files = ['-keyout', key, '-out', cert];
    execFileSync('openssl', ['req', '-x509', ...made, ...named, ...files], { stdio: 'pipe' });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
