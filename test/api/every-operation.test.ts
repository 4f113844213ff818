import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, describe, it } from 'node:test';
import { startApi } from '../support/api.ts';
import { placesIn, problemIn } from './certificates-on-the-wire.ts';
import { samples } from './samples.ts';

const { api } = await startApi();
const broken = await startApi();
await broken.breakDatabase();

/** What one process works on at once. */
const MAX_REQUESTS = 1_024;
const busy = await startApi();
await keepBusy(busy.url, busy.adminToken);

const MEBIBYTE = 1024 * 1024;
/** The most that a body may have, where that is more than 1 MiB. */
const LIMITS: Readonly<Record<string, number>> = { issueCertificates: 4 * MEBIBYTE };
/** More than any parser should descend by calling itself. */
const DEPTH = 100_000;

for (const { operation, path, body } of samples) {
  const method = operation.method.toUpperCase();
  const call = (options = {}) => api.call(method, path, { body, ...options });

  describe(`${method} ${operation.path}`, () => {
    it('401: no token, another one, and no bearer token at all', async () => {
      problemIn(await call({ token: null }), 401, 'unauthenticated');
      problemIn(await call({ token: 'another' }), 401, 'unauthenticated');
      const basic = { Authorization: 'Basic YWRtaW46YWRtaW4=' };
      problemIn(await call({ token: null, headers: basic }), 401, 'unauthenticated');
    });

    it('400: a query parameter that is not documented', async () => {
      for (const name of ['surprise', '', 'a/b~c', '__proto__']) {
        const reply = await api.call(method, `${path}?${encodeURIComponent(name)}=1`, { body });
        assert.deepEqual(placesIn(reply, 400, 'request-malformed'), [name]);
      }
    });

    it('503: while more is asked for than the service works on at once', async () => {
      const reply = await busy.api.call(method, path, { body });
      problemIn(reply, 503, 'overloaded');
      assert.equal(reply.headers['retry-after'], '1');
    });

    // What is answered from memory has nothing that could fail.
    if (!operation.responses['500']) return;
    it('500: shows nothing of an unforeseen error, and logs it', async () => {
      const logged = broken.log.length;
      const reply = await broken.api.call(method, path, { body });
      assert.equal(reply.status, 500, reply.text);
      assert.deepEqual(Object.keys(reply.json<object>()).toSorted(), [
        'instance',
        'status',
        'title',
        'type',
      ]);
      const lines = broken.log.slice(logged).join('');
      assert.ok(
        lines.includes(reply.headers['x-request-id'] ?? 'no id') && lines.includes('"err"'),
      );
    });
  });

  if (!operation.requestBody) continue;
  describe(`${method} ${operation.path}, its body`, () => {
    const limit = LIMITS[operation.operationId] ?? MEBIBYTE;
    it(`413: more than ${limit / MEBIBYTE} MiB`, async () => {
      const longest = `"${'x'.repeat(limit - 2)}"`;
      problemIn(await call({ text: longest }), 400, 'request-malformed');
      problemIn(await call({ text: `${longest} ` }), 413, 'body-too-large');
    });

    it('415: not JSON, not in Unicode, or compressed', async () => {
      const text = JSON.stringify(body);
      for (const contentType of [
        'text/plain',
        'application/xml',
        'application/json; charset=iso-8859-1',
        'application/json; charset=utf-7',
        'application/json; charset=utf-16le',
      ]) {
        problemIn(await call({ text, contentType }), 415, 'media-type-unsupported');
      }
      const headers = { 'Content-Encoding': 'gzip' };
      problemIn(await call({ text, headers }), 415, 'media-type-unsupported');
    });

    it('400: JSON that is cut off, or is no object', async () => {
      for (const text of ['{"name":', '{', 'null', '[]', '"text"', '1', '{"a":1}{']) {
        assert.deepEqual(placesIn(await call({ text }), 400, 'request-malformed'), [''], text);
      }
    });

    it('400: a member that is not documented, whatever it is called', async () => {
      for (const member of ['surprise', '__proto__', 'constructor', 'a/b~c', '']) {
        const text = `{${JSON.stringify(member)}: 1, ${JSON.stringify(body).slice(1)}`.replace(
          ', }',
          '}',
        );
        const pointer = `/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`;
        assert.deepEqual(placesIn(await call({ text }), 400, 'request-malformed'), [pointer], text);
      }
    });

    it('400: JSON of a depth that no request has', async () => {
      const text = `{"subject":${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}}`;
      problemIn(await call({ text }), 400, 'request-malformed');
    });

    const isRequired = operation.requestBody?.required === true;
    it(isRequired ? '400: no body' : 'needs no body', async () => {
      const reply = await api.call(method, path);
      if (isRequired) problemIn(reply, 400, 'request-malformed');
      else assert.ok([200, 404].includes(reply.status));
    });
  });
}

/** As many requests as the service works on at once, none of which gets to its end. */
async function keepBusy(url: string, token: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const head = [
    'POST /v1/certificates HTTP/1.1',
    'Host: localhost',
    `Authorization: Bearer ${token}`,
    'Content-Type: application/json',
    'Content-Length: 100',
    // Which is answered once the request is being worked on.
    'Expect: 100-continue',
  ].join('\r\n');
  const begun = Array.from({ length: MAX_REQUESTS }, async () => {
    const socket = connect({ host: hostname, port: Number(port) });
    after(() => socket.destroy());
    socket.on('error', () => undefined).write(`${head}\r\n\r\n`);
    await once(socket, 'data');
  });
  await Promise.all(begun);
}
