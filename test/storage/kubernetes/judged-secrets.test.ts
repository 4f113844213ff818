import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '../../e2e/rig/until.ts';
import { FakeObjects } from './fake-objects.ts';
import { base64, OURS, presentOf, secret, watched, web } from './watched-store.ts';
import { secretDestination } from './worlds.ts';

const mutual = secretDestination({ clientAuthorities: ['issuing'] });
const cacert = secretDestination({ name: 'web-cacert' });

function pem(text: string): string {
  return `-----BEGIN CERTIFICATE-----\n${base64(text)}\n-----END CERTIFICATE-----\n`;
}

describe('a Secret that was judged, of which little is kept', () => {
  it('reads to the octet what it keeps in parts, since others have one of them too', async (t) => {
    const fake = await FakeObjects.start(t);
    const [ours, theirs] = ['a', 'b'].map((text) => `${pem(text)}${pem('above')}`);
    fake.set(secret('web', OURS, { 'tls.crt': ours, 'tls.key': 'x' }));
    fake.set(secret('api', OURS, { 'tls.crt': theirs, 'tls.key': 'y' }));
    const { store, present } = await watched(t, fake);
    assert.deepEqual((await present()).files, { 'tls.crt': ours, 'tls.key': 'x' });
    const api = presentOf(await store.read(secretDestination({ name: 'api' })));
    assert.deepEqual({ ...api.files }, { 'tls.crt': theirs, 'tls.key': 'y' });
    assert.deepEqual(
      store
        .credentialsIn(web.namespace)
        ?.map((one) => one.pem)
        .sort(),
      [ours, theirs],
    );
  });

  it('reads without asking what a target keeps in two Secrets', async (t) => {
    const fake = await FakeObjects.start(t);
    fake.set(secret('web'));
    fake.set(secret('web-cacert', OURS, { 'ca.crt': 'client authorities' }));
    const { store } = await watched(t, fake);
    const first = presentOf(await store.read(mutual));
    assert.equal(presentOf(await store.read(cacert)).files['ca.crt'], 'client authorities');
    assert.equal(await store.read(mutual), first);
    assert.equal(first.beside, undefined);
    assert.equal(fake.gets(), 0);
  });

  it("sees another target's client authorities beside, though those were judged before", async (t) => {
    const fake = await FakeObjects.start(t);
    const theirs = { ...OURS, 'certwright.dev/target': 'other' };
    fake.set(secret('web'));
    fake.set(secret('web-cacert', theirs, { 'ca.crt': 'client authorities' }));
    const { store } = await watched(t, fake);
    await store.read(cacert);
    const found = presentOf(await store.read(mutual));
    const separateCa = { name: 'web-cacert', pem: 'client authorities' };
    assert.deepEqual(found.beside, { entries: {}, separateCa });
    assert.equal(await store.read(mutual), found);
    assert.equal(fake.gets(), 1);
  });

  it('is read by several at once, of whom none finds it emptied by another', async (t) => {
    const fake = await FakeObjects.start(t);
    fake.set(secret('web'));
    const { store } = await watched(t, fake);
    const adopting = secretDestination({ adopt: true });
    for (const destination of [web, adopting, web]) {
      const reads = [store.read(destination), store.read(destination), store.read(destination)];
      for (const state of [...(await Promise.all(reads)), await store.read(destination)]) {
        assert.equal(presentOf(state).files['tls.key'], 'x.key');
      }
    }
  });

  it('is read whole while it is read as what lies beside another', async (t) => {
    const theirs = { ...OURS, 'certwright.dev/target': 'other' };
    const separateCa = { name: 'web-cacert', pem: 'client authorities' };
    for (const order of [
      [mutual, cacert, mutual],
      [cacert, mutual, mutual],
    ]) {
      const fake = await FakeObjects.start(t);
      fake.set(secret('web'));
      fake.set(secret('web-cacert', theirs, { 'ca.crt': 'client authorities' }));
      const { store } = await watched(t, fake);
      await Promise.all(order.map((destination) => store.read(destination)));
      assert.deepEqual(presentOf(await store.read(mutual)).beside, { entries: {}, separateCa });
      assert.equal(presentOf(await store.read(cacert)).files['ca.crt'], 'client authorities');
    }
  });

  it('shares with others what is a chain, and not whatever somebody has put there', async (t) => {
    const fake = await FakeObjects.start(t);
    const isShared = async (text: string) => {
      fake.set(secret('web', OURS, { 'tls.crt': text, 'tls.key': 'x' }));
      await until('it is there', async () => (await present()).files['tls.crt'] === text);
      const { files } = await present();
      return Object.getOwnPropertyDescriptor(files, 'tls.crt')?.get !== undefined;
    };
    const { present } = await watched(t, fake);
    assert.equal(await isShared(pem('leaf') + pem('above')), true);
    assert.equal(await isShared(pem('leaf') + pem('above'.repeat(4_000))), false);
    assert.equal(await isShared('none at all, but longer than the end of one \u{1F511}'), false);
  });
});
