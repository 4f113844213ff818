import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { delimiter } from 'node:path';
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
/** The context without the proxy. */
const DIRECT = 'direct';

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
    const direct = named(cluster.kubeconfig, DIRECT);
    const kubeconfig = [proxy.kubeconfig, direct].join(delimiter);
    certwright = new Certwright(await startService(world, { kubeconfig, schedule }));
  });

  async function declared(name: string, destination: object = {}): Promise<string> {
    const host = `${name}.example.org`;
    await certwright.declareTarget(
      secretTarget({ name, host, namespace, destination: { ...destination } }),
    );
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

  it('that is turned away with Retry-After is made when it was asked for, with the same certificate; others go on elsewhere', async () => {
    const [busy, beside, elsewhere] = ['busy', 'beside', 'elsewhere'] as const;
    const first = await declared(busy);
    await declared(beside);
    await declared(elsewhere, { context: DIRECT });
    const mark = proxy.requests.length;
    const asked = { status: 429, retryAfterSeconds: 15 };
    proxy.inject(asked, { when: ({ method }) => method === 'PATCH', times: 1 });
    assert.equal((await certwright.rotate(busy)).outcome, 'failed');
    const refusedAt = proxy.requests[mark]?.at ?? assert.fail();
    const waiting = certwright.rotate(beside);
    assert.equal((await certwright.rotate(elsewhere)).outcome, 'rotated');
    assert.equal(await issuedFor(beside), 1, 'nothing is issued for what has to wait');
    assert.equal(await inPlace(busy), first);
    assert.equal((await waiting).outcome, 'rotated');
    const also = ({ serialNumber }: { serialNumber: string | null }) => serialNumber !== first;
    await certwright.untilState(busy, 'current', {}, also);
    assert.notEqual(await inPlace(busy), first);
    assert.deepEqual([await issuedFor(busy), await issuedFor(beside)], [2, 2]);
    const [refused, ...later] = proxy.requests.slice(mark);
    assert.equal(refused?.method, 'PATCH');
    const soonest = Math.min(...later.map(({ at }) => at)) - refusedAt;
    assert.ok(soonest >= 14_900, `it was asked again after ${soonest} ms`);
  });

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

/** A kubeconfig of the rig, with another name for all that is in it. */
function named(kubeconfig: string, name: string): string {
  const file = `${kubeconfig}.${name}`;
  writeFileSync(file, readFileSync(kubeconfig, 'utf8').replaceAll('"e2e"', `"${name}"`));
  return file;
}
