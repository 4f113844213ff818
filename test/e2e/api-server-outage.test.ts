import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { Certwright, secretTarget } from './rig/certwright.ts';
import { type Cluster, startCluster } from './rig/cluster.ts';
import type { Envoy } from './rig/envoy.ts';
import { startGateway } from './rig/gateway.ts';
import { secretPart } from './rig/kube-api.ts';
import { type Service, startService } from './rig/service.ts';
import { visit } from './rig/tls-client.ts';
import { until } from './rig/until.ts';
import { newWorld } from './rig/world.ts';

const namespace = 'istio-system';
const host = 'webapp.istioinaction.io';
const name = 'webapp-credential';

/** Back-off may have grown while the API server was down. */
const recovery = { withinMs: 90_000, everyMs: 200 };

describe('An API server that goes away and comes back', () => {
  const world = newWorld();
  let cluster: Cluster;
  let service: Service;
  let certwright: Certwright;
  let envoy: Envoy;
  let serialNumber: string | null;

  before(async () => {
    cluster = await startCluster(world);
    await cluster.api.createNamespace(namespace);
    const schedule = '* * * * * *';
    service = await startService(world, { kubeconfig: cluster.kubeconfig, schedule });
    certwright = new Certwright(service);
    const hosts = [{ host, credentialName: name, mode: 'SIMPLE' }] as const;
    envoy = await startGateway(world, cluster, { namespace, hosts });
    await certwright.declareTarget(secretTarget({ name, host, namespace }));
    ({ serialNumber } = await certwright.untilState(name, 'current'));
    await until('it is served', isServed);
    await cluster.stopApiServer();
  });

  const isServed = async () =>
    (await visit(envoy.httpsPort, { host })).serialNumber === serialNumber;

  it('makes the target failing, and says why', async () => {
    const { lastError } = await certwright.untilState(name, 'failing');
    assert.ok(lastError);
    const { outcome } = await certwright.rotate(name);
    assert.equal(outcome, 'failed');
  });

  it('leaves the gateway serving, and the service alive and issuing', async () => {
    assert.equal(await isServed(), true);
    assert.equal((await fetch(`${service.distribution}/livez`)).status, 200);
    await certwright.issue({ authority: 'issuing', profile: 'server', dnsNames: [host] });
  });

  it('is found again without any help, and rotation goes on', async () => {
    await cluster.startApiServer();
    await certwright.untilState(name, 'current', recovery);
    await cluster.api.deleteSecret(namespace, name);
    // The Secret and not the status: the one is written a moment before the other.
    serialNumber = await until('the deleted Secret is mended', async () => {
      const certificate = secretPart(await cluster.api.secret(namespace, name), 'tls.crt');
      return certificate ? new X509Certificate(certificate).serialNumber.toLowerCase() : undefined;
    });
    await until('it is served', isServed);
  });
});
