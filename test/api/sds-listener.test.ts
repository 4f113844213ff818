import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { after, describe, it } from 'node:test';
import { connect } from 'node:tls';
import { Registry } from 'prom-client';
import { openSdsListener } from '../../api/sds/listener.ts';
import { SdsMetrics } from '../../api/sds/metrics.ts';
import { SecretService } from '../../api/sds/secret-service.ts';
import type { Certificate } from '../../src/certificate.ts';
import { admitClient } from '../../src/sds/client.ts';
import type { Finding } from '../../src/sds/find-secret.ts';
import { encodeCertificates, encodePrivateKey } from '../../src/x509/pem.ts';
import { TestAuthorities } from '../support/rotation.ts';
import { SdsTestClient } from '../support/sds-client.ts';

/** More than what waits in buffers on the way to a client that does not read. */
const SECRET_OCTETS = 64 * 1024;
const CHANGES = 200;

const now = () => new Date();
const authorities = await TestAuthorities.withSiblings(now);
const issued: Certificate[] = [];

/** A certificate with its path below the root, and its key. */
async function newPair(profile: string, names: { dnsNames?: string[]; uris?: string[] }) {
  const none = { dnsNames: [], ipAddresses: [], emailAddresses: [], uris: [] };
  const terms = { authority: 'issuing', keyAlgorithm: 'ecdsa-p256', validity: '1d' } as const;
  const { certificate, privateKey } = await authorities.issue({
    ...{ ...none, ...terms },
    ...{ profile, ...names },
  });
  issued.push(certificate);
  const [issuer] = await authorities.pathOf('issuing');
  const cert = encodeCertificates([certificate.der, issuer.der]);
  return { cert, key: privateKey ? encodePrivateKey(privateKey) : '' };
}

const path = await authorities.pathOf('issuing');
const root = encodeCertificates(path.slice(-1).map(({ der }) => der));
const trusted = path.map(({ der }) => encodeCertificates([der]));

/** A listener that hands out one secret, `shop`, of which there is a new version whenever a test says so. */
async function opened() {
  let version = 1;
  const findSecret = async (name: string): Promise<Finding> => {
    const content = { kind: 'authorities', trusted: 'a'.repeat(SECRET_OCTETS) } as const;
    return { secret: { name, target: name, version: String(version), content } };
  };
  const silent = () => undefined;
  const lines: object[] = [];
  const registry = new Registry();
  const common = {
    now,
    metrics: new SdsMetrics(registry),
    log: { info: (line: object) => lines.push(line), warn: silent, error: silent },
  };
  const service = new SecretService({ ...common, findSecret, recordRejection: async () => {} });
  const admitting = {
    now,
    findCertificates: async () => issued,
    pathOf: authorities.pathOf,
  };
  const listener = await openSdsListener(
    { host: '127.0.0.1', port: 0 },
    {
      ...common,
      service,
      tls: await newPair('server', { dnsNames: ['localhost'] }),
      trusted: async () => trusted,
      admit: (der) => admitClient(admitting, der),
    },
  );
  after(() => listener.close());
  const port = Number(listener.authority.split(':')[1]);
  const { cert: certificate, key: privateKey } = await newPair('client', {
    uris: ['spiffe://a/b'],
  });
  const client = new SdsTestClient(port, { root, certificate, privateKey });
  after(() => client.close());
  const change = () => {
    version += 1;
    service.targetChanged('shop');
    return String(version);
  };
  const refused = async () => {
    const { values } =
      (await registry.getSingleMetric('certwright_sds_refusals_total')?.get()) ?? {};
    return values?.[0]?.value ?? 0;
  };
  return { listener, port, client, change, lines, refused };
}

/** The serial number of the certificate that is served to whoever comes now. */
function servedAt(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      resolve(new X509Certificate(socket.getPeerCertificate().raw).serialNumber);
      socket.destroy();
    });
  });
}

/** A client without TLS. */
function silentAt(port: number, { from = '127.0.0.1', says = '' } = {}): Socket {
  const socket = createConnection({ port, host: '127.0.0.1', localAddress: from });
  after(() => socket.destroy());
  socket.on('error', () => undefined);
  if (says !== '') socket.write(says);
  return socket.resume();
}

async function hungUpOn(socket: Socket | undefined): Promise<void> {
  if (socket?.closed === false) await once(socket, 'close');
}

describe('the listener for secrets', () => {
  it('serves its next certificate to whoever comes, and cuts nobody off', async () => {
    const { listener, port, client, change } = await opened();
    const stream = client.ask('shop');
    assert.equal((await stream.next()).version_info, '1');
    const next = await newPair('server', { dnsNames: ['localhost'] });
    assert.notEqual(await servedAt(port), new X509Certificate(next.cert).serialNumber);
    listener.replaceTls(next);
    assert.equal(await servedAt(port), new X509Certificate(next.cert).serialNumber);
    const version = change();
    assert.equal((await stream.next()).version_info, version);
    stream.cancel();
  });

  it('sends a client that does not read what is latest when it does, and not all that was', async () => {
    const { client, change } = await opened();
    const stream = client.ask('shop');
    await stream.next();
    stream.pause();
    let latest = '';
    for (let count = 0; count < CHANGES; count += 1) {
      latest = change();
      // A turn of the event loop, in which a listener that waits for nobody would have written.
      await new Promise((resolve) => setImmediate(resolve));
    }
    stream.resume();
    let responses = 0;
    for (let version = ''; version !== latest; responses += 1) {
      version = (await stream.next()).version_info;
    }
    assert.ok(responses < CHANGES / 2, `${responses} responses`);
    stream.cancel();
  });

  it('does not wait for clients that do not read when it closes', async () => {
    const { listener, client, change } = await opened();
    const stream = client.ask('shop');
    await stream.next();
    stream.pause();
    for (let count = 0; count < 50; count += 1) change();
    await listener.close();
  });

  it('writes a few lines about clients that it refuses, however many there are, and counts all', async () => {
    const { port, lines, refused } = await opened();
    for (let count = 0; count < 30; count += 1)
      await hungUpOn(silentAt(port, { says: 'GET /\r\n' }));
    assert.equal(lines.length, 10);
    assert.equal(await refused(), 30);
  });

  it('lets one address alone wait for so many handshakes, and nobody else make room for it', async () => {
    const { port } = await opened();
    const good = silentAt(port, { from: '127.0.0.2' });
    await once(good, 'connect');
    const silent = [];
    for (let count = 0; count < 257; count += 1) {
      const socket = silentAt(port);
      await once(socket, 'connect');
      silent.push(socket);
    }
    await hungUpOn(silent[0]);
    assert.equal(good.readyState, 'open');
    assert.equal(silent[1]?.readyState, 'open');
  });
});
