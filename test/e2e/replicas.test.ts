import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Certwright, secretTarget } from './rig/certwright.ts';
import { type Cluster, startCluster } from './rig/cluster.ts';
import {
  type ApiFault,
  type FaultyApiServer,
  startFaultyApiServer,
} from './rig/faulty-api-server.ts';
import { kubectl } from './rig/kubectl.ts';
import { isConsistent, serialNumberIn } from './rig/secret-pair.ts';
import { startService } from './rig/service.ts';
import { until } from './rig/until.ts';
import { newWorld } from './rig/world.ts';

const namespace = 'istio-system';
const LEADS = 'this replica rotates';

interface Revision {
  readonly serialNumber: string;
  readonly writtenAt: string | null;
}

describe('Two replicas over one database', () => {
  const world = newWorld();
  let cluster: Cluster;
  let api: FaultyApiServer;

  before(async () => {
    cluster = await startCluster(world);
    await cluster.api.createNamespace(namespace);
    api = await startFaultyApiServer(world, cluster);
  });

  /** The first asks the API server through a proxy that a test makes faulty; the second asks it itself. */
  async function twoReplicas() {
    const dataFolder = mkdtempSync(join(world.folder, 'shared-'));
    const settings = { PKI_LEASE: `${namespace}/rotation`, PKI_WORKERS: '1' };
    const common = { dataFolder, settings, schedule: '* * * * * *' };
    const first = new Certwright(
      await startService(world, { ...common, kubeconfig: api.kubeconfig }),
    );
    const second = new Certwright(
      await startService(world, { ...common, kubeconfig: cluster.kubeconfig }),
    );
    return { first, second };
  }

  function holder(): string {
    const path = [
      '-n',
      namespace,
      'get',
      'lease',
      'rotation',
      '-o',
      'jsonpath={.spec.holderIdentity}',
    ];
    return kubectl(cluster.kubeconfig, path);
  }

  async function historyOf(certwright: Certwright, name: string): Promise<readonly Revision[]> {
    const path = `/v1/rotation/targets/${name}/history`;
    const { body } = await certwright.service.call<{ items: Revision[] }>('GET', path);
    return body.items;
  }

  it('have one that rotates, whom a Lease names; the other takes over as soon as it has ended', async () => {
    const { first, second } = await twoReplicas();
    assert.match(first.service.output(), new RegExp(LEADS));
    assert.doesNotMatch(second.service.output(), new RegExp(LEADS));
    const before = holder();
    assert.notEqual(before, '');
    await first.service.stop('SIGTERM');
    await until('the second rotates', () => second.service.output().includes(LEADS));
    await until('the Lease is the second’s', () => holder() !== before && holder() !== '');
    await second.service.stop('SIGTERM');
    assert.equal(holder(), '', 'who ends gives it back');
  });

  const steps: Readonly<Record<string, ApiFault>> = {
    'before its write has arrived': 'hang',
    'after its write was taken and before it heard of that': 'reset-after-forward',
  };
  for (const [index, [when, fault]] of Object.entries(steps).entries()) {
    it(`complete what the one that is killed has begun: ${when}`, async () => {
      const { first, second } = await twoReplicas();
      const name = `killed-${index}`;
      await first.declareTarget(secretTarget({ name, host: `${name}.example.org`, namespace }));
      await first.untilState(name, 'current');
      const writes = () => api.requests.filter(({ method }) => method === 'PATCH');
      const count = writes().length;
      const end = api.inject(fault, { when: ({ method }) => method === 'PATCH' });
      const asked = first.rotate(name).catch(() => undefined);
      const isThere = () =>
        writes()
          .slice(count)
          .some(({ status }) => fault === 'hang' || status !== undefined);
      await until('the write is under way', isThere, { everyMs: 1 });
      await first.service.stop('SIGKILL');
      await asked;
      end();

      const [begun] = await historyOf(second, name);
      await until('it is completed', async () => {
        const secret = await cluster.api.secret(namespace, name);
        const isNew = secret && serialNumberIn(secret) === begun?.serialNumber;
        const [latest] = await historyOf(second, name);
        return isNew && isConsistent(secret) && latest?.writtenAt !== null;
      });
      assert.equal(second.service.output().includes(LEADS), true);
      const serialNumbers = (await historyOf(second, name)).map((one) => one.serialNumber);
      assert.equal(new Set(serialNumbers).size, 2, 'and no certificate was issued for it');
      await second.service.stop('SIGTERM');
    });
  }

  it('killed at any moment of a storm of rotations, leave a whole Secret and no revision twice', async () => {
    const { first, second } = await twoReplicas();
    const name = 'storm';
    await first.declareTarget(secretTarget({ name, host: 'storm.example.org', namespace }));
    await first.untilState(name, 'current');
    const storm = Promise.all(
      [first, second, first, second].map(async (replica) => {
        for (let count = 0; count < 5; count += 1)
          await replica.rotate(name).catch(() => undefined);
      }),
    );
    await delay(700);
    await first.service.stop('SIGKILL');
    await storm;
    await second.untilState(name, 'current', { withinMs: 30_000 });
    const secret = (await cluster.api.secret(namespace, name)) ?? assert.fail();
    assert.ok(isConsistent(secret));
    const [latest] = await historyOf(second, name);
    assert.equal(serialNumberIn(secret), latest?.serialNumber);
    assert.notEqual(latest?.writtenAt, null);
  });
});
