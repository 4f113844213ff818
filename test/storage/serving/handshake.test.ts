import assert from 'node:assert/strict';
import { constants } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { createSecureContext } from 'node:tls';
import { handshake, type Server } from '../../../storage/serving/handshake.ts';
import { rsaKeys, testCertificate, testChain } from '../../support/chains.ts';
import { mutual, served, startServer, startTlsServer } from './servers.ts';

const shop = testChain('shop');
const other = testChain('other');
const HOST = shop.leaf.commonName;
const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;
const never = new AbortController().signal;

async function seen(server: Pick<Server, 'port'> & Partial<Server>, timeoutMs = 5_000) {
  const asked = { host: '127.0.0.1', serverName: HOST, ...server };
  return handshake(asked, { timeoutMs, signal: never });
}

async function wordsAt(port: number, timeoutMs?: number): Promise<string> {
  const found = await seen({ port }, timeoutMs);
  return found.kind === 'unreachable' ? found.words : assert.fail('it was served');
}

for (const version of VERSIONS) {
  const only = { minVersion: version, maxVersion: version } as const;
  const options = { ...only, ...served(shop.leaf, shop.intermediate, shop.root) };
  const sent = [shop.leaf.der, shop.intermediate.der, shop.root.der];

  describe(`a handshake by ${version}`, () => {
    it('shows the chain to the octet, root included, and ends well for the server', async (t) => {
      const { port, ends, server } = await startTlsServer(t, options);
      const secured = once(server, 'secureConnection');
      assert.deepEqual(await seen({ port }), { kind: 'served', chain: sent });
      await secured;
      assert.deepEqual(ends, []);
    });

    it('shows it in the order sent, with what belongs to no path and what stands there twice', async (t) => {
      const odd = served(shop.leaf, other.root, shop.root, shop.intermediate, other.root);
      const { port } = await startTlsServer(t, { ...only, ...odd });
      const chain = [shop.leaf, other.root, shop.root, shop.intermediate, other.root];
      assert.deepEqual(await seen({ port }), {
        kind: 'served',
        chain: chain.map(({ der }) => der),
      });
    });

    it('needs no client certificate where the server wants one', async (t) => {
      const { port, ends, server } = await startTlsServer(t, { ...options, ...mutual(other.root) });
      const refused = once(server, 'tlsClientError');
      assert.deepEqual(await seen({ port }), { kind: 'served', chain: sent });
      await refused;
      assert.deepEqual(ends, ['ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE']);
    });

    it('goes on after the server has asked for another group (HelloRetryRequest)', async (t) => {
      const { port } = await startTlsServer(t, { ...options, ecdhCurve: 'P-521' });
      assert.deepEqual(await seen({ port }), { kind: 'served', chain: sent });
    });

    it('shows a certificate of a key that nobody takes any more', async (t) => {
      const weak = testCertificate({ commonName: HOST, keys: rsaKeys(1_024) });
      const lax = { ciphers: 'DEFAULT@SECLEVEL=0' };
      const { port } = await startTlsServer(t, { ...only, ...served(weak), ...lax });
      assert.deepEqual(await seen({ port }), { kind: 'served', chain: [weak.der] });
    });

    it('shows a chain that needs several records', async (t) => {
      const authority = { ...other.root, isAuthority: true };
      const dnsNames = Array.from({ length: 300 }, (_, at) => `host-${at}.a-long-name.example.org`);
      const large = [0, 1, 2].map((at) =>
        testCertificate({ commonName: `large ${at}`, issuer: authority, dnsNames }),
      );
      const { port } = await startTlsServer(t, { ...only, ...served(shop.leaf, ...large) });
      const chain = [shop.leaf, ...large].map(({ der }) => der);
      assert.ok(chain.reduce((sum, { length }) => sum + length, 0) > 2 ** 14);
      assert.deepEqual(await seen({ port }), { kind: 'served', chain });
    });
  });
}

