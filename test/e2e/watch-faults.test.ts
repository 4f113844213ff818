import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Certwright, secretTarget } from './rig/certwright.ts';
import { type Cluster, startCluster } from './rig/cluster.ts';
import { type FaultyApiServer, startFaultyApiServer } from './rig/faulty-api-server.ts';
import { startService } from './rig/service.ts';
import { until } from './rig/until.ts';
import { newWorld } from './rig/world.ts';

const namespace = 'istio-system';
const recovery = { withinMs: 60_000, everyMs: 100 };

describe('The watch on Secrets, with no schedule that would mend what it misses', () => {
  const world = newWorld();
  let cluster: Cluster;
  let proxy: FaultyApiServer;
  let certwright: Certwright;

  before(async () => {
    cluster = await startCluster(world);
    await cluster.api.createNamespace(namespace);
    proxy = await startFaultyApiServer(world, cluster);
    certwright = new Certwright(await startService(world, { kubeconfig: proxy.kubeconfig }));
    await newTarget();
    await untilWatched();
  });

  let targets = 0;
  /** Each test has its own: one whose Secret is deleted again and again is a fight, and left alone. */
  async function newTarget(): Promise<string> {
    targets += 1;
    const name = `web-${targets}`;
    await certwright.declareTarget(secretTarget({ name, host: `${name}.example.org`, namespace }));
    await certwright.untilState(name, 'current');
    return name;
  }

  const since = (mark: number) => proxy.requests.slice(mark);
  const watches = (mark = 0) => since(mark).filter(({ isWatch }) => isWatch);
  const lists = (mark: number) =>
    since(mark).filter(({ isWatch, url }) => !isWatch && url.pathname.endsWith('/secrets'));
  const untilWatched = (mark = 0) =>
    until('a watch is open', () => watches(mark).some(({ status }) => status === 200), recovery);
  const untilThere = (name: string) =>
    until('the Secret is there', () => cluster.api.secret(namespace, name), recovery);

  it('answers a pass over what is current, without a single request', async () => {
    await certwright.runPass();
    const mark = proxy.requests.length;
    for (let pass = 0; pass < 3; pass += 1) {
      const [item] = await certwright.runPass();
      assert.equal(item?.outcome, 'current');
    }
    assert.deepEqual(since(mark), []);
  });

  it('has a deleted Secret mended at once, by one write and no further pass', async () => {
    const name = await newTarget();
    const mark = proxy.requests.length;
    await cluster.api.deleteSecret(namespace, name);
    await untilThere(name);
    await certwright.untilState(name, 'current');
    // An own write that led to another pass would lead to endless ones; a bystander's change comes after it.
    await cluster.api.createSecret(namespace, { metadata: { name: 'bystander' } });
    await certwright.runPass();
    const writes = since(mark).filter(({ method }) => method !== 'GET');
    assert.deepEqual(
      writes.map(({ method }) => method),
      ['PATCH'],
    );
  });

  it('connection reset: goes on from where it was, and misses nothing', async () => {
    const name = await newTarget();
    const mark = proxy.requests.length;
    proxy.cut();
    await cluster.api.deleteSecret(namespace, name);
    await untilThere(name);
    await untilWatched(mark);
    assert.deepEqual(lists(mark), []);
  });

  it('watch expired (410): lists anew, and mends what was changed meanwhile', async () => {
    const name = await newTarget();
    await proxy.goDown();
    const mark = proxy.requests.length;
    await cluster.api.deleteSecret(namespace, name);
    await cluster.api.createNamespace('passes-time');
    await cluster.compactEtcd();
    await cluster.stopApiServer();
    await cluster.startApiServer();
    await proxy.comeUp();
    await untilThere(name);
    const expired = watches(mark).filter(
      ({ status, start = '' }) => status === 410 || start.includes('"code":410'),
    );
    assert.equal(expired.length, 1);
    assert.equal(lists(mark).length, 1);
  });

  it('410 as an answer: lists anew at once', async () => {
    const mark = proxy.requests.length;
    proxy.inject({ status: 410 }, { when: ({ isWatch }) => isWatch, times: 1 });
    proxy.cut();
    await until('there is a list', () => lists(mark).length === 1, recovery);
    await untilWatched(mark);
  });

  it('API server down for long: asks rarely, says so, and mends what was changed meanwhile', async () => {
    const name = await newTarget();
    const mark = certwright.service.output().length;
    const output = () => certwright.service.output().slice(mark);
    await proxy.goDown();
    await cluster.api.deleteSecret(namespace, name);
    await until(
      'the log tells of it',
      () => output().includes('is read by itself for now'),
      recovery,
    );
    const [item] = await certwright.runPass();
    assert.equal(item?.outcome, 'failed');
    const { lastError } = await certwright.targetStatus(name);
    assert.match(lastError ?? '', /cannot be reached/);
    await proxy.comeUp();
    await untilThere(name);
    await certwright.untilState(name, 'current');
    await until('the log tells of its end', () => output().includes('are watched again'), recovery);
  });

  it('hang: a list without an answer is given up, and the next one taken', async () => {
    const name = await newTarget();
    const heal = proxy.inject('hang', { when: ({ url }) => url.pathname.endsWith('/secrets') });
    const mark = proxy.requests.length;
    proxy.cut();
    await until('a watch hangs', () => watches(mark).length > 0, recovery);
    await cluster.api.deleteSecret(namespace, name);
    heal();
    await untilThere(name);
  });

  it('throttled (429): waits for as long as it is told to', async () => {
    const mark = proxy.requests.length;
    const when = ({ isWatch }: { isWatch: boolean }) => isWatch;
    proxy.inject({ status: 429, retryAfterSeconds: 2 }, { when, times: 1 });
    const begun = performance.now();
    proxy.cut();
    await until('it has asked again', () => watches(mark).length === 2, recovery);
    assert.ok(performance.now() - begun >= 2_000);
  });
});
