import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Certwright, secretTarget } from './rig/certwright.ts';
import { type Cluster, startCluster } from './rig/cluster.ts';
import {
  type ApiFault,
  type FaultyApiServer,
  startFaultyApiServer,
} from './rig/faulty-api-server.ts';
import { isConsistent, serialNumberIn } from './rig/secret-pair.ts';
import { startService } from './rig/service.ts';
import { until } from './rig/until.ts';
import { newWorld } from './rig/world.ts';

const namespace = 'istio-system';

/** What the API server does with a write, and what the target says of it until the next one. */
const faults: Readonly<Record<string, { readonly fault: ApiFault; readonly words: RegExp }>> = {
  'a conflict (409)': { fault: { status: 409 }, words: /was changed by somebody else meanwhile/ },
  'too much to do (429)': {
    fault: { status: 429, retryAfterSeconds: 1 },
    words: /too much to do and turns requests away \(429\)/,
  },
  'a fault of its own (500)': {
    fault: { status: 500, message: 'etcd is slow' },
    words: /\(500\): etcd is slow/,
  },
  'no answer at all': { fault: 'hang', words: /did not answer in time/ },
  'a broken connection': { fault: 'reset', words: /cut off/ },
};

describe('A write to an API server', () => {
  const world = newWorld();
  let cluster: Cluster;
  let proxy: FaultyApiServer;
  let certwright: Certwright;

  before(async () => {
    cluster = await startCluster(world);
    await cluster.api.createNamespace(namespace);
    proxy = await startFaultyApiServer(world, cluster);
    const schedule = '* * * * * *';
    certwright = new Certwright(
      await startService(world, { kubeconfig: proxy.kubeconfig, schedule }),
    );
  });

  async function declared(name: string): Promise<string> {
    await certwright.declareTarget(secretTarget({ name, host: `${name}.example.org`, namespace }));
    const { serialNumber } = await certwright.untilState(name, 'current');
    return serialNumber ?? assert.fail();
  }

  async function inPlace(name: string): Promise<string> {
    const secret = await until(`Secret ${name}`, () => cluster.api.secret(namespace, name));
    assert.ok(isConsistent(secret));
    return serialNumberIn(secret);
  }

  async function issuedFor(name: string): Promise<number> {
    const path = `/v1/certificates?dnsName=${name}.example.org`;
    const { body } = await certwright.service.call<{ items: unknown[] }>('GET', path);
    return body.items.length;
  }

  for (const [index, [what, { fault, words }]] of Object.entries(faults).entries()) {
    it(`that is answered with ${what} keeps the old Secret, and is made later with the same certificate`, async () => {
      const name = `answered-${index}`;
      const first = await declared(name);
      const end = proxy.inject(fault, { when: ({ method }) => method === 'PATCH' });
      const { outcome } = await certwright.rotate(name);
      assert.equal(outcome, 'failed');
      assert.match((await certwright.targetStatus(name)).lastError ?? '', words);
      assert.equal(await inPlace(name), first);
      end();
      const also = ({ serialNumber }: { serialNumber: string | null }) => serialNumber !== first;
      await certwright.untilState(name, 'current', { withinMs: 30_000 }, also);
      assert.notEqual(await inPlace(name), first);
      assert.equal(await issuedFor(name), 2);
    });
  }

  it('that is taken before the connection breaks is found out, and neither repeated nor reported', async () => {
    const name = 'taken';
    const first = await declared(name);
    const mark = proxy.requests.length;
    proxy.inject('reset-after-forward', { when: ({ method }) => method === 'PATCH', times: 1 });
    const { outcome, serialNumber } = await certwright.rotate(name);
    assert.equal(outcome, 'rotated');
    assert.notEqual(serialNumber, first);
    assert.equal(await inPlace(name), serialNumber);
    const writes = proxy.requests.slice(mark).filter(({ method }) => method === 'PATCH');
    assert.equal(writes.length, 1);
  });
});
