import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '../../e2e/rig/until.ts';
import { FakeObjects } from './fake-objects.ts';
import { OURS, presentOf, secret, watched, web } from './watched-store.ts';
import { presentState, secretDestination, secretWrite } from './worlds.ts';

describe('SecretStore with watches', () => {
  it('reads without asking, and gives the same object until something changes', async (t) => {
    const fake = await FakeObjects.start(t);
    fake.set(secret('web'));
    const { present } = await watched(t, fake);
    const first = await present();
    assert.equal(first.files['tls.key'], 'x.key');
    assert.equal(await present(), first);
    fake.set(secret('web', OURS, 'y'));
    await until('the change is there', async () => (await present()).files['tls.crt'] === 'y.crt');
    assert.equal(fake.gets(), 0);
    assert.equal(fake.lists(), 1);
  });

  it('knows without asking that there is no such Secret, and when it is deleted', async (t) => {
    const fake = await FakeObjects.start(t);
    fake.set(secret('web'));
    const { store, present } = await watched(t, fake);
    const nowhere = secretDestination({ name: 'nowhere' });
    assert.deepEqual(await store.read(nowhere), { kind: 'absent' });
    await present();
    fake.delete('web');
    await until('it is gone', async () => (await store.read(web)).kind === 'absent');
    assert.equal(fake.gets(), 0);
  });

  it('reads its own write at once, however late the watch is', async (t) => {
    const fake = await FakeObjects.start(t);
    fake.set(secret('web'));
    const { store, present } = await watched(t, fake);
    const found = await present();
    fake.isSilent = true;
    fake.set(secret('web', OURS, 'older'));
    await store.write(web, secretWrite({ found }));
    const written = await present();
    assert.equal(written.files['tls.crt'], 'the certificate\n');
    fake.speak();
    fake.set(secret('other'));
    await until('the watch has caught up', async () => {
      return (await store.read(secretDestination({ name: 'other' }))).kind === 'present';
    });
    assert.equal((await present()).version, written.version);
    assert.equal(fake.gets(), 0);
  });

  it('asks the API server after a write that was refused', async (t) => {
    const fake = await FakeObjects.start(t);
    fake.set(secret('web'));
    const { store, present } = await watched(t, fake);
    const found = await present();
    fake.isSilent = true;
    fake.set(secret('web', OURS, 'theirs'));
    fake.fault = ({ kind }) => (kind === 'other' ? { status: 409 } : undefined);
    await assert.rejects(store.write(web, secretWrite({ found })), /changed by somebody else/);
    assert.equal((await present()).files['tls.crt'], 'theirs.crt');
    assert.equal((await present()).files['tls.crt'], 'theirs.crt');
    assert.equal(fake.gets(), 1);
  });

  it('asks the API server after a write of which nobody knows how it ended', async (t) => {
    const fake = await FakeObjects.start(t);
    const { store } = await watched(t, fake);
    assert.equal((await store.read(web)).kind, 'absent');
    fake.isSilent = true;
    fake.fault = ({ kind }) => {
      if (kind !== 'other') return undefined;
      fake.set(secret('web'));
      return 'reset';
    };
    await assert.rejects(store.write(web, secretWrite()), /cut off/);
    assert.equal((await store.read(web)).kind, 'present');
  });

  it('asks the API server about a Secret that it has just deleted', async (t) => {
    const fake = await FakeObjects.start(t);
    fake.set(secret('web'));
    const { store, present } = await watched(t, fake);
    await present();
    fake.isSilent = true;
    assert.equal(await store.remove(web, 'web'), true);
    assert.equal((await store.read(web)).kind, 'absent');
    fake.speak();
    await until('nothing is asked any more', async () => {
      const before = fake.gets();
      await store.read(web);
      return fake.gets() === before;
    });
  });

  it('tells of a change by somebody else, and not of its own', async (t) => {
    const fake = await FakeObjects.start(t);
    fake.set(secret('web'));
    const { store, changes, present } = await watched(t, fake);
    await store.write(web, secretWrite({ found: await present() }));
    fake.set(secret('bystander'));
    fake.set(secret('web', OURS, 'theirs'));
    await until('it is told', () => changes.length > 0);
    await store.write(web, secretWrite({ found: presentState() }));
    fake.set(secret('bystander', OURS, 'again'));
    fake.delete('web');
    await until('it is told', () => changes.length > 1);
    assert.deepEqual(
      changes.map(({ namespace, name }) => [namespace, name]),
      [
        ['istio-system', 'web'],
        ['istio-system', 'web'],
      ],
    );
  });

  it('tells of what changed while the watch was away', async (t) => {
    const fake = await FakeObjects.start(t);
    fake.set(secret('web'));
    const { changes, present } = await watched(t, fake);
    await present();
    fake.fault = () => 'reset';
    fake.cut();
    fake.delete('web');
    fake.compact();
    fake.fault = () => undefined;
    await until('it is told', () => changes.length === 1);
  });

  for (const verb of ['list', 'watch'] as const) {
    it(`reads each Secret by itself where RBAC forbids to ${verb}, and says so once`, async (t) => {
      const fake = await FakeObjects.start(t);
      fake.set(secret('web'));
      const reason = `secrets is forbidden: User "x" cannot ${verb} resource "secrets" in API group ""`;
      fake.fault = ({ kind }) => (kind === verb ? { status: 403, reason } : undefined);
      const { notices, present } = await watched(t, fake);
      await present();
      await present();
      assert.equal(fake.gets(), 2);
      await until(
        'it is refused again',
        () => fake.asked.filter(({ kind }) => kind === verb).length > 1,
      );
      assert.deepEqual(
        notices.map(({ level }) => level),
        ['warn'],
      );
      assert.match(
        notices[0]?.words ?? '',
        new RegExp(
          `to ${verb} secrets in namespace "istio-system" \\(403\\): grant it the verb "${verb}"`,
        ),
      );
      fake.fault = () => undefined;
      await until('it is watched', () => notices.length === 2);
      await present();
      assert.equal(fake.gets(), 2);
    });
  }

  it('asks an API server that cannot be reached for a few targets and not for thousands', async (t) => {
    const fake = await FakeObjects.start(t);
    fake.set(secret('web'));
    const { store, notices, recoveries, present } = await watched(t, fake);
    await present();
    fake.fault = () => 'reset';
    fake.cut();
    await until('the watch is lost', () => notices.length === 1);
    for (let read = 0; read < 1_000; read += 1) {
      await assert.rejects(store.read(web), /cannot be reached: the connection was cut off/);
    }
    assert.ok(fake.gets() <= 5, `${fake.gets()} requests`);
    fake.fault = () => undefined;
    await until('it is told of its end', () => recoveries.length === 1);
    await present();
  });

  it('leaves what is no credential out, and keeps nobody else’s private key', async (t) => {
    const fake = await FakeObjects.start(t);
    fake.set(secret('web', {}));
    const { store } = await watched(t, fake);
    assert.equal((await store.read(web)).kind, 'foreign');
    assert.equal(fake.gets(), 0);
    const adopted = presentOf(await store.read(secretDestination({ adopt: true })));
    assert.equal(adopted.files['tls.key'], 'x.key');
    assert.equal(fake.gets(), 1);
    const list = fake.asked.find(({ kind }) => kind === 'list');
    const selector = 'type!=helm.sh/release.v1,type!=kubernetes.io/service-account-token';
    assert.equal(list?.url.searchParams.get('fieldSelector'), selector);
  });

  it('watches the namespaces of targets only, and leaves one that has none any more', async (t) => {
    const fake = await FakeObjects.start(t);
    const { store } = await watched(t, fake);
    store.follow([web, secretDestination({ name: 'b' }), secretDestination({ namespace: 'c' })]);
    await until('both are watched', () => fake.openWatches === 2);
    assert.deepEqual(
      fake.asked
        .filter(({ kind }) => kind === 'list')
        .map(({ url }) => url.pathname.split('/').at(-2))
        .sort(),
      ['c', 'istio-system'],
    );
    store.follow([secretDestination({ namespace: 'c' })]);
    await until('one is left', () => fake.openWatches === 1);
  });
});
