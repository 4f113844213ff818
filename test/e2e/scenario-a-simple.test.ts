import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { Certwright, secretTarget } from './rig/certwright.ts';
import { type Cluster, startCluster } from './rig/cluster.ts';
import { curl } from './rig/curl.ts';
import type { Envoy } from './rig/envoy.ts';
import { startGateway } from './rig/gateway.ts';
import { secretPart } from './rig/kube-api.ts';
import { certificatesIn } from './rig/pem.ts';
import { type Service, startService } from './rig/service.ts';
import { visit } from './rig/tls-client.ts';
import { until } from './rig/until.ts';
import { newWorld } from './rig/world.ts';

const namespace = 'istio-system';
const webapp = 'webapp.istioinaction.io';
const mislabelled = 'mislabelled.istioinaction.io';
const subject = {
  country: 'US',
  stateOrProvince: 'Denial',
  locality: 'Springfield',
  organization: 'Dis',
  commonName: webapp,
};

describe('A. Ingress gateway, one-way TLS', () => {
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
      hosts: [
        {
          host: webapp,
          credentialName: 'webapp-credential',
          mode: 'SIMPLE',
          httpsRedirect: true,
        },
        { host: mislabelled, credentialName: 'webapp-credential', mode: 'SIMPLE' },
      ],
    });
  });

  for (const keyAlgorithm of ['rsa-2048', 'ecdsa-p256']) {
    it(`A.1 issues for the host under an intermediate under a root, with ${keyAlgorithm}`, async () => {
      const request = { authority: 'issuing', profile: 'server', subject, dnsNames: [webapp] };
      const issued = await certwright.issue({ ...request, keyAlgorithm });
      const [intermediate, root] = certificatesIn(issued.chain);
      const files = { leaf: issued.certificate, intermediate, root };
      for (const [name, pem] of Object.entries(files)) {
        writeFileSync(join(world.folder, `${name}.pem`), String(pem));
      }
      const said = execFileSync(
        'openssl',
        [
          ...['verify', '-x509_strict', '-purpose', 'sslserver', '-verify_hostname', webapp],
          ...['-CAfile', 'root.pem', '-untrusted', 'intermediate.pem', 'leaf.pem'],
        ],
        { cwd: world.folder, encoding: 'utf8' },
      );
      assert.match(said, /leaf\.pem: OK/);
      const leaf = new X509Certificate(issued.certificate);
      const attributes = leaf.subject.split('\n').sort();
      assert.deepEqual(attributes, ['C=US', `CN=${webapp}`, 'L=Springfield', 'O=Dis', 'ST=Denial']);
      assert.equal(leaf.subjectAltName, `DNS:${webapp}`);
    });
  }

  it("A.2 lands as a Secret of type kubernetes.io/tls in the gateway's namespace, and is served on its port", async () => {
    await certwright.declareTarget(
      secretTarget({ name: 'webapp-credential', host: webapp, namespace, spec: { subject } }),
    );
    const { serialNumber } = await certwright.untilState('webapp-credential', 'current');
    const secret = await cluster.api.secret(namespace, 'webapp-credential');
    assert.equal(secret?.type, 'kubernetes.io/tls');
    assert.deepEqual(Object.keys(secret.data ?? {}).sort(), ['tls.crt', 'tls.key']);
    const path = certificatesIn(secretPart(secret, 'tls.crt') ?? '');
    assert.equal(path.length, 3, 'leaf, intermediate and root');

    const ca = await certwright.chainOf('issuing');
    const served = await until('the certificate is served', async () => {
      const seen = await visit(envoy.httpsPort, { host: webapp, ca });
      return seen.serialNumber === serialNumber ? seen : undefined;
    });
    assert.equal(served.isVerified, true);
    assert.equal(served.status, 200);
  });

  it('A.3 curl succeeds with our chain as --cacert', async () => {
    const chainFile = join(world.folder, 'issuing.ca-chain.cert.pem');
    writeFileSync(chainFile, await certwright.chainOf('issuing'));
    for (const file of [chainFile, service.rootFile]) {
      const run = await curl(https(webapp), '--cacert', file);
      assert.deepEqual([run.exitStatus, run.httpStatus], [0, 200]);
    }
  });

  it('A.3 curl fails to verify without --cacert: status 60', async () => {
    assert.equal((await curl(https(webapp))).exitStatus, 60);
  });

  it('A.3 a host that no server of the Gateway names is reset before any certificate is sent: curl status 35', async () => {
    const run = await curl(https('localhost'), '--cacert', service.rootFile);
    assert.equal(run.exitStatus, 35);
    const seen = await visit(envoy.httpsPort, { host: 'localhost' });
    assert.deepEqual([seen.serialNumber, seen.refusal], [undefined, 'ECONNRESET']);
  });

  it('A.3 a served certificate that lacks the asked name: curl status 60', async () => {
    const run = await curl(https(mislabelled), '--cacert', service.rootFile);
    assert.equal(run.exitStatus, 60);
  });

  it('A.3 plain HTTP is redirected with 301 where the Gateway says httpsRedirect', async () => {
    const run = await curl({ scheme: 'http', host: webapp, port: envoy.httpPort });
    assert.equal(run.httpStatus, 301);
    assert.match(run.redirectUrl, /^https:\/\/webapp\.istioinaction\.io[:/]/);
  });

  function https(host: string) {
    return { scheme: 'https', host, port: envoy.httpsPort } as const;
  }
});
