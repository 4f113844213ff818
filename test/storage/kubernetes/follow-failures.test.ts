import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { statusCodeOf } from '../../../storage/kubernetes/api-failure.ts';
import { until } from '../../e2e/rig/until.ts';
import { kubeconfigOf, temporaryFolder } from './fake-api-server.ts';
import { FakeObjects } from './fake-objects.ts';
import { failing, follower, thing } from './follower.ts';

describe('followObjects, where something goes wrong', () => {
  it('never takes a page of something else for a list in which all is gone', async (t) => {
    const fake = await FakeObjects.start(t);
    fake.set(thing('a'));
    failing(fake, 'list', 2, { lines: '{"items":[]}' });
    const { heard, untilSeen } = await follower(t, fake);
    await untilSeen('a');
    assert.deepEqual(heard, ['list']);
  });

  for (const kind of ['list', 'watch'] as const) {
    it(`gives up a ${kind} that hangs, and asks again`, async (t) => {
      const fake = await FakeObjects.start(t);
      failing(fake, kind, 1, 'hang');
      const { untilLive } = await follower(t, fake, {
        watchSeconds: 0,
        marginMs: 100,
        listMs: 100,
      });
      await untilLive();
    });
  }

  it('takes a watch that says nothing past its end for dead, and misses nothing', async (t) => {
    const fake = await FakeObjects.start(t);
    fake.isSilent = true;
    const { heard, untilLive, untilSeen } = await follower(t, fake, {
      watchSeconds: 0,
      marginMs: 200,
    });
    await untilLive();
    fake.set(thing('a'));
    await until('the silent watch is left', () => fake.watches() >= 2);
    fake.speak();
    await untilSeen('a');
    assert.deepEqual(heard, ['list', 'a']);
  });

  it('does not take half an event for one, and resumes', async (t) => {
    const fake = await FakeObjects.start(t);
    failing(fake, 'watch', 1, { lines: '{"type":"ADDED","object":{"metadata":{"name":"ha' });
    const { heard, untilLive, untilSeen } = await follower(t, fake);
    await untilLive(2);
    fake.set(thing('a'));
    await untilSeen('a');
    assert.deepEqual(heard, ['list', 'a']);
  });

  it('asks less and less often while it fails, and not at once where a watch ends at once', async (t) => {
    const fake = await FakeObjects.start(t);
    fake.fault = ({ kind }) => (kind === 'watch' ? 'empty' : undefined);
    const begun = performance.now();
    const { failures } = await follower(t, fake, { firstRetryMs: 40, lastRetryMs: 10_000 });
    await until('it has failed five times', () => failures.length >= 5);
    // At least half of 40, 80, 160 and 320 ms.
    assert.ok(performance.now() - begun >= 300);
  });

  it('leaves an API server alone for as long as it asks (429, Retry-After)', async (t) => {
    const fake = await FakeObjects.start(t);
    failing(fake, 'list', 1, { status: 429, headers: { 'retry-after': '1' } });
    const begun = performance.now();
    const { untilLive } = await follower(t, fake, { refusedRetryMs: 2_000 });
    await untilLive();
    assert.ok(performance.now() - begun >= 1_000);
  });

  it('says which verb is forbidden, asks again now and then, and goes on once it is granted', async (t) => {
    const fake = await FakeObjects.start(t);
    fake.fault = ({ kind }) => (kind === 'watch' ? { status: 403 } : undefined);
    const { failures, untilLive } = await follower(t, fake);
    await until('it is refused twice', () => failures.length >= 2);
    assert.deepEqual([failures[0]?.kind, failures[0]?.verb], ['forbidden', 'watch']);
    fake.fault = () => undefined;
    await untilLive();
  });

  it('gets fresh credentials where those it has are not taken any more (401)', async (t) => {
    const fake = await FakeObjects.start(t);
    const tokenFile = join(temporaryFolder(t), 'token');
    writeFileSync(tokenFile, 'old');
    writeFileSync(fake.kubeconfig, kubeconfigOf(fake.url, { tokenFile }));
    const { failures, untilLive } = await follower(t, fake);
    await untilLive();
    writeFileSync(tokenFile, 'renewed');
    fake.fault = ({ authorization }) =>
      authorization === 'Bearer renewed' ? undefined : { status: 401 };
    fake.cut();
    await untilLive(2);
    assert.deepEqual(
      failures.filter(({ error }) => statusCodeOf(error) === 401),
      [],
    );
  });

  it('follows a kubeconfig that names another API server, while a watch is open', async (t) => {
    const [one, other] = [await FakeObjects.start(t), await FakeObjects.start(t)];
    one.set(thing('a'));
    other.set(thing('b'));
    const { untilSeen, untilLive } = await follower(t, one);
    await untilLive();
    await untilSeen('a');
    writeFileSync(one.kubeconfig, readFileSync(other.kubeconfig));
    await untilSeen('b');
    await until('the first is left', () => one.openWatches === 0);
  });

  it('begins anew where going on is refused again and again, as after etcd was restored', async (t) => {
    const fake = await FakeObjects.start(t);
    const { untilLive } = await follower(t, fake);
    await untilLive();
    fake.fault = ({ kind, url }) =>
      kind === 'watch' && url.searchParams.get('resourceVersion') === '100'
        ? { status: 504 }
        : undefined;
    fake.cut();
    fake.set(thing('a'));
    await untilLive(2);
    assert.equal(fake.lists(), 2);
  });

  it('stops at once, whatever it is doing, and leaves no connection', async (t) => {
    for (const fault of [undefined, 'hang', { status: 403 }] as const) {
      const fake = await FakeObjects.start(t);
      fake.fault = () => fault;
      const { stop } = await follower(t, fake);
      await until('it has asked', () => fake.asked.length >= (fault === undefined ? 2 : 1));
      await stop();
      const asked = fake.asked.length;
      // Idle connections are kept for 4 s; what was asking is cut off at once.
      await until('nobody is connected', async () => (await fake.connections()) === 0, {
        withinMs: 8_000,
      });
      assert.equal(fake.asked.length, asked);
    }
  });
});
