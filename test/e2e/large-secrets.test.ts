import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { SecretStore } from '../../storage/kubernetes/secret-store.ts';
import { secretDestination } from '../storage/kubernetes/worlds.ts';
import { type Cluster, startCluster } from './rig/cluster.ts';
import { type FaultyApiServer, startFaultyApiServer } from './rig/faulty-api-server.ts';
import { until } from './rig/until.ts';
import { newWorld } from './rig/world.ts';

const namespace = 'istio-system';
const OURS = { 'certwright.dev/revision': '7', 'certwright.dev/target': 'web' };
const CRL_OCTETS = 500_000;
const web = secretDestination({ namespace, secretType: 'Opaque' });

describe('A namespace with 40 Secrets of others, of 900 KB each', () => {
  const world = newWorld();
  let cluster: Cluster;
  let proxy: FaultyApiServer;
  let store: SecretStore;

  before(async () => {
    cluster = await startCluster(world);
    await cluster.api.createNamespace(namespace);
    for (let count = 0; count < 40; count += 1) {
      await newSecret(`large-${count}`, { file: randomBytes(675_000).toString('base64') });
    }
    const data = { 'tls.key': 'a2V5', 'ca.crl': randomBytes(CRL_OCTETS).toString('base64') };
    await newSecret('web', data, OURS);
    proxy = await startFaultyApiServer(world, cluster);
    store = new SecretStore({
      kubeconfigFiles: [proxy.kubeconfig],
      timeoutMs: 10_000,
      instance: 'this-service',
      watches: {
        notice: ({ words }) => assert.fail(words),
        onChange: () => undefined,
        onRecovery: () => undefined,
      },
    });
    world.defer(() => store.stop());
    store.follow([web]);
  });

  async function newSecret(name: string, data: Record<string, string>, annotations = {}) {
    await cluster.api.createSecret(namespace, { metadata: { name, annotations }, data });
  }

  it('is read a few at a time, all of it', async () => {
    const all = await until('all are known', () => store.credentialsIn(namespace));
    assert.equal(all.length, 41);
    const limits = proxy.requests
      .filter(({ isWatch, url }) => !isWatch && url.pathname.endsWith('/secrets'))
      .map(({ url }) => Number(url.searchParams.get('limit')));
    assert.deepEqual(limits.slice(0, 3), [500, 63, 8]);
    assert.ok(limits.slice(3).every((limit) => limit === 8));
  });

  it('has one of ours that is too large to be kept read whenever it is judged, and all of it', async () => {
    for (let read = 1; read <= 2; read += 1) {
      const state = await store.read(web);
      assert.ok(state.kind === 'present');
      assert.equal(state.files['tls.key'], 'key');
      assert.equal(state.beside?.entries['ca.crl']?.length, CRL_OCTETS);
      const gets = proxy.requests.filter(({ url }) => url.pathname.endsWith('/secrets/web'));
      assert.equal(gets.length, read);
    }
  });
});
