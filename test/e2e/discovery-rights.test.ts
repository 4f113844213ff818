import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startAsDeployed } from './rig/as-deployed.ts';
import { Certwright } from './rig/certwright.ts';
import { type Cluster, startCluster } from './rig/cluster.ts';
import { DeclaringCluster, https } from './rig/declaring-cluster.ts';
import { applyKustomization, kubectl } from './rig/kubectl.ts';
import { realPart } from './rig/real-part.ts';
import { until } from './rig/until.ts';
import { newWorld } from './rig/world.ts';

const deploy = fileURLToPath(new URL('../../deploy/', import.meta.url));
const gateways = 'istio-system';
const application = 'istioinaction';
const configuration = JSON.stringify({
  discovery: [
    {
      namespaces: [application],
      secretNamespaces: [gateways],
      authorities: ['issuing'],
      profiles: ['server'],
      hosts: ['istioinaction.io'],
    },
  ],
});

interface Coverage {
  readonly sources: readonly {
    readonly resource: string;
    readonly namespace: string;
    readonly state: string;
  }[];
}

describe('Discovery with the rights of deploy/', () => {
  const world = newWorld();
  let cluster: Cluster;
  let certwright: Certwright;
  let objects: DeclaringCluster;

  before(async () => {
    cluster = await startCluster(world);
    for (const part of ['istioCrds', 'gatewayApiCrds'] as const) {
      kubectl(cluster.kubeconfig, ['apply', '--server-side', '-f', realPart(part)]);
    }
    for (const name of [gateways, application]) await cluster.api.createNamespace(name);
    applyKustomization(cluster.kubeconfig, join(deploy, 'base'));
    certwright = new Certwright(await startAsDeployed(world, cluster, configuration));
    objects = new DeclaringCluster(cluster, certwright, application);
  });

  async function states(): Promise<ReadonlyMap<string, string>> {
    const { body } = await certwright.service.call<Coverage>('GET', '/v1/rotation/coverage');
    return new Map(
      body.sources.map(({ resource, namespace, state }) => [`${namespace} ${resource}`, state]),
    );
  }

  it('of base alone: says in coverage and in the log what it may not see, and declares nothing', async () => {
    const found = await until('all is refused', async () => {
      const all = await states();
      if ([...all.values()].every((state) => state === 'forbidden')) return all;
      throw new Error(JSON.stringify([...all]));
    });
    assert.equal(found.size, 7);
    const words = 'grant it the verb \\"list\\" on \\"gateways.networking.istio.io\\"';
    assert.ok(certwright.service.output().includes(words));
  });

  it('of the component discovery: sees all that it asks for, and supplies a Gateway', async () => {
    // A kind alone is no kustomization that can be applied: its files are.
    for (const file of ['application-access.yaml', 'workload-access.yaml']) {
      const path = join(deploy, 'components/discovery', file);
      kubectl(cluster.kubeconfig, ['apply', '--server-side', '-f', path]);
    }
    objects.workload(gateways);
    objects.istioGateway('front', [https(['webapp.istioinaction.io'], 'front')]);
    await until(
      'all is watched',
      async () => {
        const all = await states();
        if ([...all.values()].every((state) => state === 'watched')) return true;
        throw new Error(JSON.stringify([...all]));
      },
      { withinMs: 120_000, everyMs: 500 },
    );
    await objects.untilServed(`${gateways}/front`, 'DNS:webapp.istioinaction.io');
    objects.istioGateway('greedy', [https(['example.org'], 'greedy')]);
    await objects.untilTold('greedy', /may not have host "example\.org"/);
  });
});
