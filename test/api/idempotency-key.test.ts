import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { startApi } from '../support/api.ts';
import type { Reply } from '../support/api-client.ts';
import { type CertificateJson, issue, problemIn } from './certificates-on-the-wire.ts';
import { MarkedRequests } from './marked-requests.ts';
import { samples } from './samples.ts';
import { openTlsListener, tlsCall } from './tls-call.ts';

const { api, apps, adminToken, url } = await startApi();
const marked = new MarkedRequests(api);
const PATH = '/v1/certificates';
const FLOOD = 60;

const honoured = Object.keys(marked.operations);

for (const { operation, path, body } of samples) {
  if (operation.method !== 'post' || honoured.includes(operation.path)) continue;
  describe(`POST ${operation.path}, with an Idempotency-Key`, () => {
    it('400: is not done at all, since it could not be answered alike again', async () => {
      const reply = await marked.send(path, body, 'anywhere');
      const { detail } = problemIn(reply, 400, 'request-malformed');
      assert.match(detail, /^the header Idempotency-Key is not honoured here/);
    });
  });
}

describe('POST /v1/certificates/batch, with an Idempotency-Key', () => {
  it('200: repeats refused items as they were, and writes their refusals into the journal once', async () => {
    const body = { items: [marked.leaf(), { ...marked.leaf(), authority: 'root' }] };
    const first = await marked.send(`${PATH}/batch`, body, 'refused-items');
    const { results } = first.json<{ results: readonly { status: number }[] }>();
    assert.deepEqual(
      results.map(({ status }) => status),
      [201, 422],
    );
    const again = await marked.send(`${PATH}/batch`, body, 'refused-items');
    assert.equal(again.text, first.text);
    const actions = async (reply: Reply) =>
      (await marked.journalOf(reply)).map(({ action }) => action).toSorted();
    assert.deepEqual(await actions(first), ['certificate.issued', 'request.refused']);
    assert.deepEqual(await actions(again), ['private-key.downloaded']);
  });

  it('409: while the first is worked on', async () => {
    const slow = { ...marked.leaf(), keyAlgorithm: 'rsa-4096' };
    const body = { items: [slow] };
    const replies = await Promise.all(
      [1, 2, 3].map(() => marked.send(`${PATH}/batch`, body, 'batches')),
    );
    const refused = replies.filter(({ status }) => status !== 200);
    assert.equal(refused.length, 2);
    for (const reply of refused) problemIn(reply, 409, 'idempotency-key-in-use');
  });

  it('422: the key of another batch', async () => {
    const items = [marked.leaf()];
    await marked.send(`${PATH}/batch`, { items }, 'other-batch');
    const other = await marked.send(
      `${PATH}/batch`,
      { items: [...items, ...items] },
      'other-batch',
    );
    problemIn(other, 422, 'idempotency-key-reused');
  });
});

