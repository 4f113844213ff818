import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startApi } from '../support/api.ts';
import { placesIn } from './certificates-on-the-wire.ts';
import { declared, directoryTarget, settled, type TargetJson } from './targets-on-the-wire.ts';

const { api } = await startApi();
const unserved = await startApi({ isSdsServed: false });
const targets = '/v1/rotation/targets';

function sdsTarget(name: string, destination: object = {}, changes: object = {}) {
  return directoryTarget('', { name, ...changes, destination: { type: 'sds', ...destination } });
}

describe('POST /v1/rotation/targets', () => {
  it('201: a target for SDS, with its defaults filled in and nobody who has it yet', async () => {
    const reply = await api.post(targets, sdsTarget('plain'));
    const { destination, status } = reply.json<TargetJson>();
    const contents = { includeRoot: true, clientAuthorities: [], clientTrust: 'issuer' };
    assert.deepEqual([reply.status, destination], [201, { type: 'sds', ...contents }]);
    assert.deepEqual((status as { sds?: unknown }).sds, { streams: 0, subscribers: [] });
  });

  it('201: readers are written as they stand in certificates', async () => {
    const readers = ['SPIFFE://Example.ORG/Edge', 'urn:example:a'];
    const { destination } = await declared(api, sdsTarget('readers', { readers }));
    assert.deepEqual(destination['readers'], ['spiffe://example.org/Edge', 'urn:example:a']);
  });

  it('400: readers that are none, or nobody', async () => {
    const reply = await api.post(targets, sdsTarget('none', { readers: ['edge', 'spiffe://a/b'] }));
    assert.deepEqual(placesIn(reply, 400, 'request-malformed'), ['/destination/readers/0']);
    const empty = await api.post(targets, sdsTarget('none', { readers: [] }));
    assert.deepEqual(placesIn(empty, 400, 'request-malformed'), ['/destination/readers']);
    const named = await api.post(targets, sdsTarget('none', { name: 'other' }));
    assert.deepEqual(placesIn(named, 400, 'request-malformed'), ['/destination/name']);
  });

  it('409: a name that belongs to the client authorities of another target, or the other way round', async () => {
    for (const [first, second] of [
      ['one', 'one-cacert'],
      ['two-cacert', 'two'],
    ] as const) {
      await declared(api, sdsTarget(first));
      const reply = await api.post(targets, sdsTarget(second));
      assert.deepEqual(placesIn(reply, 409, 'name-taken'), ['/destination']);
    }
  });

  it('422: says which setting is missing where nobody could ask for it', async () => {
    const reply = await unserved.api.post(targets, sdsTarget('unserved'));
    assert.deepEqual(placesIn(reply, 422, 'request-refused'), ['/destination/type']);
    assert.match(reply.text, /PKI_SDS_LISTEN/);
  });

  it('422: readers with a host that no certificate could name', async () => {
    const reply = await api.post(targets, sdsTarget('none', { readers: ['spiffe://1.2.3/a'] }));
    assert.deepEqual(placesIn(reply, 422, 'request-refused'), ['/destination/readers/0']);
  });
});

describe('PUT /v1/rotation/targets/{name}', () => {
  it('200: from a directory to SDS and to other readers, and its secret is the same', async () => {
    const { status } = await declared(api, sdsTarget('moved'));
    const { name: _, ...body } = sdsTarget('moved', { readers: ['spiffe://a/b'] });
    const reply = await api.put(`${targets}/moved`, body);
    assert.equal(reply.status, 200, reply.text);
    const target = await settled(api, 'moved');
    assert.equal(target.status.serialNumber, status.serialNumber);
    assert.deepEqual(target.destination['readers'], ['spiffe://a/b']);
  });
});

describe('POST /v1/rotation/targets/{name}/rotate', () => {
  it('200: makes a new certificate', async () => {
    const { status } = await declared(api, sdsTarget('rotated'));
    const reply = await api.post(`${targets}/rotated/rotate`);
    const [item] = reply.json<{ items: { outcome: string; serialNumber: string }[] }>().items;
    assert.equal(item?.outcome, 'rotated');
    assert.notEqual(item.serialNumber, status.serialNumber);
    const after = await settled(api, 'rotated');
    assert.deepEqual([after.status.state, after.status.lastError], ['current', null]);
  });
});

describe('DELETE /v1/rotation/targets/{name}', () => {
  it('204: leaves the secret for a target of the same name, or removes it where that is asked for', async () => {
    const { status } = await declared(api, sdsTarget('deleted'));
    assert.equal((await api.delete(`${targets}/deleted`)).status, 204);
    const again = await declared(api, sdsTarget('deleted'));
    assert.equal(again.status.serialNumber, status.serialNumber);
    assert.equal((await api.delete(`${targets}/deleted?destination=remove`)).status, 204);
    const anew = await declared(api, sdsTarget('deleted'));
    assert.notEqual(anew.status.serialNumber, status.serialNumber);
  });
});

describe('GET /v1/rotation/targets', () => {
  it('200: shows who has the secrets of targets for SDS, and of no others', async () => {
    const { items } = (await api.get(targets)).json<{ items: TargetJson[] }>();
    assert.ok(items.length > 0);
    for (const { destination, status } of items) {
      assert.equal('sds' in status, destination['type'] === 'sds');
    }
  });
});
