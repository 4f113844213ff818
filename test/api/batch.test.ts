import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { startApi } from '../support/api.ts';
import type { Reply } from '../support/api-client.ts';
import { LINES, linesIn, type Result, statusesOf } from './batches-on-the-wire.ts';
import { placesIn, problemIn } from './certificates-on-the-wire.ts';

const PATH = '/v1/certificates/batch';

const { api, clock, breakDatabase } = await startApi();

const server = (host: string, more: object = {}) => ({
  authority: 'issuing',
  profile: 'server',
  dnsNames: [host],
  ...more,
});

function issueAll(items: readonly unknown[]): Promise<Reply> {
  return api.post(PATH, { items });
}

function sendLines(text: string | Buffer): Promise<Reply> {
  return api.call('POST', PATH, { text, contentType: LINES });
}

function resultsIn(reply: Reply): readonly Result[] {
  assert.equal(reply.status, 200, reply.text);
  return reply.json<{ results: readonly Result[] }>().results;
}

function pointersOf({ body }: Result): readonly (string | undefined)[] {
  return (body.errors ?? []).map(({ pointer }) => pointer);
}

describe('POST /v1/certificates/batch', () => {
  it('200: each item is answered in its place, with what it alone would have been answered', async () => {
    const hosts = Array.from({ length: 120 }, (_, index) => `host-${index}.example.org`);
    const results = resultsIn(await issueAll(hosts.map((host) => server(host))));
    assert.deepEqual(
      results.map(({ body }) => body.dnsNames),
      hosts.map((host) => [host]),
    );
    for (const { status, body } of results.slice(48, 52)) {
      assert.equal(status, 201);
      const { privateKey = '', ...certificate } = body;
      assert.match(privateKey, /^-----BEGIN PRIVATE KEY-----/);
      const found = await api.get(`/v1/certificates/${body.serialNumber}`);
      assert.deepEqual(found.json(), certificate);
      assert.equal(new X509Certificate(body.certificate).subject, `CN=${body.dnsNames[0]}`);
    }
  });

  it('200: a bad item is a problem in its place, whatever is bad, and the others are issued', async () => {
    const results = resultsIn(
      await issueAll([
        server('a.example.org'),
        server('not a host'),
        null,
        server('b.example.org', { authority: 'nobody' }),
        server('c.example.org', { authority: 'root' }),
        server('d.example.org', { csr: 'x' }),
        server('e.example.org', { surprise: 1, items: [] }),
        server('f.example.org'),
      ]),
    );
    assert.deepEqual(statusesOf(results), [201, 400, 400, 404, 422, 422, 400, 201]);
    assert.deepEqual(results.map(pointersOf), [
      [],
      ['/dnsNames/0'],
      [''],
      ['/authority'],
      ['/authority'],
      ['/csr'],
      ['/surprise', '/items'],
      [],
    ]);
  });

  it('200: an item that is not of a sound shape is a problem in its place, as a line is', async () => {
    const good = JSON.stringify(server('a.example.org'));
    const twice = good.replace('{', '{"authority":"issuing",');
    const members = Array.from({ length: 65 }, (_, index) => `"m${index}":1`);
    const items = [good, twice, `{${members.join()}}`];
    const asList = resultsIn(await api.call('POST', PATH, { text: `{"items":[${items.join()}]}` }));
    const asLines = linesIn(await sendLines(items.join('\n')));
    for (const results of [asList, asLines]) {
      assert.deepEqual(statusesOf(results), [201, 400, 400]);
      assert.deepEqual(results.map(pointersOf), [[], ['/authority'], ['']]);
    }
  });

  it('200: certificates and refusals stand in the journal, each refusal with its item', async () => {
    const reply = await issueAll([
      server('a.example.org'),
      server('b.example.org', { authority: 'root' }),
      server('not a host'),
    ]);
    const journal = await api.get('/v1/audit?limit=1000');
    const entries = journal
      .json<{ items: { requestId: string; action: string; details: Record<string, unknown> }[] }>()
      .items.filter(({ requestId }) => requestId === reply.headers['x-request-id']);
    assert.deepEqual(entries.map(({ action }) => action).toSorted(), [
      'certificate.issued',
      'request.refused',
    ]);
    const refusal = entries.find(({ action }) => action === 'request.refused');
    const { code, method, path, item } = refusal?.details ?? {};
    assert.deepEqual([code, method, path, item], ['request-refused', 'POST', PATH, 1]);
  });

  it('200: each item counts in the metrics', async () => {
    const world = await startApi();
    const items = [server('a.example.org'), server('b.example.org', { authority: 'root' })];
    await world.api.post(PATH, { items: [...items, ...items] });
    const { text } = await world.distribution.get('/metrics');
    for (const result of ['issued', 'refused']) {
      const line = `certwright_certificates_issued_total{profile="server",result="${result}"} 2`;
      assert.ok(text.split('\n').includes(line), text);
    }
  });

  it('200: RSA keys and keys that are kept, as for one certificate', async () => {
    const rsa = server('a.example.org', { keyAlgorithm: 'rsa-2048', storePrivateKey: true });
    const [result] = resultsIn(await issueAll([rsa, rsa, rsa]));
    const pfx = `/v1/certificates/${result?.body.serialNumber}/pfx`;
    assert.equal((await api.post(pfx, { password: 'secret' })).status, 200);
  });

  it('400: no item at all, and more than a thousand', async () => {
    assert.deepEqual(placesIn(await issueAll([]), 400, 'request-malformed'), ['/items']);
    const many = await issueAll(Array.from({ length: 1_001 }, () => null));
    assert.deepEqual(placesIn(many, 400, 'request-malformed'), ['/items']);
  });

  it('405: it is no certificate that can be read', async () => {
    problemIn(await api.get(PATH), 405, 'method-not-allowed');
  });
});

