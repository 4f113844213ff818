import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { request as requestPlain } from 'node:http';
import { createServer, request as requestTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { Certwright, secretTarget } from './rig/certwright.ts';
import { type Cluster, startCluster } from './rig/cluster.ts';
import type { Envoy } from './rig/envoy.ts';
import { startGateway } from './rig/gateway.ts';
import { secretData, secretPart } from './rig/kube-api.ts';
import { kubectl } from './rig/kubectl.ts';
import { authorityExtensions, makeForeign, serverExtensions } from './rig/openssl-authority.ts';
import { realPart } from './rig/real-part.ts';
import { startService } from './rig/service.ts';
import { visit } from './rig/tls-client.ts';
import { Reader } from './rig/troubleshooting.ts';
import { until } from './rig/until.ts';
import { newWorld } from './rig/world.ts';

const namespace = 'istio-system';
const domain = 'istioinaction.io';
const webapp = `webapp.${domain}`;

/** The variables of the page for one host, whose target and Secret have the same name. */
function about(name: string) {
  return { HOST: `${name}.${domain}`, SECRET: `${name}-credential`, TARGET: `${name}-credential` };
}

describe('docs/troubleshooting.md, at a gateway', () => {
  const world = newWorld();
  let cluster: Cluster;
  let certwright: Certwright;
  let envoy: Envoy;
  let reader: Reader;

  before(async () => {
    cluster = await startCluster(world);
    await cluster.api.createNamespace(namespace);
    kubectl(cluster.kubeconfig, ['apply', '--server-side', '-f', realPart('istioCrds')]);
    // With the right to watch, it would mend what these tests break before anybody could see it.
    const role = ['create', 'role', 'certwright', '--verb=get,create,patch', '--resource=secrets'];
    const binding = ['create', 'rolebinding', 'certwright', '--role=certwright'];
    kubectl(cluster.kubeconfig, ['--namespace', namespace, ...role]);
    kubectl(cluster.kubeconfig, ['--namespace', namespace, ...binding, '--user=restricted']);
    const service = await startService(world, { kubeconfig: cluster.kubeconfigFor('restricted') });
    certwright = new Certwright(service);
    reader = new Reader(service, { cluster, folder: mkdtempSync(join(world.folder, 'reader-')) });
    await declare('webapp');
    await declare('partner', {
      destination: { secretType: 'Opaque', clientAuthorities: ['issuing'] },
    });
    const host = (name: string) => ({
      host: `${name}.${domain}`,
      credentialName: `${name}-credential`,
      mode: name === 'partner' ? ('MUTUAL' as const) : ('SIMPLE' as const),
      httpsRedirect: true,
    });
    envoy = await startGateway(world, cluster, {
      namespace,
      hosts: ['webapp', 'partner', 'catalog', 'shop', 'short'].map(host),
    });
  });

  async function declare(name: string, changes: object = {}): Promise<void> {
    const { HOST: host, TARGET } = about(name);
    await certwright.declareTarget(secretTarget({ name: TARGET, host, namespace, ...changes }));
    await certwright.untilState(TARGET, 'current');
  }

  function variables(name: string) {
    return { ...about(name), PORT: String(envoy.httpsPort), NAMESPACE: namespace };
  }

  /** Both blocks of the page about one fault. */
  async function seesAndMends(fault: string, name: string): Promise<void> {
    await reader.sees(fault, variables(name));
    await reader.mends(fault, variables(name));
  }

  it('curl 35: no server for the name, which a request to an address sends too late', async () => {
    const gateway = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'Gateway',
      metadata: { name: 'ingress', namespace },
      spec: {
        selector: { istio: 'ingressgateway' },
        servers: [
          {
            port: { number: 443, name: 'https', protocol: 'HTTPS' },
            hosts: [webapp],
            tls: { mode: 'SIMPLE', credentialName: 'webapp-credential' },
          },
        ],
      },
    };
    const input = JSON.stringify(gateway);
    kubectl(cluster.kubeconfig, ['apply', '--server-side', '-f', '-'], { input });
    await seesAndMends('curl-35-name', 'webapp');
  });

  it('curl 35: no Secret', async () => {
    await seesAndMends('curl-35-secret', 'catalog');
  });

  it('curl 60: the root is not trusted', async () => {
    await seesAndMends('curl-60-root', 'webapp');
  });

  it('curl 60: a certificate for another name', async () => {
    await declare('shop', { host: `old.${domain}` });
    await seesAndMends('curl-60-name', 'shop');
  });

  it('curl 56: no client certificate', async () => {
    await seesAndMends('curl-56', 'partner');
  });

  it('curl 56: unknown ca, where a stale -cacert wins', async () => {
    const extensions = authorityExtensions;
    const { certificate } = makeForeign(world.folder, { name: 'left-over', extensions });
    await cluster.api.createSecret(namespace, {
      metadata: { name: 'partner-credential-cacert' },
      data: secretData({ cacert: certificate }),
    });
    await seesAndMends('stale-cacert', 'partner');
  });

  it('KEY_VALUES_MISMATCH: Envoy says so and goes on with what it has, and the same certificate is put back', async () => {
    const name = 'webapp-credential';
    const { serialNumber } = await certwright.targetStatus(name);
    const other = await cluster.api.secret(namespace, 'shop-credential');
    const data = secretData({ 'tls.key': secretPart(other, 'tls.key') ?? '' });
    await cluster.api.patchSecret(namespace, name, { data });
    await until('Envoy refuses the pair', () => envoy.output().includes('KEY_VALUES_MISMATCH'));
    const served = await visit(envoy.httpsPort, { host: webapp });
    assert.equal(served.serialNumber, serialNumber);
    await seesAndMends('mismatch', 'webapp');
    assert.equal((await certwright.targetStatus(name)).serialNumber, serialNumber);
  });

  it('stale: entries that istiod reads first', async () => {
    const name = 'somebody-else';
    const extensions = serverExtensions(webapp);
    const { certificate, privateKey } = makeForeign(world.folder, { name, extensions });
    const data = secretData({ cert: certificate, key: privateKey });
    await cluster.api.patchSecret(namespace, 'webapp-credential', { data });
    await seesAndMends('generic-pair', 'webapp');
  });

  it('curl 47: a front that speaks plain HTTP to a gateway that redirects; over HTTPS it is answered', async () => {
    const front = await startFront();
    const known = { ...variables('webapp'), FRONT: front.port };
    await reader.sees('redirect-loop', known);
    front.speakHttps();
    const fetched = await reader.output(
      'curl -sS --location --cacert "$CA" --resolve "$HOST:$FRONT:$GATEWAY" "https://$HOST:$FRONT/"',
      known,
    );
    assert.equal(fetched, `this is ${webapp}\n`);
  });

  /** What an Application Gateway is to the gateway: it ends TLS, and asks anew. */
  async function startFront() {
    const leaf = await certwright.issue({
      ...{ authority: 'issuing', profile: 'server', dnsNames: [webapp] },
    });
    let isHttps = false;
    const server = createServer(
      { cert: leaf.certificate + leaf.chain, key: leaf.privateKey },
      (incoming, answer) => {
        const { headers, url: path } = incoming;
        const backend = isHttps
          ? requestTls({
              ...{ host: '127.0.0.1', port: envoy.httpsPort, servername: webapp },
              ...{ headers, path, rejectUnauthorized: false, agent: false },
            })
          : requestPlain({ host: '127.0.0.1', port: envoy.httpPort, headers, path, agent: false });
        backend.once('response', (found) => {
          answer.writeHead(found.statusCode ?? 0, found.headers);
          found.pipe(answer);
        });
        backend.end();
      },
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    world.defer(async () => {
      server.close();
      server.closeAllConnections();
    });
    const { port } = server.address() as AddressInfo;
    return {
      port: String(port),
      speakHttps: () => {
        isHttps = true;
      },
    };
  }

  it('curl 60: it has expired, and Envoy serves it', async () => {
    await declare('short', { spec: { validity: '12s' } });
    const name = 'short-credential';
    const { notAfter } = await certwright.targetStatus(name);
    await until('it has expired', () => Date.now() > Date.parse(notAfter ?? '') + 1_000);
    await seesAndMends('curl-60-expired', 'short');
  });
});
