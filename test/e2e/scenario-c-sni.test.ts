import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Certwright, secretTarget } from './rig/certwright.ts';
import { startCluster } from './rig/cluster.ts';
import type { Envoy } from './rig/envoy.ts';
import { startGateway } from './rig/gateway.ts';
import { startService } from './rig/service.ts';
import { visit } from './rig/tls-client.ts';
import { until } from './rig/until.ts';
import { newWorld } from './rig/world.ts';

const namespace = 'istio-system';

/** Each host has its own certificate, key and Secret; the authorities make the difference. */
const hosts = [
  { host: 'webapp.istioinaction.io', name: 'webapp-credential', authority: 'issuing' },
  { host: 'catalog.istioinaction.io', name: 'catalog-credential', authority: 'catalog-issuing' },
  { host: 'payments.istioinaction.io', name: 'payments-credential', authority: 'payments-issuing' },
] as const;
const [webapp, catalog, payments] = hosts;

describe('C. Several hosts on one port (SNI)', () => {
  const world = newWorld();
  let certwright: Certwright;
  let envoy: Envoy;

  before(async () => {
    const cluster = await startCluster(world);
    await cluster.api.createNamespace(namespace);
    certwright = new Certwright(await startService(world, { kubeconfig: cluster.kubeconfig }));
    await certwright.createAuthority({ name: 'catalog-root', kind: 'root', validity: '20y' });
    const intermediate = { kind: 'intermediate', validity: '5y', pathLenConstraint: 0 };
    await certwright.createAuthority({
      ...intermediate,
      name: 'catalog-issuing',
      parent: 'catalog-root',
    });
    await certwright.createAuthority({
      ...intermediate,
      name: 'payments-issuing',
      parent: 'root',
    });
    envoy = await startGateway(world, cluster, {
      namespace,
      hosts: hosts.map(({ host, name }) => ({ host, credentialName: name, mode: 'SIMPLE' })),
    });
    for (const { host, name, authority } of hosts) {
      await certwright.declareTarget(secretTarget({ name, host, namespace, authority }));
    }
    for (const { name } of hosts) await untilServed(name);
  });

  async function untilServed(name: string): Promise<void> {
    const { serialNumber } = await certwright.untilState(name, 'current');
    await until(`${name} is served`, async () => {
      const served = await envoy.servedSerialNumbers();
      return served.some((one) => one === serialNumber);
    });
  }

  async function isVerified(host: string, authority: string): Promise<boolean> {
    const ca = await certwright.chainOf(authority);
    const seen = await visit(envoy.httpsPort, { host, ca });
    assert.equal(seen.status, 200);
    return seen.isVerified;
  }

  it("C the client's SNI picks the certificate", async () => {
    for (const { host, name } of hosts) {
      const { serialNumber } = await certwright.targetStatus(name);
      const seen = await visit(envoy.httpsPort, { host });
      assert.equal(seen.serialNumber, serialNumber);
      assert.match(seen.body, new RegExp(host));
    }
  });

  it("C under two roots each host verifies with its own chain and not with the other's", async () => {
    assert.equal(await isVerified(webapp.host, webapp.authority), true);
    assert.equal(await isVerified(catalog.host, catalog.authority), true);
    assert.equal(await isVerified(webapp.host, catalog.authority), false);
    assert.equal(await isVerified(catalog.host, webapp.authority), false);
  });

  it('C under one root with two intermediates both hosts verify with either chain file', async () => {
    for (const { host } of [webapp, payments]) {
      for (const { authority } of [webapp, payments]) {
        assert.equal(await isVerified(host, authority), true, `${host} with ${authority}`);
      }
    }
  });
});