describe('a handshake', () => {
  for (const suite of [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
  ]) {
    it(`reads what is protected by ${suite}`, async (t) => {
      const { port } = await startTlsServer(t, { ...served(shop.leaf), ciphers: suite });
      assert.deepEqual(await seen({ port }), { kind: 'served', chain: [shop.leaf.der] });
    });
  }

  it('asks by SNI, and without one where there is no name', async (t) => {
    const names: string[] = [];
    const contexts = new Map([
      [HOST, createSecureContext(served(shop.leaf))],
      [other.leaf.commonName, createSecureContext(served(other.leaf))],
    ]);
    const fallback = testCertificate({ commonName: 'fallback' });
    const { port } = await startTlsServer(t, {
      ...served(fallback),
      SNICallback: (name, done) => {
        names.push(name);
        done(null, contexts.get(name));
      },
    });
    const leaves = [];
    for (const serverName of [HOST, other.leaf.commonName, undefined]) {
      const found = await seen({ port, serverName });
      leaves.push(found.kind === 'served' ? found.chain[0] : found.words);
    }
    assert.deepEqual(leaves, [shop.leaf.der, other.leaf.der, fallback.der]);
    assert.deepEqual(names, [HOST, other.leaf.commonName]);
  });

  it('reaches IPv6 addresses', async (t) => {
    const { port } = await startTlsServer(t, served(shop.leaf), '::1');
    assert.equal((await seen({ port, host: '::1' })).kind, 'served');
  });

  it('tells of a server that never answers, within its time', async (t) => {
    const { port } = await startServer(t, () => undefined);
    assert.equal(await wordsAt(port, 200), 'does not answer the TLS handshake in time');
  });

  it('tells of one that drips its answer, within its time', async (t) => {
    const { port } = await startServer(t, (socket) => {
      socket.write(Buffer.from('1603030200', 'hex'));
      const drip = setInterval(() => socket.write(Buffer.of(2)), 20);
      socket.once('close', () => clearInterval(drip));
    });
    assert.equal(await wordsAt(port, 200), 'does not answer the TLS handshake in time');
  });

  it('tells of one that closes, at once or after the hello', async (t) => {
    const talks = [
      (await startServer(t, (socket) => socket.end())).port,
      (await startServer(t, (socket) => socket.once('data', () => socket.end()))).port,
      (await startServer(t, (socket) => socket.once('data', () => socket.resetAndDestroy()))).port,
    ];
    for (const port of talks) assert.match(await wordsAt(port), /^closes the connection/);
  });

  it('tells of one that does not speak TLS, and shows nothing of what it says', async (t) => {
    const { port } = await startServer(t, (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\nsecret of the inside');
    });
    assert.equal(await wordsAt(port), 'does not speak TLS');
  });

  it('tells of one that speaks TLS 1.1 at most', async (t) => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' } as const;
    const { port } = await startTlsServer(t, { ...served(shop.leaf), ...old });
    assert.match(await wordsAt(port), /protocol version|neither TLS 1\.2/);
  });

  it('tells of one that has no certificate for the name, by its alert', async (t) => {
    const { port } = await startTlsServer(t, {
      secureOptions: constants.SSL_OP_NO_TICKET,
      SNICallback: (_, done) => done(null),
    });
    assert.match(await wordsAt(port), /^ends the handshake with the alert handshake failure$/);
  });

  it('tells of a port on which nobody listens, and of a host that there is not', async (t) => {
    const { port, server } = await startServer(t, () => undefined);
    server.close();
    await once(server, 'close');
    assert.equal(await wordsAt(port), 'the connection is refused');
    const nowhere = await seen({ port, host: 'nowhere.invalid' });
    assert.match(nowhere.kind === 'unreachable' ? nowhere.words : '', /^its name/);
    assert.equal(nowhere.kind === 'unreachable' && nowhere.isConnected, false);
  });

  it('takes no certificate for proven whose key the server does not have', async (t) => {
    const { port: behind } = await startTlsServer(t, {
      ...served(shop.leaf),
      maxVersion: 'TLSv1.2',
    });
    const { connect } = await import('node:net');
    // The last octets of the flight are the signature of the key exchange and an empty ServerHelloDone.
    const { port } = await startServer(t, (socket) => {
      const server = connect(behind, '127.0.0.1');
      server.on('error', () => undefined);
      socket.pipe(server);
      server.once('data', (flight: Buffer) => {
        const signature = flight.length - 9 - 8;
        flight.writeUInt8(flight.readUInt8(signature) ^ 1, signature);
        socket.write(flight);
        server.pipe(socket);
      });
      socket.once('close', () => server.destroy());
    });
    assert.match(await wordsAt(port), /^the TLS handshake fails$/);
  });

  it('is broken off when the service stops', async (t) => {
    const { port, server } = await startServer(t, () => undefined);
    const stopping = new AbortController();
    const asked = { host: '127.0.0.1', port, serverName: HOST };
    const work = handshake(asked, { timeoutMs: 60_000, signal: stopping.signal });
    const [socket] = (await once(server, 'connection')) as [Socket];
    stopping.abort(new Error('the service stops'));
    await assert.rejects(work, /the service stops/);
    await once(socket, 'close');
  });
});