describe('an Idempotency-Key', () => {
  it('is refused for a stream of NDJSON, with advice', async () => {
    const before = await marked.serialNumbers();
    const reply = await api.call('POST', `${PATH}/batch`, {
      text: JSON.stringify(marked.leaf()),
      contentType: 'application/x-ndjson',
      headers: { 'Idempotency-Key': 'a' },
    });
    const { detail } = problemIn(reply, 400, 'request-malformed');
    assert.match(detail, /Idempotency-Key .*send the batch as JSON/);
    assert.deepEqual(await marked.serialNumbers(), before);
  });

  it('is nothing to requests that may be repeated as they are', async () => {
    const reply = await api.get(PATH, { headers: { 'Idempotency-Key': 'a b' } });
    assert.equal(reply.status, 200);
  });

  it('stays free where the request is refused, and where it is malformed', async () => {
    const body = marked.leaf();
    for (const bad of [{ dnsNames: ['not a host'] }, { authority: 'root' }]) {
      const refused = await marked.send(PATH, { ...body, ...bad }, 'free');
      assert.ok([400, 422].includes(refused.status));
      assert.notEqual(refused.json<{ code: string }>().code, 'idempotency-key-reused');
    }
    const granted = await marked.send(PATH, body, 'free');
    assert.equal(granted.status, 201, granted.text);
  });

  it('is each operation’s own, and each path and query of one belong to the request', async () => {
    const key = randomUUID();
    const issued = await marked.send(PATH, marked.leaf(), key);
    const { serialNumber } = issued.json<CertificateJson>();
    const path = `/v1/certificates/${serialNumber}/renew`;
    assert.equal((await marked.send(path, {}, key)).status, 201);
    problemIn(
      await marked.send(`${path}?authority=issuing`, {}, key),
      422,
      'idempotency-key-reused',
    );
    const other = await issue(api, marked.leaf());
    const otherPath = `/v1/certificates/${other.serialNumber}/renew`;
    problemIn(await marked.send(otherPath, {}, key), 422, 'idempotency-key-reused');
  });

  it('takes a request without a body for another one than that with an empty object', async () => {
    const { serialNumber } = await issue(api, marked.leaf());
    const path = `/v1/certificates/${serialNumber}/renew`;
    const headers = { 'Idempotency-Key': 'no-body' };
    const first = await api.call('POST', path, { headers });
    assert.equal((await api.call('POST', path, { headers })).text, first.text);
    problemIn(await api.post(path, {}, { headers }), 422, 'idempotency-key-reused');
  });

  it('marks a pending authority too', async () => {
    const { validity, ...own } = marked.authority();
    assert.equal(validity, '2y');
    const body = { ...own, parent: null };
    const first = await marked.send('/v1/authorities', body, 'pending');
    assert.equal(first.json<{ status: string }>().status, 'pending', first.text);
    assert.equal((await marked.send('/v1/authorities', body, 'pending')).text, first.text);
    problemIn(await api.post('/v1/authorities', body), 409, 'name-taken');
  });

  it('is refused where it is there twice', async () => {
    const sent = JSON.stringify(marked.leaf());
    const outgoing = request(`${url}${PATH}`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${adminToken}`,
        'Content-Type': 'application/json',
        'Idempotency-Key': ['a', 'a'],
      },
    }).end(sent);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    assert.equal(answer.statusCode, 400);
    assert.match(await text(answer), /the header Idempotency-Key must be there once/);
  });

  it('shows what was issued to nobody without a token', async () => {
    const body = marked.leaf();
    await marked.send(PATH, body, 'token');
    const headers = { 'Idempotency-Key': 'token' };
    problemIn(await api.post(PATH, body, { headers, token: null }), 401, 'unauthenticated');
  });

  it('issues once for each of many different keys', async () => {
    const body = marked.leaf();
    const before = (await marked.serialNumbers()).length;
    for (const _ of [1, 2]) {
      const replies = await Promise.all(
        Array.from({ length: 300 }, (_, index) => marked.send(PATH, body, `many-${index}`)),
      );
      const issued = replies.map((reply) => reply.json<CertificateJson>().serialNumber);
      assert.equal(new Set(issued).size, 300);
      assert.equal((await marked.serialNumbers()).length, before + 300);
    }
  });

  it('issues one certificate, whatever comes at once with it', async () => {
    const bodies = [marked.leaf(), marked.leaf()];
    const before = (await marked.serialNumbers()).length;
    const replies = await Promise.all(
      Array.from({ length: FLOOD }, (_, index) => marked.send(PATH, bodies[index % 2], 'flood')),
    );
    assert.equal((await marked.serialNumbers()).length, before + 1);
    const granted = replies.filter(({ status }) => status === 201);
    assert.equal(new Set(granted.map((reply) => reply.text)).size, 1);
    const first = granted.filter(({ headers }) => headers['idempotency-replayed'] === undefined);
    assert.equal(first.length, 1);
    for (const reply of replies.filter(({ status }) => status !== 201)) {
      assert.match(reply.text, /"code":"idempotency-key-(in-use|reused)"/);
    }
  });

  it('is a certificate’s own, that renews itself', async () => {
    const listening = await issue(api, { dnsNames: ['localhost'] });
    const tls = { cert: listening.certificate, key: listening.privateKey ?? '' };
    const port = await openTlsListener(apps.management, tls);
    const old = await issue(api, marked.leaf());
    const client = { cert: old.certificate, key: old.privateKey ?? '' };
    const path = `${PATH}/${old.serialNumber}/rekey`;
    const headers = { 'Idempotency-Key': 'own' };
    const rekey = () => tlsCall({ port, path, body: {}, client, headers });
    const first = await rekey();
    const again = await rekey();
    assert.equal(first.status, 201, first.text);
    assert.deepEqual([again.text, again.headers['idempotency-replayed']], [first.text, 'true']);
    const byToken = await marked.send(path, {}, 'own');
    assert.notEqual(byToken.text, first.text);
    assert.equal(byToken.headers['idempotency-replayed'], undefined);
  });
});
