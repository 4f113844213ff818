import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, describe, it } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { status } from '@grpc/grpc-js';
import { testCertificate } from '../support/chains.ts';
import { type SdsCredentials, SdsTestClient } from '../support/sds-client.ts';
import { call, newHome, type ServiceProcess, started } from './service-process.ts';

const READER = 'spiffe://example.org/edge/sds/shop';
const home = newHome();
const service = await started(home, { PKI_SDS_LISTEN: '127.0.0.1:0', PKI_WORKERS: '2' });

interface Issued {
  readonly certificate: string;
  readonly chain: string;
  readonly privateKey: string;
  readonly serialNumber: string;
}

interface Target {
  readonly status: {
    readonly state: string;
    readonly serialNumber: string;
    readonly sds: {
      readonly streams: number;
      readonly subscribers: readonly Readonly<Record<string, unknown>>[];
    };
  };
}

const portOf = (running: ServiceProcess) =>
  Number(/"sds":"127\.0\.0\.1:(\d+)"/.exec(running.output)?.[1]);
const root = home.rootPem();

async function issue(request: object, running = service): Promise<SdsCredentials & Issued> {
  const body = { authority: 'issuing', profile: 'client', ...request };
  const reply = await call(running, '/v1/certificates', { body });
  assert.equal(reply.status, 201, reply.text);
  return { ...reply.json<Issued>(), root };
}

/** A client that shows `shown`; it is gone after the tests. */
function clientWith(shown: SdsCredentials, running = service): SdsTestClient {
  const client = new SdsTestClient(portOf(running), shown);
  after(() => client.close());
  return client;
}

const reader = async () => clientWith(await issue({ uris: [READER] }));

async function declare(name: string, destination: object = {}): Promise<void> {
  const target = { name, authority: 'issuing', profile: 'server', dnsNames: [`${name}.example`] };
  const body = { ...target, validity: '30d', destination: { type: 'sds', ...destination } };
  const reply = await call(service, '/v1/rotation/targets', { body });
  assert.equal(reply.status, 201, reply.text);
}

const rotate = (name: string, running = service) =>
  call(running, `/v1/rotation/targets/${name}/rotate`, { method: 'POST' });

const targetOf = async (name: string) =>
  (await call(service, `/v1/rotation/targets/${name}`)).json<Target>();

/** How a call of somebody who shows `shown` is refused. */
async function refusalOf(shown: SdsCredentials): Promise<number> {
  return (await clientWith(shown).ask('shop').ended).code;
}

await declare('shop', { clientAuthorities: ['issuing'] });
await rotate('shop');

