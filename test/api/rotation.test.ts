import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startApi } from '../support/api.ts';
import type { Reply } from '../support/api-client.ts';
import { FOREIGN, UNREACHABLE } from '../support/fake-destinations.ts';
import { placesIn, problemIn } from './certificates-on-the-wire.ts';
import {
  declared,
  directoryTarget,
  type ItemJson,
  secretTarget,
  type TargetJson,
} from './targets-on-the-wire.ts';

const DAY_MS = 86_400_000;

function itemIn(reply: Reply, target: string): ItemJson {
  assert.equal(reply.status, 200, reply.text);
  const { items } = reply.json<{ items: ItemJson[] }>();
  return items.find((item) => item.target === target) ?? assert.fail(reply.text);
}

describe('POST /v1/rotation/targets/{name}/rotate', async () => {
  const { api, newDirectory } = await startApi();
  const path = newDirectory();
  const first = await declared(api, directoryTarget(path));

  it('200: makes a new key and certificate, due or not', async () => {
    const item = itemIn(await api.post('/v1/rotation/targets/edge/rotate'), 'edge');
    assert.deepEqual([item.outcome, item.reasons], ['rotated', ['requested']]);
    assert.notEqual(item.serialNumber, first.status.serialNumber);
    const { status } = (await api.get('/v1/rotation/targets/edge')).json<TargetJson>();
    assert.deepEqual([status.state, status.serialNumber], ['current', item.serialNumber]);
  });

  it('200: the body may be absent or empty', async () => {
    const withBody = await api.post('/v1/rotation/targets/edge/rotate', {});
    assert.equal(itemIn(withBody, 'edge').outcome, 'rotated');
  });

  it('200: several at once are done one after the other', async () => {
    const rotate = () => api.post('/v1/rotation/targets/edge/rotate');
    const replies = await Promise.all([rotate(), rotate(), rotate()]);
    const items = replies.map((reply) => itemIn(reply, 'edge'));
    assert.deepEqual(
      items.map(({ outcome }) => outcome),
      ['rotated', 'rotated', 'rotated'],
    );
    assert.equal(new Set(items.map(({ serialNumber }) => serialNumber)).size, 3);
    const { status } = (await api.get('/v1/rotation/targets/edge')).json<TargetJson>();
    assert.ok(items.some(({ serialNumber }) => serialNumber === status.serialNumber));
  });

  it('200: a failure is told in the item, and in the status of the target', async () => {
    await declared(api, secretTarget(UNREACHABLE));
    const item = itemIn(await api.post('/v1/rotation/targets/webapp/rotate'), 'webapp');
    assert.equal(item.outcome, 'failed');
    assert.match(item.error ?? '', /does not answer/);
    const { status } = (await api.get('/v1/rotation/targets/webapp')).json<TargetJson>();
    assert.deepEqual([status.state, status.serialNumber], ['failing', null]);
    assert.match(status.lastError ?? '', /does not answer/);
  });

  it("200: somebody else's Secret is a conflict, and nothing is written", async () => {
    const target = secretTarget(FOREIGN, { name: 'foreign' });
    const { status } = await declared(api, target);
    assert.equal(status.state, 'conflict');
    const item = itemIn(await api.post('/v1/rotation/targets/foreign/rotate'), 'foreign');
    assert.equal(item.outcome, 'failed');
    assert.match(item.error ?? '', /cert-manager/);
  });

  it('400: a member in the body', async () => {
    const reply = await api.post('/v1/rotation/targets/edge/rotate', { force: true });
    assert.deepEqual(placesIn(reply, 400, 'request-malformed'), ['/force']);
  });

  it('404: a target that does not exist', async () => {
    problemIn(await api.post('/v1/rotation/targets/nobody/rotate'), 404, 'target-unknown');
  });
});

describe('POST /v1/rotation/run', async () => {
  const { api, clock, newDirectory } = await startApi();
  const path = newDirectory();
  const { status: atFirst } = await declared(api, directoryTarget(path));

  it('200: leaves alone what is good', async () => {
    const item = itemIn(await api.post('/v1/rotation/run'), 'edge');
    const { serialNumber } = atFirst;
    assert.deepEqual(item, { target: 'edge', outcome: 'current', reasons: [], serialNumber });
  });

  it('200: mends what was deleted by hand', async () => {
    rmSync(join(path, 'current'), { recursive: true });
    const item = itemIn(await api.post('/v1/rotation/run', {}), 'edge');
    assert.deepEqual([item.outcome, item.reasons], ['rotated', ['missing']]);
  });

  it('200: rotates what is due, and a target that is due says so before', async () => {
    clock.advance(21 * DAY_MS);
    const { status } = (await api.get('/v1/rotation/targets/edge')).json<TargetJson>();
    assert.deepEqual([status.state, status.reasons], ['due', ['due']]);
    const item = itemIn(await api.post('/v1/rotation/run'), 'edge');
    assert.deepEqual([item.outcome, item.reasons], ['rotated', ['due']]);
  });

  it('200: one that fails does not stop the others, and waits before it is tried again', async () => {
    await declared(api, secretTarget(UNREACHABLE));
    const waiting = await api.post('/v1/rotation/run');
    assert.match(itemIn(waiting, 'webapp').error ?? '', /tried again after/);
    assert.equal(itemIn(waiting, 'edge').outcome, 'current');
    const forced = itemIn(await api.post('/v1/rotation/run', { force: true }), 'webapp');
    assert.equal(forced.outcome, 'failed');
    assert.doesNotMatch(forced.error ?? '', /tried again after/);
  });

  it('200: an issuer that ends too soon makes the target fail, and is warned of', async () => {
    const short = { name: 'short', kind: 'intermediate', parent: 'root', validity: '20d' };
    const made = { ...short, subject: { commonName: 'Short' }, keyAlgorithm: 'ecdsa-p256' };
    assert.equal((await api.post('/v1/authorities', made)).status, 201);
    const target = directoryTarget(newDirectory(), { name: 'too-long', authority: 'short' });
    const { status } = await declared(api, target);
    assert.equal(status.state, 'failing');
    assert.match(status.lastError ?? '', /\/validity/);
    const { warnings = [] } = (await api.get('/v1/authorities/short')).json<{
      warnings?: unknown[];
    }>();
    assert.equal(warnings.length, 1);
  });

  it('400: a force that is neither true nor false', async () => {
    const reply = await api.post('/v1/rotation/run', { force: 'yes' });
    assert.deepEqual(placesIn(reply, 400, 'request-malformed'), ['/force']);
  });
});
