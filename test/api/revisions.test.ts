import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startApi } from '../support/api.ts';
import type { Reply } from '../support/api-client.ts';
import { FOREIGN } from '../support/fake-destinations.ts';
import { placesIn, problemIn } from './certificates-on-the-wire.ts';
import {
  declared,
  directoryTarget,
  type ItemJson,
  secretTarget,
  type TargetJson,
} from './targets-on-the-wire.ts';

const DAY_MS = 86_400_000;

interface RevisionJson {
  readonly revision: number;
  readonly serialNumber: string;
  readonly authority: string;
  readonly reasons: readonly string[];
  readonly actor: string;
  readonly writtenAt: string | null;
  readonly provenAt: string | null;
  readonly keyKept: boolean;
}

function itemsIn(reply: Reply): readonly RevisionJson[] {
  assert.equal(reply.status, 200, reply.text);
  return reply.json<{ items: RevisionJson[] }>().items;
}

function rotatedIn(reply: Reply): ItemJson {
  assert.equal(reply.status, 200, reply.text);
  return reply.json<{ items: ItemJson[] }>().items[0] ?? assert.fail(reply.text);
}

const { api, clock, newDirectory } = await startApi();
const first = await declared(api, directoryTarget(newDirectory()));
const rotate = async () => rotatedIn(await api.post('/v1/rotation/targets/edge/rotate'));
const history = async (query = '') =>
  itemsIn(await api.get(`/v1/rotation/targets/edge/history${query}`));

describe('GET /v1/rotation/targets/{name}/history', () => {
  it('200: every write, the latest first, with who made it and why', async () => {
    const second = await rotate();
    const [latest, earliest] = await history();
    assert.deepEqual(
      [latest?.revision, latest?.serialNumber, latest?.reasons, latest?.actor],
      [2, second.serialNumber, ['requested'], 'admin'],
    );
    assert.deepEqual([earliest?.revision, earliest?.reasons], [1, ['missing']]);
    assert.ok(latest?.writtenAt && earliest?.writtenAt);
    const { status } = (await api.get('/v1/rotation/targets/edge')).json<TargetJson>();
    assert.equal(status.revision, 2);
  });

  it('200: the keys of the last two certificates are kept, and no others', async () => {
    await rotate();
    await rotate();
    const kept = (await history()).map(({ keyKept }) => keyKept);
    assert.deepEqual(kept, [true, true, false, false]);
  });

  it('200: pages by a cursor, which is another list’s no cursor', async () => {
    const reply = await api.get('/v1/rotation/targets/edge/history?limit=1');
    const { nextCursor } = reply.json<{ nextCursor: string }>();
    const [next] = await history(`?limit=1&cursor=${nextCursor}`);
    assert.equal(next?.revision, 3);
    const misused = await api.get(`/v1/audit?cursor=${nextCursor}`);
    assert.deepEqual(placesIn(misused, 400, 'request-malformed'), ['cursor']);
  });

  it('400: a limit that is none', async () => {
    const reply = await api.get('/v1/rotation/targets/edge/history?limit=0');
    assert.deepEqual(placesIn(reply, 400, 'request-malformed'), ['limit']);
  });

  it('404: a target that does not exist', async () => {
    problemIn(await api.get('/v1/rotation/targets/nobody/history'), 404, 'target-unknown');
  });

  it('404: nothing is left of a target that was deleted, and another of its name begins anew', async () => {
    await declared(api, directoryTarget(newDirectory(), { name: 'brief' }));
    await api.call('DELETE', '/v1/rotation/targets/brief');
    problemIn(await api.get('/v1/rotation/targets/brief/history'), 404, 'target-unknown');
    await declared(api, directoryTarget(newDirectory(), { name: 'brief' }));
    const items = itemsIn(await api.get('/v1/rotation/targets/brief/history'));
    assert.deepEqual(
      items.map(({ revision }) => revision),
      [1],
    );
  });
});

describe('POST /v1/rotation/targets/{name}/rollback', () => {
  const rollBack = (body?: object) => api.post('/v1/rotation/targets/edge/rollback', body);

  it('200: puts the certificate before in place, and keeps it there', async () => {
    const before = await rotate();
    const after = await rotate();
    const item = rotatedIn(await rollBack());
    assert.deepEqual([item.outcome, item.reasons], ['rotated', ['rolledBack']]);
    assert.equal(item.serialNumber, before.serialNumber);
    assert.notEqual(item.serialNumber, after.serialNumber);
    await api.post('/v1/rotation/run');
    const { status } = (await api.get('/v1/rotation/targets/edge')).json<TargetJson>();
    assert.deepEqual([status.state, status.serialNumber], ['current', before.serialNumber]);
  });

  it('200: the body may be empty, and a rotation leads away again', async () => {
    assert.equal(rotatedIn(await rollBack({})).outcome, 'rotated');
    const { serialNumber } = await rotate();
    const { status } = (await api.get('/v1/rotation/targets/edge')).json<TargetJson>();
    assert.equal(status.serialNumber, serialNumber);
  });

  it('400: a member in the body', async () => {
    const reply = await rollBack({ revision: 1 });
    assert.deepEqual(placesIn(reply, 400, 'request-malformed'), ['/revision']);
  });

  it('404: a target that does not exist', async () => {
    const reply = await api.post('/v1/rotation/targets/nobody/rollback');
    problemIn(reply, 404, 'target-unknown');
  });

  it('409: no certificate was there before, or what was has expired', async () => {
    await declared(api, directoryTarget(newDirectory(), { name: 'single' }));
    const reply = await api.post('/v1/rotation/targets/single/rollback');
    problemIn(reply, 409, 'revision-unavailable');
    assert.match(reply.text, /no other certificate was there before it/);
    clock.advance(31 * DAY_MS);
    await api.post('/v1/rotation/run');
    const expired = await rollBack();
    problemIn(expired, 409, 'revision-unavailable');
    assert.match(expired.text, /has expired/);
  });

  it('409: nothing was ever written to what is somebody else’s', async () => {
    await declared(api, secretTarget(FOREIGN, { name: 'foreign' }));
    problemIn(await api.post('/v1/rotation/targets/foreign/rollback'), 409, 'revision-unavailable');
  });
});

describe('what is kept of keys', () => {
  it('is not handed out: a certificate of a target has no PFX', async () => {
    const path = `/v1/certificates/${first.status.serialNumber}/pfx`;
    const reply = await api.post(path, { password: 'abcdefghijkl', encryption: 'modern' });
    problemIn(reply, 409, 'private-key-not-stored');
  });
});
