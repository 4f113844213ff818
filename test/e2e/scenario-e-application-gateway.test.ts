import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { Certwright, secretTarget } from './rig/certwright.ts';
import { clientFiles } from './rig/client-files.ts';
import { type Cluster, startCluster } from './rig/cluster.ts';
import { curl } from './rig/curl.ts';
import type { Envoy } from './rig/envoy.ts';
import { startGateway } from './rig/gateway.ts';
import { authorityExtensions, makeForeign, serverExtensions } from './rig/openssl-authority.ts';
import { certificatesIn } from './rig/pem.ts';
import { type Service, startService } from './rig/service.ts';
import { visit } from './rig/tls-client.ts';
import { startTlsServer, type TlsServerOptions } from './rig/tls-server.ts';
import { until } from './rig/until.ts';
import { newWorld } from './rig/world.ts';

const namespace = 'istio-system';
const host = 'webapp.istioinaction.io';
const name = 'webapp-credential';
const password = 'Passw0rd1234';

/** The most that Application Gateway takes for a listener's PFX (v2), and for a file of client authorities. */
const MAX_PFX_OCTETS = 16 * 1024;
const MAX_CLIENT_AUTHORITIES_OCTETS = 25 * 1024;

describe('E. Application Gateway, end to end TLS', () => {
  const world = newWorld();
  let cluster: Cluster;
  let service: Service;
  let certwright: Certwright;
  let envoy: Envoy;

  before(async () => {
    cluster = await startCluster(world);
    await cluster.api.createNamespace(namespace);
    service = await startService(world, { kubeconfig: cluster.kubeconfig });
    certwright = new Certwright(service);
    envoy = await startGateway(world, cluster, {
      namespace,
      hosts: [{ host, credentialName: name, mode: 'SIMPLE' }],
    });
    await certwright.declareTarget(secretTarget({ name, host, namespace }));
  });

  async function untilServed(serialNumber: string | null): Promise<void> {
    await until(`${serialNumber} is served`, async () => {
      const seen = await visit(envoy.httpsPort, { host });
      return seen.serialNumber === serialNumber;
    });
  }

  async function download(path: string, options = {}): Promise<{ file: string; octets: Buffer }> {
    const method = Object.keys(options).length > 0 ? 'POST' : 'GET';
    const reply = await service.call(method, path, options);
    assert.equal(reply.status, 200, reply.octets.toString('utf8'));
    const disposition = reply.headers['content-disposition'] ?? '';
    const fileName = /filename="?([^";]+)"?/.exec(disposition)?.[1] ?? assert.fail(disposition);
    const file = join(world.folder, fileName);
    writeFileSync(file, reply.octets);
    return { file, octets: reply.octets };
  }

  /** A listener that has only what was uploaded to it, as Application Gateway's has. */
  async function curlListener(options: TlsServerOptions, ...args: readonly string[]) {
    const { port } = await startTlsServer(world, options);
    return curl({ scheme: 'https', host, port }, ...args);
  }

  for (const encryption of ['modern', 'compat'] as const) {
    it(`E.1 listener: a PFX (${encryption}) holds key, leaf, intermediate and root, and serves`, async () => {
      const { serialNumber } = await certwright.issue({
        authority: 'issuing',
        profile: 'server',
        dnsNames: [host],
        keyAlgorithm: 'rsa-2048',
        storePrivateKey: true,
      });
      const body = { password, encryption };
      const { file, octets } = await download(`/v1/certificates/${serialNumber}/pfx`, { body });
      assert.equal(file, join(world.folder, `${host}.pfx`));
      assert.ok(octets.length <= MAX_PFX_OCTETS);
      assert.deepEqual(commonNamesIn(file), [host, ...(await authorityNames('issuing'))]);
      const pfx = { pfx: octets, passphrase: password };
      const run = await curlListener(pfx, '--cacert', service.rootFile);
      assert.deepEqual([run.exitStatus, run.httpStatus], [0, 200]);
    });
  }

  it("E.1 listener: a public authority's PEM files become a PFX, with a warning where its root is not known", async () => {
    const root = foreign('public-root', authorityExtensions);
    const issuing = foreign('public-issuing', authorityExtensions, root);
    const leaf = foreign(host, serverExtensions(host), issuing);
    const body = {
      privateKey: leaf.privateKey,
      certificates: issuing.certificate + leaf.certificate,
      password,
    };
    const reply = await service.call('POST', '/v1/pfx', { body });
    assert.equal(reply.status, 200, reply.octets.toString('utf8'));
    assert.equal(reply.headers['content-type'], 'application/x-pkcs12');
    assert.ok(reply.headers['certwright-warning'], 'a warning says that the root is missing');
    const file = join(world.folder, 'converted.pfx');
    writeFileSync(file, reply.octets);
    assert.deepEqual(commonNamesIn(file), [host, 'public-issuing']);
    const pfx = { pfx: reply.octets, passphrase: password };
    const run = await curlListener(pfx, '--cacert', root.certificateFile);
    assert.deepEqual([run.exitStatus, run.httpStatus], [0, 200]);
  });

  it('E.2 backend: the gateway presents leaf, intermediate and root, in that order', async () => {
    const { serialNumber } = await certwright.untilState(name, 'current');
    await untilServed(serialNumber);
    const presented = certificatesIn(
      execFileSync(
        'openssl',
        [
          ...['s_client', '-showcerts', '-servername', host],
          ...['-connect', `127.0.0.1:${envoy.httpsPort}`],
        ],
        { input: '', encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] },
      ),
    );
    assert.deepEqual(presented.map(commonNameOf), [host, ...(await authorityNames('issuing'))]);
  });

  it('E.2 backend: the root as Base-64 .cer verifies it, before and after leaf and intermediate are rotated', async () => {
    const { file, octets } = await download('/v1/authorities/root/certificate?format=cer');
    assert.equal(file, join(world.folder, 'root.cer'));
    const [root, ...rest] = certificatesIn(octets.toString('utf8'));
    assert.equal(rest.length, 0);
    assert.ok(root && new X509Certificate(root).ca);
    const backend = { scheme: 'https', host, port: envoy.httpsPort } as const;
    const probe = async () => (await curl(backend, '--cacert', file)).httpStatus;

    const { serialNumber } = await certwright.untilState(name, 'current');
    await untilServed(serialNumber);
    assert.equal(await probe(), 200);

    const rotated = await certwright.rotate(name);
    await untilServed(rotated.serialNumber);
    assert.equal(await probe(), 200);

    const next = { name: 'issuing-2', kind: 'intermediate', parent: 'root' };
    await certwright.createAuthority({ ...next, validity: '5y', pathLenConstraint: 0 });
    await certwright.replaceTarget(
      name,
      secretTarget({ name, host, namespace, authority: next.name }),
    );
    const after = await certwright.untilState(
      name,
      'current',
      {},
      (status) => status.serialNumber !== rotated.serialNumber,
    );
    await untilServed(after.serialNumber);
    assert.equal(await probe(), 200);
  });

  it('E.3 client certificates: one PEM of intermediates and then exactly one root admits our clients', async () => {
    const { octets } = await download('/v1/authorities/issuing/chain');
    assert.ok(octets.length <= MAX_CLIENT_AUTHORITIES_OCTETS);
    const text = octets.toString('utf8');
    assert.doesNotMatch(text, /PRIVATE KEY/);
    const chain = certificatesIn(text).map((pem) => new X509Certificate(pem));
    const selfIssued = chain.map(({ subject, issuer }) => subject === issuer);
    assert.deepEqual(selfIssued, [false, true]);

    const server = await certwright.issue({
      authority: 'issuing',
      profile: 'server',
      dnsNames: [host],
    });
    const client = await certwright.issue({
      authority: 'issuing',
      profile: 'client',
      subject: { commonName: 'client' },
    });
    const listener = {
      cert: server.certificate + server.chain,
      key: server.privateKey,
      clientAuthorities: octets,
    };
    const trust = ['--cacert', service.rootFile];
    const shown = clientFiles(world, client);
    assert.equal((await curlListener(listener, ...trust, ...shown)).httpStatus, 200);
    assert.notEqual((await curlListener(listener, ...trust)).exitStatus, 0);
  });

  it('E.4 the files are downloads with names of their own', async () => {
    const { serialNumber } = await certwright.issue({
      authority: 'issuing',
      profile: 'server',
      dnsNames: [`*.${host}`],
    });
    const { file } = await download(`/v1/certificates/${serialNumber}?format=fullchain`);
    assert.equal(file, join(world.folder, `_.${host}.fullchain.pem`));
    const chain = await download('/v1/authorities/issuing/chain');
    assert.equal(chain.file, join(world.folder, 'issuing.ca-chain.cert.pem'));
  });

  function foreign(
    foreignName: string,
    extensions: readonly string[],
    issuer?: ReturnType<typeof makeForeign>,
  ) {
    const issued = issuer === undefined ? {} : { issuer };
    return makeForeign(world.folder, { name: foreignName, extensions, ...issued });
  }

  async function authorityNames(authority: string): Promise<readonly string[]> {
    return certificatesIn(await certwright.chainOf(authority)).map(commonNameOf);
  }

  function commonNamesIn(file: string): readonly string[] {
    const pem = execFileSync(
      'openssl',
      ['pkcs12', '-in', file, '-nodes', '-passin', `pass:${password}`],
      { encoding: 'utf8', stdio: 'pipe' },
    );
    assert.match(pem, /BEGIN PRIVATE KEY/);
    return certificatesIn(pem).map(commonNameOf);
  }
});

function commonNameOf(pem: string): string {
  return /CN=(.*)/.exec(new X509Certificate(pem).subject)?.[1] ?? '';
}
