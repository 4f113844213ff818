import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startApi } from '../support/api.ts';
import type { Reply } from '../support/api-client.ts';
import { issue, placesIn } from './certificates-on-the-wire.ts';
import { declared, directoryTarget } from './targets-on-the-wire.ts';

interface EntryJson {
  readonly sequence: number;
  readonly time: string;
  readonly actor: string;
  readonly action: string;
  readonly requestId: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

interface Page {
  readonly items: readonly EntryJson[];
  readonly nextCursor: string | null;
}

const { api, newDirectory } = await startApi();

async function page(query = '?limit=1000'): Promise<Page> {
  const reply = await api.get(`/v1/audit${query}`);
  assert.equal(reply.status, 200, reply.text);
  return reply.json<Page>();
}

/** What the journal says of one request, the oldest first. */
async function entriesOf({ headers }: Reply): Promise<readonly EntryJson[]> {
  const { items } = await page();
  return items.filter(({ requestId }) => requestId === headers['x-request-id']).reverse();
}

function actionsOf(entries: readonly EntryJson[]): readonly string[] {
  return entries.map(({ action }) => action);
}

describe('GET /v1/audit', () => {
  it('200: the first start is in it, without a request', async () => {
    const { items } = await page();
    const started = items.filter(({ actor }) => actor === 'startup');
    assert.equal(started.length, items.length);
    assert.ok(started.every(({ requestId }) => requestId === null));
    const actions = actionsOf(started).toSorted();
    assert.deepEqual(actions, [
      'authority.created',
      'authority.created',
      'certificate.issued',
      'certificate.issued',
    ]);
  });

  it('200: a certificate, with what it is for and who asked', async () => {
    const body = { authority: 'issuing', profile: 'server', dnsNames: ['a.example.org'] };
    const reply = await api.post('/v1/certificates', body);
    const { serialNumber } = reply.json<{ serialNumber: string }>();
    const [entry, ...more] = await entriesOf(reply);
    assert.deepEqual([entry?.action, entry?.actor, more], ['certificate.issued', 'admin', []]);
    assert.ok(entry);
    assert.equal(entry.time, '2030-06-15T12:00:00.000Z');
    assert.equal(entry.details['serialNumber'], serialNumber);
    assert.deepEqual(entry.details['dnsNames'], ['a.example.org']);
  });

  it('200: an authority, and the certificate that it was given', async () => {
    const reply = await api.post('/v1/authorities', {
      name: 'journal',
      kind: 'intermediate',
      parent: 'root',
      subject: { commonName: 'Journal' },
      keyAlgorithm: 'ecdsa-p256',
      validity: '1y',
    });
    assert.deepEqual(actionsOf(await entriesOf(reply)), [
      'authority.created',
      'certificate.issued',
    ]);
  });

  it('200: a private key that was handed out again', async () => {
    const { serialNumber } = await issue(api, {
      dnsNames: ['b.example.org'],
      storePrivateKey: true,
    });
    const reply = await api.post(`/v1/certificates/${serialNumber}/pfx`, { password: 'unwritten' });
    const [entry, ...more] = await entriesOf(reply);
    assert.deepEqual([entry?.action, more], ['private-key.downloaded', []]);
    assert.equal(entry?.details['serialNumber'], serialNumber);
  });

  it('200: refusals, with the rule that was broken', async () => {
    const body = { authority: 'root', profile: 'server', dnsNames: ['a.example.org'] };
    const refused = await api.post('/v1/certificates', body);
    const taken = await api.post('/v1/authorities', {
      ...{ name: 'issuing', kind: 'root', subject: { commonName: 'x' } },
      ...{ keyAlgorithm: 'ecdsa-p256', validity: '1y' },
    });
    for (const reply of [refused, taken]) {
      const [entry, ...more] = await entriesOf(reply);
      assert.deepEqual([entry?.action, more], ['request.refused', []]);
      assert.equal(entry?.details['code'], reply.json<{ code: string }>().code);
    }
  });

  it('200: not what was malformed, nor who had no token', async () => {
    const malformed = await api.post('/v1/certificates', {});
    const unknown = await api.post('/v1/certificates', {}, { token: 'another' });
    for (const reply of [malformed, unknown]) assert.deepEqual(await entriesOf(reply), []);
  });

  it('200: everything about a target, its destination among it', async () => {
    const path = newDirectory();
    const target = directoryTarget(path);
    const targets = '/v1/rotation/targets';
    await declared(api, target);
    const changed = await api.put(`${targets}/edge`, { ...target, dnsNames: ['b.example.org'] });
    await api.post('/v1/rotation/run');
    const rotated = await api.post(`${targets}/edge/rotate`);
    const removed = await api.delete(`${targets}/edge?destination=remove`);
    assert.deepEqual(actionsOf(await entriesOf(changed)), [
      'target.replaced',
      'certificate.issued',
      'destination.written',
    ]);
    assert.deepEqual(actionsOf(await entriesOf(rotated)), [
      'certificate.issued',
      'destination.written',
    ]);
    assert.deepEqual(actionsOf(await entriesOf(removed)), [
      'destination.removed',
      'target.deleted',
    ]);
    const { items } = await page();
    assert.ok(items.some(({ action }) => action === 'target.created'));
  });

  it('200: holds no key, no password and no CSR', async () => {
    const text = JSON.stringify(await page());
    assert.doesNotMatch(text, /PRIVATE KEY|unwritten|BEGIN /);
  });

  it('200: pages of any size hold everything once, the newest first', async () => {
    const all = (await page()).items.map(({ sequence }) => sequence);
    assert.deepEqual(
      all,
      all.toSorted((one, other) => other - one),
    );
    for (const limit of [1, 7, all.length]) {
      const seen: number[] = [];
      let next: Page = await page(`?limit=${limit}`);
      seen.push(...next.items.map(({ sequence }) => sequence));
      while (next.nextCursor !== null) {
        next = await page(`?limit=${limit}&cursor=${next.nextCursor}`);
        seen.push(...next.items.map(({ sequence }) => sequence));
      }
      assert.deepEqual(seen, all);
    }
  });

  it('400: a limit out of bounds, and the cursor of another list', async () => {
    const { nextCursor } = (await api.get('/v1/certificates?limit=1')).json<Page>();
    const wrong = [
      ['limit', '0'],
      ['limit', '1001'],
      ['cursor', 'abc'],
      ['cursor', `${nextCursor}`],
    ];
    for (const [parameter, value] of wrong) {
      const reply = await api.get(`/v1/audit?${parameter}=${value}`);
      assert.deepEqual(placesIn(reply, 400, 'request-malformed'), [parameter]);
    }
  });
});
