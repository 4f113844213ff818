import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Certwright, secretTarget } from './rig/certwright.ts';
import { type Cluster, startCluster } from './rig/cluster.ts';
import { type KubeObject, secretsOf } from './rig/kube-api.ts';
import { startService } from './rig/service.ts';
import { until } from './rig/until.ts';
import { newWorld } from './rig/world.ts';

const namespace = 'istio-system';
const TARGETS = 60;
const PER_SECOND = 5;

interface Plan {
  readonly rotations: number;
  readonly eta: string;
  readonly from: string;
}

describe('many targets of one API server', () => {
  const world = newWorld();
  let cluster: Cluster;
  let certwright: Certwright;
  /** When the API server told of each write. */
  const writes: number[] = [];

  before(async () => {
    cluster = await startCluster(world);
    await cluster.api.createNamespace(namespace);
    const stop = new AbortController();
    world.defer(async () => stop.abort());
    const path = secretsOf(namespace);
    const { metadata } = await cluster.api.call<Pick<KubeObject, 'metadata'>>('GET', path);
    const query = `watch=1&resourceVersion=${metadata.resourceVersion}`;
    const told = cluster.api.watch(`${path}?${query}`, stop.signal, ({ type }) => {
      assert.notEqual(type, 'ERROR');
      writes.push(performance.now());
    });
    told.catch((failure: unknown) => {
      if (!stop.signal.aborted) throw failure;
    });
    certwright = new Certwright(await startService(world, { kubeconfig: cluster.kubeconfig }));
    for (let index = 0; index < TARGETS; index += 1) {
      const [name, host] = [`many-${index}`, `many-${index}.example.org`];
      await certwright.declareTarget(secretTarget({ name, host, namespace }));
    }
  });

  /** Writes a second from the first to the last of those since `from`, once there are all of them. */
  async function rateSince(from: number): Promise<number> {
    await until('all are written', () => writes.length >= from + TARGETS, { withinMs: 30_000 });
    const [first = 0, last = 0] = [writes[from], writes[from + TARGETS - 1]];
    return (TARGETS - 1) / ((last - first) / 1000);
  }

  it('are written no faster than five a second while they are declared one after another', async () => {
    const rate = await rateSince(0);
    assert.ok(rate < 1.05 * PER_SECOND, `${rate}/s`);
  });

  it('would take as long again if all were forced, says the plan', async () => {
    const body = { horizon: '1d', 'what-if': { allForced: true } };
    const reply = await certwright.service.call<Plan>('POST', '/v1/rotation/plan', { body });
    const { rotations, eta, from } = reply.body;
    assert.equal(rotations, TARGETS);
    const seconds = (Date.parse(eta) - Date.parse(from)) / 1000;
    assert.ok(Math.abs(seconds - (TARGETS - 1) / PER_SECOND) <= 1, `${seconds} s`);
  });

  it('are rotated five a second, within 5 %, when all of them are asked for at once', async () => {
    const from = writes.length;
    const rotations = Array.from({ length: TARGETS }, (_, index) =>
      certwright.rotate(`many-${index}`),
    );
    const rate = await rateSince(from);
    assert.ok(Math.abs(rate - PER_SECOND) < 0.05 * PER_SECOND, `${rate}/s`);
    for (const item of await Promise.all(rotations)) assert.equal(item.outcome, 'rotated');
  });
});