describe('the listener for secrets', () => {
  it('sends a secret, and each new one at once, before the rotation is answered', async () => {
    const stream = (await reader()).ask('shop');
    const first = await stream.next();
    assert.equal(first.resources.length, 1);
    const [next] = await Promise.all([stream.next(), rotate('shop')]);
    assert.notEqual(next.version_info, first.version_info);
    assert.ok(Buffer.from(next.resources[0]?.value ?? []).includes('-----BEGIN PRIVATE KEY-----'));
    stream.cancel();
  });

  it('tells the target who has its secrets and who did not take them, in their own words', async () => {
    const stream = (await reader()).ask('shop');
    const { nonce } = await stream.next();
    const error_detail = { code: 13, message: 'no: -----BEGIN PRIVATE KEY-----\nabc' };
    stream.send({ resource_names: ['shop'], response_nonce: nonce, error_detail });
    // The answer to a name that is asked for after it shows that the rejection has been read.
    const names = ['shop', 'shop-cacert'];
    stream.send({ resource_names: names, response_nonce: nonce });
    await stream.next();
    const { sds } = (await targetOf('shop')).status;
    const told = sds.subscribers.map(({ resource, node, uri, state, error }) => {
      return { resource, node, uri, state, error };
    });
    const about = { node: 'n', uri: READER };
    assert.deepEqual(told[0], {
      ...{ resource: 'shop', ...about, state: 'rejected', error: 'no: [left out]' },
    });
    stream.cancel();
    const metrics = await fetch(`${service.distribution}/metrics`);
    assert.match(await metrics.text(), /certwright_sds_pushes_total\{result="rejected"\} 1/);
    const journal = (await call(service, '/v1/audit?limit=20')).text;
    assert.match(journal, /"action":"secret.rejected"/);
    assert.doesNotMatch(journal + service.output, /BEGIN PRIVATE KEY/);
  });

  it('gives nothing to a client with another URI, whether there is such a target or not', async () => {
    const client = clientWith(await issue({ uris: ['spiffe://example.org/edge/sds/bank'] }));
    const delta = client.delta();
    for (const name of ['shop', 'no-such-target']) {
      delta.send({ resource_names_subscribe: [name] });
      const { resources, removed_resources } = await delta.next();
      assert.deepEqual([resources, removed_resources], [[], [name]]);
      assert.equal(await client.fetch({ resource_names: [name] }), status.NOT_FOUND);
    }
    const silent = client.ask('shop', 'no-such-target');
    await rotate('shop');
    // What comes after the rotation on the other stream would have come on this one, too.
    delta.send({ resource_names_subscribe: ['one-more'] });
    await delta.next();
    assert.equal(silent.unread, 0);
    const { sds } = (await targetOf('shop')).status;
    assert.deepEqual(sds, { streams: 0, subscribers: [] });
    for (const stream of [delta, silent]) stream.cancel();
  });

  it('answers once for those who want no stream', async () => {
    const client = await reader();
    const found = await client.fetch({ resource_names: ['shop'] });
    assert.ok(typeof found === 'object' && found.resources.length === 1);
    const two = await client.fetch({ resource_names: ['shop', 'bank'] });
    assert.equal(two, status.INVALID_ARGUMENT);
  });

  it('lets new readers have it at once, and takes nothing away from former ones', async () => {
    await declare('moving', { readers: ['spiffe://example.org/before'] });
    await rotate('moving');
    const [former, later] = [
      clientWith(await issue({ uris: ['spiffe://example.org/before'] })).ask('moving'),
      clientWith(await issue({ uris: ['spiffe://example.org/after'] })).ask('moving'),
    ];
    const { version_info } = await former.next();
    const {
      status: _,
      warnings,
      name,
      ...target
    } = (await call(service, '/v1/rotation/targets/moving')).json<Record<string, unknown>>();
    const destination = { type: 'sds', readers: ['spiffe://example.org/after'] };
    const body = { ...target, destination };
    const [response] = await Promise.all([
      later.next(),
      call(service, '/v1/rotation/targets/moving', { method: 'PUT', body }),
    ]);
    assert.equal(response.version_info, version_info);
    const [next] = await Promise.all([later.next(), rotate('moving')]);
    assert.notEqual(next.version_info, version_info);
    assert.equal(former.unread, 0);
    for (const stream of [former, later]) stream.cancel();
  });

  it('knows the clients of an authority that was made a moment ago', async () => {
    const body = {
      ...{ name: 'fresh', kind: 'intermediate', parent: 'root', keyAlgorithm: 'ecdsa-p256' },
      ...{ subject: { commonName: 'Fresh' }, validity: '1y' },
    };
    assert.equal((await call(service, '/v1/authorities', { body })).status, 201);
    const stream = clientWith(await issue({ authority: 'fresh', uris: [READER] })).ask('shop');
    assert.equal((await stream.next()).resources.length, 1);
    stream.cancel();
  });

  it('hangs up on everybody else', async () => {
    const shown = await issue({ uris: [READER] });
    assert.equal(await refusalOf({ root }), status.UNAVAILABLE);
    const unnamed = await issue({ emailAddresses: ['a@example.org'] });
    assert.equal(await refusalOf(unnamed), status.UNAVAILABLE);
    const server = await issue({ profile: 'server', dnsNames: ['a.example'] });
    assert.equal(await refusalOf(server), status.UNAVAILABLE);
    const elsewhere = testCertificate({ commonName: 'issuing', isAuthority: true });
    const forged = testCertificate({ commonName: 'edge', issuer: elsewhere });
    const privateKey = String(forged.keys.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const chain = forged.pem + elsewhere.pem;
    assert.equal(await refusalOf({ root, certificate: chain, privateKey }), status.UNAVAILABLE);
    assert.equal(typeof (await clientWith(shown).fetch({ resource_names: ['shop'] })), 'object');
  });

  it('ends the streams of a client whose certificate ends, and lets it in no more', async () => {
    const short = await issue({ uris: [READER], validity: '5s' });
    const client = clientWith(short);
    const stream = client.ask('shop');
    await stream.next();
    const { code, details } = await stream.ended;
    assert.deepEqual([code, details], [status.UNAUTHENTICATED, 'the certificate has expired']);
    assert.equal(await refusalOf(short), status.UNAVAILABLE);
  });

  it('refuses another type and too many names, with the reason', async () => {
    const client = await reader();
    const stream = client.stream();
    stream.send({ type_url: 'type.googleapis.com/envoy.config.cluster.v3.Cluster' });
    assert.equal((await stream.ended).code, status.INVALID_ARGUMENT);
    const many = client.ask(...Array.from({ length: 300 }, (_, index) => `name-${index}`));
    assert.equal((await many.ended).code, status.RESOURCE_EXHAUSTED);
    const large = client.ask('a'.repeat(2 * 1024 * 1024));
    assert.equal((await large.ended).code, status.RESOURCE_EXHAUSTED);
  });

  it('follows what another service on the same database writes', async () => {
    const stream = (await reader()).ask('shop');
    const { version_info } = await stream.next();
    const other = await started(home, { PKI_SDS_LISTEN: '127.0.0.1:0', PKI_WORKERS: '1' });
    const [next] = await Promise.all([stream.next(), rotate('shop', other)]);
    assert.notEqual(next.version_info, version_info);
    stream.cancel();
    assert.equal((await other.stop()).status, 0);
  });

  it('goes on for others while clients say nothing, or nonsense', async () => {
    const port = portOf(service);
    const silent = Array.from({ length: 1_100 }, () => connect(port, '127.0.0.1'));
    for (const socket of silent) socket.on('error', () => undefined);
    const { certificate, privateKey } = await issue({ uris: [READER] });
    const pair = { cert: certificate, key: privateKey, ca: root, servername: 'localhost' };
    const rude = connectTls({ port, host: '127.0.0.1', ...pair, ALPNProtocols: ['h2'] });
    const isHungUpOn = new Promise((resolve) => {
      rude.resume().on('error', resolve).on('close', resolve);
    });
    rude.write('GET / HTTP/1.1\r\n\r\n'.repeat(1_000));
    await isHungUpOn;
    const stream = (await reader()).ask('shop');
    assert.equal((await stream.next()).resources.length, 1);
    stream.cancel();
    for (const socket of silent) socket.destroy();
  });

  it('is left by SIGTERM at once, with words, however many streams are open', async () => {
    const client = await reader();
    const streams = Array.from({ length: 50 }, () => client.ask('shop'));
    for (const stream of streams) await stream.next();
    const begin = performance.now();
    const ending = service.stop();
    for (const { ended } of streams) assert.equal((await ended).code, status.UNAVAILABLE);
    assert.equal((await ending).status, 0);
    assert.ok(performance.now() - begin < 10_000);
  });
});