describe('POST /v1/certificates/batch, as lines', () => {
  const lineOf = (host: string) => JSON.stringify(server(host));

  it('200: a result on a line for each line, whether the last one is ended or not', async () => {
    for (const end of ['\n', '']) {
      const results = linesIn(
        await sendLines(`${lineOf('a.example.org')}\n${lineOf('b.org')}${end}`),
      );
      assert.deepEqual(statusesOf(results), [201, 201]);
      assert.deepEqual(results[1]?.body.dnsNames, ['b.org']);
    }
  });

  it('200: a line that cannot be read is named by its number', async () => {
    const long = `"${'x'.repeat(200_000)}"`;
    const results = linesIn(await sendLines(`${lineOf('a.org')}\n{"a":\n\n{"a":1,}\n${long}`));
    assert.deepEqual(
      results.slice(1).map(({ body }) => body.detail),
      [
        'body: in line 2: is not valid JSON: it ends too early',
        'body: in line 3: is not valid JSON: it ends too early',
        'body: in line 4: is not valid JSON, at column 8',
        'line 5 has more than 128 KiB',
      ],
    );
  });

  it('200: more lines than a JSON body may have items', async () => {
    const count = 1_500;
    const lines = Array.from({ length: count }, () => `${JSON.stringify({ authority: 1 })}\n`);
    assert.equal(linesIn(await sendLines(lines.join(''))).length, count);
  });

  it('200: a line that cannot be read is a problem in its place, and the stream goes on', async () => {
    const bad = ['', '{', 'null', '[]', '1 2', '\u0000', '['.repeat(40), '{"__proto__":1}'];
    const lines = [...bad, lineOf('a.example.org')].map((line) => Buffer.from(`${line}\n`));
    const results = linesIn(
      await sendLines(Buffer.concat([Buffer.from('"\xff"\n', 'latin1'), ...lines])),
    );
    assert.deepEqual(statusesOf(results), [...[400, ...bad].map(() => 400), 201]);
  });

  it('200: a line of more than 128 KiB is a problem in its place, and the stream goes on', async () => {
    const limit = 128 * 1024;
    const padded = (octets: number) => lineOf('a.example.org').padEnd(octets, ' ');
    const lines = [padded(limit), padded(limit + 1), padded(3 * limit), lineOf('b.example.org')];
    const results = linesIn(await sendLines(lines.join('\n')));
    assert.deepEqual(statusesOf(results), [201, 413, 413, 201]);
    assert.equal(results[1]?.body.code, 'body-too-large');
  });

  it('400: not a single line', async () => {
    problemIn(await sendLines(''), 400, 'request-malformed');
  });

  it('415: compressed, or in another character set', async () => {
    const text = lineOf('a.example.org');
    const headers = { 'Content-Encoding': 'gzip' };
    const compressed = await api.call('POST', PATH, { text, contentType: LINES, headers });
    problemIn(compressed, 415, 'media-type-unsupported');
    const contentType = `${LINES}; charset=iso-8859-1`;
    problemIn(await api.call('POST', PATH, { text, contentType }), 415, 'media-type-unsupported');
  });

  it('415: another media type, by the names of those that are taken', async () => {
    const text = lineOf('a.example.org');
    const reply = await api.call('POST', PATH, { text, contentType: 'application/ndjson' });
    problemIn(reply, 415, 'media-type-unsupported');
    assert.match(reply.text, /the body must be application\/json or application\/x-ndjson/);
    const single = await api.call('POST', '/v1/pfx', { text, contentType: LINES });
    assert.match(single.text, /the body must be application\/json"/);
  });
});

describe('POST /v1/certificates/batch, by an authority that has expired', () => {
  it('200: each item is refused', async () => {
    clock.advance(6 * 365 * 86_400_000);
    const results = resultsIn(await issueAll([server('a.example.org'), server('b.example.org')]));
    assert.deepEqual(statusesOf(results), [409, 409]);
  });
});

describe('POST /v1/certificates/batch, without a database', () => {
  it('500: the whole batch, where not even its first chunk can be done', async () => {
    await breakDatabase();
    assert.equal((await issueAll([server('a.example.org')])).status, 500);
    assert.equal((await sendLines(JSON.stringify(server('a.example.org')))).status, 500);
  });
});
