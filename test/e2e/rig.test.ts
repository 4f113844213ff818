import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { type Cluster, startCluster } from './rig/cluster.ts';
import { curl } from './rig/curl.ts';
import type { Envoy } from './rig/envoy.ts';
import { startGateway } from './rig/gateway.ts';
import { secretData } from './rig/kube-api.ts';
import {
  authorityExtensions,
  clientExtensions,
  type ForeignCertificate,
  makeForeign,
  serverExtensions,
} from './rig/openssl-authority.ts';
import { visit } from './rig/tls-client.ts';
import { until } from './rig/until.ts';
import { newWorld } from './rig/world.ts';

const namespace = 'istio-system';
const simple = 'simple.example.org';
const mutual = 'mutual.example.org';
const absent = 'absent.example.org';
const sentinel = 'sentinel.example.org';

// The rig is proved with openssl's certificates, so that what the other files find is the service's doing.
describe('the rig, without Certwright', () => {
  const world = newWorld();
  let cluster: Cluster;
  let envoy: Envoy;
  let authority: ForeignCertificate;

  before(async () => {
    cluster = await startCluster(world);
    await cluster.api.createNamespace(namespace);
    authority = foreign('authority', authorityExtensions);
    envoy = await startGateway(world, cluster, {
      namespace,
      hosts: [
        { host: simple, credentialName: 'simple', mode: 'SIMPLE', httpsRedirect: true },
        { host: mutual, credentialName: 'mutual', mode: 'MUTUAL' },
        { host: absent, credentialName: 'absent', mode: 'SIMPLE' },
        { host: sentinel, credentialName: 'sentinel', mode: 'SIMPLE' },
      ],
    });
  });

  function foreign(
    name: string,
    extensions: readonly string[],
    issuer?: ForeignCertificate,
  ): ForeignCertificate {
    return makeForeign(world.folder, { name, extensions, ...(issuer ? { issuer } : {}) });
  }

  function serverFor(host: string, name: string): ForeignCertificate {
    return foreign(name, serverExtensions(host), authority);
  }

  async function putSecret(name: string, parts: Readonly<Record<string, string>>): Promise<void> {
    const existing = await cluster.api.secret(namespace, name);
    const data = secretData(parts);
    if (existing) await cluster.api.patchSecret(namespace, name, { data });
    else await cluster.api.createSecret(namespace, { metadata: { name }, data });
  }

  function pair(one: ForeignCertificate) {
    return { 'tls.crt': one.certificate, 'tls.key': one.privateKey };
  }

  async function untilServed(host: string, one: ForeignCertificate, withinMs = 1_000) {
    return until(
      `${host} serves ${one.serialNumber}`,
      async () => {
        const seen = await visit(envoy.httpsPort, { host, ca: authority.certificate });
        return seen.serialNumber === one.serialNumber ? seen : undefined;
      },
      { withinMs, everyMs: 20 },
    );
  }

  /** Events come in order: once a Secret written last is served, all before it has been seen. */
  async function untilFollowed(name: string): Promise<void> {
    const server = serverFor(sentinel, name);
    await putSecret('sentinel', pair(server));
    await untilServed(sentinel, server);
  }

  it('serves what a Secret holds, and answers with the name of the host', async () => {
    const server = serverFor(simple, 'simple-1');
    await putSecret('simple', pair(server));
    const seen = await untilServed(simple, server);
    assert.equal(seen.isVerified, true);
    assert.equal(seen.status, 200);
    assert.match(seen.body, /this is simple\.example\.org/);
    assert.ok((await envoy.servedSerialNumbers()).includes(server.serialNumber));
    assert.ok((await envoy.activeSecretNames()).includes('kubernetes://simple'));
  });

  it('serves a changed Secret within a second', async () => {
    const server = serverFor(simple, 'simple-2');
    await putSecret('simple', pair(server));
    await untilServed(simple, server);
  });

  it('keeps serving what a Secret held after it is deleted, and follows the one made after it', async () => {
    const before = await visit(envoy.httpsPort, { host: simple });
    await cluster.api.deleteSecret(namespace, 'simple');
    await untilFollowed('after-deletion');
    assert.equal(
      (await visit(envoy.httpsPort, { host: simple })).serialNumber,
      before.serialNumber,
    );

    const server = serverFor(simple, 'simple-3');
    await putSecret('simple', pair(server));
    await untilServed(simple, server);
  });

  it('pushes nothing of an incomplete Secret', async () => {
    const server = serverFor(absent, 'absent-1');
    await putSecret('absent', { 'tls.crt': server.certificate, 'tls.key': '' });
    await untilFollowed('after-incomplete');
    assert.match((await visit(envoy.httpsPort, { host: absent })).refusal ?? '', /ECONNRESET/);
    await putSecret('absent', pair(server));
    await untilServed(absent, server);
  });

  it('passes a pair that does not match, and Envoy goes on with the old one', async () => {
    const [first, second] = [serverFor(simple, 'simple-4'), serverFor(simple, 'simple-5')];
    await putSecret('simple', pair(first));
    await untilServed(simple, first);
    await putSecret('simple', { 'tls.crt': second.certificate });
    await untilFollowed('after-mismatch');
    assert.equal((await visit(envoy.httpsPort, { host: simple })).serialNumber, first.serialNumber);
    await putSecret('simple', { 'tls.key': second.privateKey });
    await untilServed(simple, second);
  });

  it('takes `cert` and `key` before `tls.crt` and `tls.key`', async () => {
    const [generic, standard] = [serverFor(simple, 'generic'), serverFor(simple, 'standard')];
    await putSecret('simple', {
      ...pair(standard),
      cert: generic.certificate,
      key: generic.privateKey,
    });
    await untilServed(simple, generic);
    await cluster.api.patchSecret(namespace, 'simple', { data: { cert: null, key: null } });
    await untilServed(simple, standard);
  });

  it('checks clients against `cacert` before `ca.crt`, and the `-cacert` Secret before both', async () => {
    const server = serverFor(mutual, 'mutual-1');
    const names = ['first', 'second', 'third'] as const;
    const authorities = names.map((name) => foreign(`${name}-authority`, authorityExtensions));
    const clients = authorities.map((issuer, index) =>
      foreign(`${names[index]}-client`, clientExtensions('client'), issuer),
    );
    const [first, second, third] = authorities.map(({ certificate }) => certificate);
    const admitted = async (client: ForeignCertificate) => {
      const { certificate, privateKey } = client;
      const seen = await visit(envoy.httpsPort, { host: mutual, certificate, privateKey });
      return seen.status === 200;
    };
    const untilOnlyAdmits = async (expected: number) =>
      until(`only the ${names[expected]} client is admitted`, async () => {
        const answers = await Promise.all(clients.map(admitted));
        return answers.every((answer, index) => answer === (index === expected));
      });

    await putSecret('mutual', { ...pair(server), 'ca.crt': first ?? '' });
    await untilOnlyAdmits(0);
    await putSecret('mutual', { cacert: second ?? '' });
    await untilOnlyAdmits(1);
    await putSecret('mutual-cacert', { 'ca.crt': third ?? '' });
    await untilOnlyAdmits(2);
    await cluster.api.deleteSecret(namespace, 'mutual-cacert');
    await untilOnlyAdmits(1);
  });

  it('resets a connection for a host of no server before any certificate is sent', async () => {
    const run = await curl({ scheme: 'https', host: 'localhost', port: envoy.httpsPort });
    assert.equal(run.exitStatus, 35);
  });

  it('redirects plain HTTP where the host says so, and only there', async () => {
    const redirected = await curl({ scheme: 'http', host: simple, port: envoy.httpPort });
    assert.equal(redirected.httpStatus, 301);
    const plain = await curl({ scheme: 'http', host: mutual, port: envoy.httpPort });
    assert.equal(plain.httpStatus, 404);
  });

  it('follows the Secrets again after the API server was down', async () => {
    await cluster.stopApiServer();
    await cluster.startApiServer();
    const server = serverFor(simple, 'simple-6');
    await putSecret('simple', pair(server));
    await untilServed(simple, server, 5_000);
  });
});
