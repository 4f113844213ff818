import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Certwright, secretTarget } from './rig/certwright.ts';
import { type Cluster, startCluster } from './rig/cluster.ts';
import type { Envoy } from './rig/envoy.ts';
import { startGateway } from './rig/gateway.ts';
import { type Service, startService } from './rig/service.ts';
import { until } from './rig/until.ts';
import { newWorld } from './rig/world.ts';

const namespace = 'istio-system';
const touchedAt = 'certwright.dev/touched-at';
const simple = { name: 'webapp-credential', host: 'webapp.istioinaction.io' };
const other = { name: 'catalog-credential', host: 'catalog.istioinaction.io' };
const mutual = { name: 'partner-credential', host: 'partner.istioinaction.io' };
/** Its Secret is written, and no server has it. */
const orphan = { name: 'orphan-credential', host: 'orphan.istioinaction.io' };

/** Its second certificate is never pushed. */
const undone = { name: 'undone-credential', host: 'undone.istioinaction.io' };

interface AuditItem {
  readonly action: string;
  readonly details: { readonly target?: string; readonly serialNumber?: string };
}

describe('Proof that what was written is served', () => {
  const world = newWorld();
  const lost = new Set<string>();
  let cluster: Cluster;
  let service: Service;
  let certwright: Certwright;
  let envoy: Envoy;

  before(async () => {
    cluster = await startCluster(world);
    await cluster.api.createNamespace(namespace);
    service = await startService(world, { kubeconfig: cluster.kubeconfig });
    certwright = new Certwright(service);
    const hosts = [simple, other, mutual, undone].map(({ host, name }) => ({
      host,
      credentialName: name,
      mode: name === mutual.name ? ('MUTUAL' as const) : ('SIMPLE' as const),
    }));
    const losesPush = (name: string) => lost.has(name);
    envoy = await startGateway(world, cluster, { namespace, hosts, losesPush });
    const elsewhere = [{ ...tcp(), serverName: simple.host }];
    await certwright.declareTarget(
      secretTarget({ ...orphan, namespace, spec: { served: elsewhere } }),
    );
    await certwright.declareTarget(
      secretTarget({ ...undone, namespace, spec: { served: [tcp()], rollback: true } }),
    );
    await certwright.untilServed(undone.name, 'proven');
    lost.add(undone.name);
    await certwright.rotate(undone.name);
  });

  function tcp() {
    return { host: '127.0.0.1', port: envoy.httpsPort };
  }

  /** The target `of`, served by Envoy, asked by its own name, since its host is an address. */
  async function declare(of: typeof simple, served: unknown, destination = {}) {
    const spec = { served };
    await certwright.declareTarget(secretTarget({ ...of, namespace, spec, destination }));
    return certwright.untilState(of.name, 'current');
  }

  async function auditOf(target: string): Promise<readonly AuditItem[]> {
    const { body } = await service.call<{ items: AuditItem[] }>('GET', '/v1/audit?limit=1000');
    return body.items.filter(({ details }) => details.target === target).toReversed();
  }

  async function gaugeOf(target: string): Promise<string | undefined> {
    const text = await (await fetch(`${service.distribution}/metrics`)).text();
    const line = new RegExp(`^certwright_target_served_matches\\{target="${target}"\\} (.*)$`, 'm');
    return line.exec(text)?.[1];
  }

  it('Envoy serves what was written, at first and after each rotation', async () => {
    await declare(simple, [tcp()]);
    await certwright.untilServed(simple.name, 'proven');
    assert.equal(await gaugeOf(simple.name), '1');
    for (let rotation = 0; rotation < 3; rotation += 1) {
      const { serialNumber } = await certwright.rotate(simple.name);
      const served = await certwright.untilServed(simple.name, 'proven');
      assert.equal(served.serialNumber, serialNumber);
    }
  });

  it('a MUTUAL server is proven without a client certificate', async () => {
    const destination = { secretType: 'Opaque', clientAuthorities: ['issuing'] };
    await declare(mutual, [tcp()], destination);
    await certwright.untilServed(mutual.name, 'proven');
    const { serialNumber } = await certwright.rotate(mutual.name);
    const served = await certwright.untilServed(mutual.name, 'proven');
    assert.equal(served.serialNumber, serialNumber);
  });

  it('a push that got lost shows as stale, and is made again by a touch, with the same certificate', async () => {
    const { serialNumber: old } = await certwright.targetStatus(simple.name);
    const before = await cluster.api.secret(namespace, simple.name);
    assert.equal(before?.metadata.annotations?.[touchedAt], undefined);
    lost.add(simple.name);
    const { serialNumber } = await certwright.rotate(simple.name);
    const stale = await certwright.untilServed(simple.name, 'stale');
    assert.equal(stale.places[0]?.servedInstead?.serialNumber, old);
    assert.equal(await gaugeOf(simple.name), '0');
    const written = await until('the Secret is written and its push lost', async () => {
      const secret = await cluster.api.secret(namespace, simple.name);
      return secret?.metadata.resourceVersion !== before?.metadata.resourceVersion && secret;
    });
    lost.delete(simple.name);

    const proven = await certwright.untilServed(simple.name, 'proven', { withinMs: 40_000 });
    assert.equal(proven.serialNumber, serialNumber);
    assert.equal(await gaugeOf(simple.name), '1');
    const touched = await cluster.api.secret(namespace, simple.name);
    const { [touchedAt]: instant, ...kept } = touched?.metadata.annotations ?? {};
    assert.match(instant ?? '', /^20\d\d-/);
    assert.deepEqual(kept, written.metadata.annotations);
    assert.deepEqual(touched?.data, written.data);
    assert.deepEqual(touched?.metadata.labels, written.metadata.labels);
    const actions = (await auditOf(simple.name)).slice(-3);
    assert.deepEqual(
      actions.map(({ action, details }) => [action, details.serialNumber]),
      ['destination.written', 'destination.touched', 'target.proven'].map((action) => [
        action,
        serialNumber,
      ]),
    );
  });

  it('a touched Secret is as it was written: the next pass leaves it, and the next rotation goes through', async () => {
    const items = await certwright.runPass();
    const item = items.find(({ target }) => target === simple.name);
    assert.deepEqual([item?.outcome, item?.reasons], ['current', []]);
    const { outcome } = await certwright.rotate(simple.name);
    assert.equal(outcome, 'rotated');
    await certwright.untilServed(simple.name, 'proven');
  });

  describe('by the pods of a gateway', () => {
    const selector = { istio: 'ingressgateway' };
    const path = `/api/v1/namespaces/${namespace}/pods`;

    async function createPod(name: string, podIP: string): Promise<void> {
      const containers = [{ name: 'istio-proxy', image: 'proxy' }];
      await cluster.api.call('POST', path, {
        metadata: { name, labels: selector },
        spec: { containers },
      });
      await setStatus(name, podIP, 'True');
    }

    async function setStatus(name: string, podIP: string, ready: string): Promise<void> {
      const conditions = [{ type: 'Ready', status: ready }];
      const status = { phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions };
      const patch = 'application/merge-patch+json';
      await cluster.api.call('PATCH', `${path}/${name}/status`, { status }, patch);
    }

    /** What is found by a pass that is made now. */
    async function servedNow(state: 'proven' | 'stale' | 'unreachable') {
      await certwright.runPass();
      return certwright.untilServed(other.name, state);
    }

    it('nothing can be seen while there is none', async () => {
      const served = { kind: 'gatewayPods', namespace, selector, port: envoy.httpsPort };
      await declare(other, served);
      const { places } = await certwright.untilServed(other.name, 'unreachable');
      const words = 'there is no pod with "istio=ingressgateway" in namespace "istio-system"';
      assert.deepEqual(
        places.map(({ error }) => error),
        [words],
      );
    });

    it('it is proven by the ones that are ready', async () => {
      await createPod('gateway-a', '127.0.0.1');
      await servedNow('proven');
    });

    it('one that cannot be reached is named, and does not count once it is not ready', async () => {
      await createPod('gateway-b', '127.0.0.2');
      const { places } = await servedNow('unreachable');
      assert.equal(places[0]?.error, 'pod "gateway-b" (127.0.0.2): the connection is refused');
      await setStatus('gateway-b', '127.0.0.2', 'False');
      await servedNow('proven');
    });
  });

  it('what is never served is touched twice, reported once after a minute, and left at that', async () => {
    const { name } = orphan;
    const reported = await until(
      'the journal hears of it',
      async () => (await auditOf(name)).find(({ action }) => action === 'target.stale'),
      { withinMs: 90_000, everyMs: 500 },
    );
    await certwright.runPass();
    const actions = (await auditOf(name)).map(({ action }) => action);
    const count = (word: string) => actions.filter((action) => action === word).length;
    assert.deepEqual(
      ['destination.written', 'destination.touched', 'target.stale'].map(count),
      [1, 2, 1],
    );
    const { serialNumber, state } = await certwright.targetStatus(name);
    assert.deepEqual([reported.details.serialNumber, state], [serialNumber, 'current']);
    assert.equal(await gaugeOf(name), '0');
    const lines = service.output().split('\n');
    const told = lines.filter(
      (line) => line.includes(name) && line.includes('another certificate'),
    );
    assert.equal(told.filter((line) => line.includes('"level":40')).length, 3);
  });

  it('a target that says so goes back to the certificate that is served, which is proven then', async () => {
    const { name } = undone;
    await until(
      'it is rolled back',
      async () => (await auditOf(name)).some(({ action }) => action === 'target.stale'),
      { withinMs: 90_000, everyMs: 500 },
    );
    const { serialNumber } = await certwright.untilServed(name, 'proven');
    const { body } = await service.call<{
      items: { serialNumber: string; actor: string; reasons: string[]; provenAt: string | null }[];
    }>('GET', `/v1/rotation/targets/${name}/history`);
    const [last, second, first] = body.items;
    assert.equal(body.items.length, 3);
    assert.deepEqual([last?.reasons, last?.actor], [['rolledBack'], 'serving-proof']);
    assert.deepEqual([last?.serialNumber, first?.serialNumber], [serialNumber, serialNumber]);
    assert.notEqual(second?.serialNumber, serialNumber);
    assert.deepEqual(
      [first, second, last].map((revision) => revision?.provenAt !== null),
      [true, false, true],
    );
    const items = await certwright.runPass();
    const item = items.find(({ target }) => target === name);
    assert.deepEqual([item?.outcome, item?.serialNumber], ['current', serialNumber]);
  });
});
