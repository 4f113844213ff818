import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { Certwright, type IssuedCertificate, secretTarget } from './rig/certwright.ts';
import { clientFiles } from './rig/client-files.ts';
import { type Cluster, startCluster } from './rig/cluster.ts';
import { curl } from './rig/curl.ts';
import type { Envoy } from './rig/envoy.ts';
import { startGateway } from './rig/gateway.ts';
import { secretPart } from './rig/kube-api.ts';
import { authorityExtensions, clientExtensions, makeForeign } from './rig/openssl-authority.ts';
import { certificatesIn } from './rig/pem.ts';
import { type Service, startService } from './rig/service.ts';
import { type Visit, visit } from './rig/tls-client.ts';
import { until } from './rig/until.ts';
import { newWorld } from './rig/world.ts';

const namespace = 'istio-system';
const webapp = 'webapp.istioinaction.io';
const open = 'open.istioinaction.io';
const name = 'webapp-credential-mtls';

describe('B. Ingress gateway, mutual TLS', () => {
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
    await certwright.createAuthority({
      name: 'partners',
      kind: 'intermediate',
      parent: 'root',
      validity: '3650d',
      pathLenConstraint: 0,
    });
    envoy = await startGateway(world, cluster, {
      namespace,
      hosts: [
        { host: webapp, credentialName: name, mode: 'MUTUAL', httpsRedirect: true },
        { host: open, credentialName: 'open-credential', mode: 'MUTUAL', httpsRedirect: true },
      ],
    });
  });

  const clientOf = (authority: string, more: object = {}) =>
    certwright.issue({ authority, profile: 'client', subject: { commonName: 'client' }, ...more });

  /** Shows a certificate with the path above it, as a client's `--cert` file does. */
  async function visitAs(
    host: string,
    client?: Omit<IssuedCertificate, 'notAfter'>,
  ): Promise<Visit> {
    const ca = await certwright.chainOf('issuing');
    if (client === undefined) return visit(envoy.httpsPort, { host, ca });
    const { privateKey } = client;
    const certificate = client.certificate + client.chain;
    return visit(envoy.httpsPort, { host, ca, certificate, privateKey });
  }

  async function assertRefused(client: IssuedCertificate | undefined, alert: RegExp) {
    const seen = await visitAs(webapp, client);
    assert.equal(seen.status, undefined, 'no HTTP answer');
    assert.match(seen.refusal ?? 'not refused', alert);
  }

  it('B.1 lands as an Opaque Secret with tls.key, tls.crt and ca.crt, which holds only the named authority', async () => {
    const destination = { secretType: 'Opaque', clientAuthorities: ['issuing'] };
    await certwright.declareTarget(secretTarget({ name, host: webapp, namespace, destination }));
    const { serialNumber } = await certwright.untilState(name, 'current');
    const secret = await cluster.api.secret(namespace, name);
    assert.equal(secret?.type, 'Opaque');
    assert.deepEqual(Object.keys(secret.data ?? {}).sort(), ['ca.crt', 'tls.crt', 'tls.key']);
    const anchors = certificatesIn(secretPart(secret, 'ca.crt') ?? '').map(fingerprintOf);
    assert.deepEqual(anchors, [fingerprintOf(await certwright.certificateOf('issuing'))]);
    await until('the certificate is served', async () => {
      const served = await envoy.servedSerialNumbers();
      return served.some((one) => one === serialNumber);
    });
  });

  it('B.2 accepts a client certificate of the named authority', async () => {
    const seen = await visitAs(webapp, await clientOf('issuing'));
    assert.deepEqual([seen.isVerified, seen.status, seen.refusal], [true, 200, undefined]);
  });

  it('B.2 curl succeeds with --cert and --key, and not without', async () => {
    const shown = clientFiles(world, await clientOf('issuing'));
    const target = { scheme: 'https', host: webapp, port: envoy.httpsPort } as const;
    const trust = ['--http1.1', '--cacert', service.rootFile];
    const run = await curl(target, ...trust, ...shown);
    assert.deepEqual([run.exitStatus, run.httpStatus], [0, 200]);
    assert.notEqual((await curl(target, ...trust)).exitStatus, 0);
  });

  it('B.2 refuses a client without a certificate: alert 116, after its own handshake is done', async () => {
    await assertRefused(undefined, /certificate required/);
  });

  it("B.2 refuses a certificate of somebody else's authority", async () => {
    const authority = makeForeign(world.folder, {
      name: 'foreign-authority',
      // The same name as ours: what counts is the key.
      commonName: new X509Certificate(await certwright.certificateOf('issuing')).subject.replace(
        /^[\s\S]*CN=/,
        '',
      ),
      extensions: authorityExtensions,
    });
    const foreign = makeForeign(world.folder, {
      name: 'foreign-client',
      issuer: authority,
      extensions: clientExtensions('client'),
    });
    const client = { ...foreign, chain: authority.certificate, notAfter: '' };
    await assertRefused(client, /unknown ca/);
  });

  it('B.2 refuses a certificate of a sibling authority under the same root', async () => {
    await assertRefused(await clientOf('partners'), /unknown ca/);
  });

  it('B.2 refuses an expired certificate', async () => {
    const expiring = await clientOf('issuing', { validity: '4s' });
    const accepted = await visitAs(webapp, expiring);
    assert.equal(accepted.status, 200, 'it is good while it lasts');
    await until('it has expired', () => Date.now() > Date.parse(expiring.notAfter) + 1_000);
    await assertRefused(expiring, /expired/);
  });

  it("B.2 refuses a server's certificate", async () => {
    const server = await certwright.issue({
      authority: 'issuing',
      profile: 'server',
      dnsNames: [webapp],
    });
    await assertRefused(server, /unsupported certificate/);
  });

  it('B.2 lets in clients of sibling authorities where the target says clientTrust: root', async () => {
    const destination = { clientAuthorities: ['issuing'], clientTrust: 'root' };
    const target = secretTarget({ name: 'open-credential', host: open, namespace, destination });
    await certwright.declareTarget(target);
    await certwright.untilState('open-credential', 'current');
    const sibling = await clientOf('partners');
    await until('it is let in', async () => (await visitAs(open, sibling)).status === 200);
  });

  it('B.2 redirects plain HTTP for the host, or mutual TLS would be bypassed', async () => {
    const run = await curl({ scheme: 'http', host: webapp, port: envoy.httpPort });
    assert.equal(run.httpStatus, 301);
  });

  it('B.3 the gateway shows the credential and its -cacert as active, with our serial number', async () => {
    const active = await envoy.activeSecretNames();
    assert.ok(active.includes(`kubernetes://${name}`));
    assert.ok(active.includes(`kubernetes://${name}-cacert`));
    const { serialNumber } = await certwright.targetStatus(name);
    assert.ok((await envoy.servedSerialNumbers()).includes(String(serialNumber)));
  });
});

function fingerprintOf(pem: string): string {
  return new X509Certificate(pem).fingerprint256;
}
