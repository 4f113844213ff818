import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { connectAgainAndAgain, holdOneConnection } from './rig/background-load.ts';
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
const scheduled = { host: 'webapp.istioinaction.io', name: 'webapp-credential' };
const onDemand = { host: 'catalog.istioinaction.io', name: 'catalog-credential' };

/** From the moment at which a test first reads the new Secret, which is a little after the write. */
const SERVED_WITHIN_MS = 5_000;

/** Due four seconds after it was issued, and good for an hour. */
const quickly = { validity: '1h', renewBefore: '3596s' };

describe('D. Rotation, picked up by SDS', () => {
  const world = newWorld();
  let cluster: Cluster;
  let service: Service;
  let certwright: Certwright;
  let envoy: Envoy;
  let ca: string;

  before(async () => {
    cluster = await startCluster(world);
    await cluster.api.createNamespace(namespace);
    const schedule = '* * * * * *';
    service = await startService(world, { kubeconfig: cluster.kubeconfig, schedule });
    certwright = new Certwright(service);
    ca = await certwright.chainOf('issuing');
    envoy = await startGateway(world, cluster, {
      namespace,
      hosts: [scheduled, onDemand].map(({ host, name }) => ({
        host,
        credentialName: name,
        mode: 'SIMPLE',
      })),
    });
    await certwright.declareTarget(secretTarget({ ...onDemand, namespace }));
    await certwright.declareTarget(secretTarget({ ...scheduled, namespace, spec: quickly }));
    for (const { host, name } of [onDemand, scheduled]) {
      await certwright.untilState(name, 'current');
      await until(`${host} is served`, async () => (await servedAt(host)) !== undefined);
    }
  });

  const servedAt = async (host: string) => (await visit(envoy.httpsPort, { host })).serialNumber;

  async function writtenLeaf(name: string): Promise<X509Certificate> {
    const secret = await cluster.api.secret(namespace, name);
    return new X509Certificate(secretPart(secret, 'tls.crt') ?? '');
  }

  /** Waits for a Secret that is not `old`, then until it is served, and tells how long that took. */
  async function followOneRotation(host: string, name: string, old: X509Certificate) {
    const written = await until(
      'the Secret changes',
      async () => {
        const leaf = await writtenLeaf(name);
        return leaf.serialNumber === old.serialNumber ? undefined : leaf;
      },
      { everyMs: 20 },
    );
    const writtenAt = Date.now();
    const isNewer = async () => (await servedAt(host)) === written.serialNumber.toLowerCase();
    await until('the new serial number is served', isNewer, { everyMs: 20 });
    return { written, servedAfterMs: Date.now() - writtenAt };
  }

  it('D on the schedule: no request fails, the new certificate is served within 5 s, the old connection goes on', async () => {
    const { host, name } = scheduled;
    const target = { port: envoy.httpsPort, host, ca };
    const clients = {
      held: holdOneConnection(world, target),
      fresh: connectAgainAndAgain(world, target),
    };
    await until('both have begun', () =>
      Object.values(clients).every((client) => client.sofar().requests > 3),
    );
    let old = await writtenLeaf(name);
    for (let rotation = 0; rotation < 2; rotation += 1) {
      const { written, servedAfterMs } = await followOneRotation(host, name, old);
      assert.ok(servedAfterMs < SERVED_WITHIN_MS, `served after ${servedAfterMs} ms`);
      assert.ok(old.validToDate.getTime() > Date.now(), 'the old one is still valid');
      assert.notDeepEqual(
        written.publicKey.export({ type: 'spki', format: 'der' }),
        old.publicKey.export({ type: 'spki', format: 'der' }),
        'a new key',
      );
      old = written;
    }
    const asked = { held: clients.held.sofar().requests, fresh: clients.fresh.sofar().requests };
    await until(
      'both have asked on after the last rotation',
      () =>
        clients.held.sofar().requests > asked.held + 3 &&
        clients.fresh.sofar().requests > asked.fresh + 3,
    );
    const [held, fresh] = [await clients.held.stop(), await clients.fresh.stop()];
    assert.deepEqual([held.failures, fresh.failures], [[], []]);
    assert.equal(held.connections, 1);
    assert.equal(held.serialNumbers.length, 1, 'the held connection keeps its certificate');
    assert.ok(fresh.serialNumbers.length > 1, 'the other client has met several');
    assert.ok(fresh.serialNumbers.includes(old.serialNumber.toLowerCase()));
  });

  it('D on demand: rotate makes a new key at once, and it is served', async () => {
    const { host, name } = onDemand;
    const old = await writtenLeaf(name);
    const item = await certwright.rotate(name);
    assert.deepEqual([item.outcome, item.reasons], ['rotated', ['requested']]);
    const { written, servedAfterMs } = await followOneRotation(host, name, old);
    assert.equal(written.serialNumber.toLowerCase(), item.serialNumber);
    assert.ok(servedAfterMs < SERVED_WITHIN_MS, `served after ${servedAfterMs} ms`);
  });

  it('D the operator sees what was rotated, why, when, and when the next one is due', async () => {
    const { name } = scheduled;
    const status = await certwright.untilState(
      name,
      'current',
      {},
      ({ lastRotatedAt }) => lastRotatedAt !== null,
    );
    const [last, next] = [
      Date.parse(status.lastRotatedAt ?? ''),
      Date.parse(status.nextRotationAt ?? ''),
    ];
    assert.ok(Math.abs(Date.now() - last) < 60_000);
    const dueAfterMs = 4_000;
    // notAfter has whole seconds, and the schedule may bring the pass up to a second late.
    assert.ok(Math.abs(next - last - dueAfterMs) <= 2_000, `${next - last} ms`);

    const metrics = await (await fetch(`${service.distribution}/metrics`)).text();
    assert.match(metrics, /rotat\w*\{[^}]*outcome="rotated"[^}]*\} [1-9]/);
    const { body } = await service.call<{ items: unknown[] }>('GET', '/v1/audit?limit=1000');
    const entries = body.items.map((entry) => JSON.stringify(entry));
    assert.ok(entries.some((entry) => entry.includes(name) && entry.includes('due')));
  });

  it('D the old certificate stays valid when the new one is served', async () => {
    const { host, name } = onDemand;
    const old = await writtenLeaf(name);
    await certwright.rotate(name);
    await followOneRotation(host, name, old);
    assert.ok(old.validToDate.getTime() > Date.now() + 24 * 60 * 60 * 1_000);
  });

  it('D a run of all targets leaves what is current as it is', async () => {
    const old = await writtenLeaf(onDemand.name);
    const items = await certwright.runPass();
    const item = items.find(({ target }) => target === onDemand.name);
    assert.deepEqual([item?.outcome, item?.reasons], ['current', []]);
    assert.equal((await writtenLeaf(onDemand.name)).serialNumber, old.serialNumber);
  });
});
