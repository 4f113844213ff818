import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { call, newHome, serverCertificate, started } from './service-process.ts';

const run = promisify(execFile);
const home = newHome();
const service = await started(home, { PKI_WORKERS: '2' });
const { hostname, port } = new URL(service.management);

interface Issued {
  readonly serialNumber: string;
  readonly certificate: string;
  readonly privateKey?: string;
}

async function issued(host: string): Promise<Issued> {
  return (
    await call(service, '/v1/certificates', { body: serverCertificate(host) })
  ).json<Issued>();
}

/** Asks for a renewal on a connection with this certificate; answers with the first line. */
async function renewed(
  { serialNumber, certificate, privateKey }: Issued,
  options: { readonly session?: Buffer; readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3' } = {},
): Promise<{ line: string; session: Buffer | undefined; isResumed: boolean }> {
  const { session, maxVersion = 'TLSv1.3' } = options;
  const client = session ? { session } : { cert: certificate, key: privateKey };
  const ca = home.rootPem();
  const socket = connect({
    host: hostname,
    port: Number(port),
    servername: 'localhost',
    ca,
    maxVersion,
    ...client,
  });
  let latest: Buffer | undefined;
  socket.on('session', (ticket: Buffer) => {
    latest = ticket;
  });
  await once(socket, 'secureConnect');
  const isResumed = socket.isSessionReused();
  const path = `/v1/certificates/${serialNumber}/renew`;
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  );
  return { line: await firstLineOf(socket), session: latest ?? socket.getSession(), isResumed };
}

async function firstLineOf(socket: TLSSocket): Promise<string> {
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text.split('\r\n')[0] ?? '';
}

describe('a certificate that renews itself', () => {
  it('is known by its handshake in either version of TLS, in every worker', async () => {
    const own = await issued('a.example');
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3', 'TLSv1.2', 'TLSv1.3'] as const) {
      assert.equal((await renewed(own, { maxVersion })).line, 'HTTP/1.1 201 Created', maxVersion);
    }
  });

  it('is still itself, and nobody else, in a session that is resumed', async () => {
    const [own, other] = [await issued('b.example'), await issued('c.example')];
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const { session } = await renewed(own, { maxVersion });
      assert.ok(session);
      // No certificate is shown again: the ticket, good in every worker, tells whose session it was.
      const again = await renewed(own, { session, maxVersion });
      assert.deepEqual([again.isResumed, again.line], [true, 'HTTP/1.1 201 Created']);
      const asOther = await renewed(other, { session, maxVersion });
      assert.deepEqual([asOther.isResumed, asOther.line], [true, 'HTTP/1.1 403 Forbidden']);
    }
  });

  it('does so by curl as the README shows it, and gets the key of its new one by re-keying', async () => {
    const own = await issued('d.example');
    const folder = home.newFolder('client');
    const [cert, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
    writeFileSync(cert, own.certificate);
    writeFileSync(key, own.privateKey ?? '');
    const ca = join(home.dataDir, 'root.pem');
    const curl = async (way: string) => {
      const url = `https://localhost:${port}/v1/certificates/${own.serialNumber}/${way}`;
      const client = ['--cacert', ca, '--cert', cert, '--key', key];
      const { stdout } = await run('curl', [
        '-sS',
        '--fail-with-body',
        ...client,
        '-X',
        'POST',
        url,
      ]);
      return JSON.parse(stdout) as Issued;
    };
    assert.notEqual((await curl('renew')).serialNumber, own.serialNumber);
    assert.match((await curl('rekey')).privateKey ?? '', /^-----BEGIN PRIVATE KEY-----/);
  });

  it('leaves everybody else to show no certificate', async () => {
    assert.equal((await call(service, '/v1/authorities')).status, 200);
  });
});
