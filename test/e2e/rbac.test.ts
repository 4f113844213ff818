import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Certwright, secretTarget } from './rig/certwright.ts';
import { type Cluster, startCluster } from './rig/cluster.ts';
import { startService } from './rig/service.ts';
import { until } from './rig/until.ts';
import { newWorld } from './rig/world.ts';

const namespace = 'istio-system';
const name = 'webapp-credential';
const rbac = '/apis/rbac.authorization.k8s.io/v1';

describe('Too narrow a right to Secrets', () => {
  const world = newWorld();
  let cluster: Cluster;
  let certwright: Certwright;

  before(async () => {
    cluster = await startCluster(world);
    await cluster.api.createNamespace(namespace);
    const kubeconfig = cluster.kubeconfigFor('restricted');
    certwright = new Certwright(await startService(world, { kubeconfig, schedule: '* * * * * *' }));
    await certwright.declareTarget(
      secretTarget({ name, host: 'webapp.istioinaction.io', namespace }),
    );
  });

  /** Gives the service's user these verbs on Secrets of the namespace, and no others. */
  async function grant(verbs: readonly string[]): Promise<void> {
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'secrets' },
      rules: [{ apiGroups: [''], resources: ['secrets'], verbs }],
    };
    const binding = {
      apiVersion: role.apiVersion,
      kind: 'RoleBinding',
      metadata: { name: 'secrets' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'secrets' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'restricted' }],
    };
    const apply = (kind: string, object: unknown) =>
      cluster.api.call(
        'PATCH',
        `${rbac}/namespaces/${namespace}/${kind}/secrets?fieldManager=e2e&force=true`,
        object,
        'application/apply-patch+yaml',
      );
    await apply('roles', role);
    await apply('rolebindings', binding);
  }

  /** Rotates until the error names the verb: a new right takes the API server a moment. */
  async function untilTheErrorNames(verb: string): Promise<void> {
    const words = [`${verb} secrets`, namespace].map((word) => new RegExp(`\\b${word}\\b`));
    await until(`lastError names ${verb}, secrets and ${namespace}`, async () => {
      await certwright.rotate(name);
      const { state, lastError } = await certwright.targetStatus(name);
      assert.equal(state, 'failing');
      for (const word of words) assert.match(lastError ?? '', word);
      return true;
    });
  }

  it('without any right: the error names get, secrets and the namespace', async () => {
    await untilTheErrorNames('get');
  });

  it('with the right to read only: the error names patch, secrets and the namespace', async () => {
    await grant(['get']);
    await untilTheErrorNames('patch');
  });

  it('without the right to create: the error names create, secrets and the namespace', async () => {
    await grant(['get', 'patch']);
    await untilTheErrorNames('create');
  });

  it('with get, patch and create: the target recovers by itself', async () => {
    await grant(['get', 'patch', 'create']);
    await certwright.untilState(name, 'current', { withinMs: 90_000, everyMs: 200 });
  });

  it('without list and watch: one line of the log says so, and Secrets are read one by one', async () => {
    const told = certwright.service
      .output()
      .match(/grant it the verb \\"list\\" on \\"secrets\\"/g);
    assert.equal(told?.length, 1);
    await cluster.api.deleteSecret(namespace, name);
    await until('it is mended', () => cluster.api.secret(namespace, name), { withinMs: 90_000 });
  });

  it('with list and watch too: the log tells that Secrets are watched', async () => {
    await grant(['get', 'list', 'watch', 'patch', 'create']);
    await until(
      'it is watched',
      () => certwright.service.output().includes('the Secrets of namespace'),
      { withinMs: 90_000, everyMs: 200 },
    );
  });
});
