import assert from 'node:assert/strict';
import { once } from 'node:events';
import { afterEach, describe, it } from 'node:test';
import { startApi } from '../support/api.ts';
import { BatchStream } from '../support/batch-stream.ts';
import { issue } from './certificates-on-the-wire.ts';

/** As the service has it. */
const MAX_BATCHES = 8;
const CHUNK_ITEMS = 50;
const PATIENCE_MS = 30_000;

interface Result {
  readonly status: number;
  readonly body: { readonly dnsNames: readonly string[]; readonly code?: string };
}

const world = await startApi();
const { api, log } = world;
const open: BatchStream[] = [];

afterEach(() => {
  for (const stream of open.splice(0)) stream.leave();
});

function begin(contentType?: string): BatchStream {
  const stream = new BatchStream(world, contentType);
  open.push(stream);
  return stream;
}

const server = (host: string) => ({ authority: 'issuing', profile: 'server', dnsNames: [host] });
/** A large item with a large answer. */
const malformed = {
  dnsNames: Array.from({ length: 40 }, () => 'not a host'),
  surprise: 'x'.repeat(4_096),
};

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await condition())) {
    assert.ok(Date.now() < end, 'it did not come to that');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** How many certificates a request has put on record. */
async function recordedBy(requestId: string): Promise<number> {
  const { items } = (await api.get('/v1/audit?limit=1000')).json<{
    items: readonly { readonly action: string; readonly requestId?: string }[];
  }>();
  return items.filter(
    (entry) => entry.requestId === requestId && entry.action === 'certificate.issued',
  ).length;
}

describe('POST /v1/certificates/batch, as a stream', () => {
  it('200: a line is answered before the next one is sent', async () => {
    const stream = begin();
    for (const host of ['a.example.org', 'b.example.org', 'c.example.org']) {
      stream.send(server(host));
      assert.deepEqual((await stream.next<Result>())?.body.dnsNames, [host]);
    }
    stream.outgoing.end();
    assert.equal(await stream.next(), undefined);
    assert.ok((await stream.answer).complete);
  });

  it('200: is read no faster than its answers are taken, and goes on when they are', async () => {
    const stream = begin();
    const count = 5_000;
    const line = `${JSON.stringify(malformed)}\n`;
    stream.outgoing.end(line.repeat(count));
    const answer = await stream.answer;
    const taken = () => answer.socket.bytesWritten - stream.outgoing.writableLength;
    let before = -1;
    let unchanged = 0;
    await until(() => {
      unchanged = taken() === before ? unchanged + 1 : 0;
      before = taken();
      return unchanged > 20;
    });
    assert.ok(
      !stream.outgoing.writableFinished,
      'everything was read, and nobody took the answers',
    );
    let lines = 0;
    while ((await stream.next()) !== undefined) lines += 1;
    assert.equal(lines, count);
  });

  it('503: more at once than a process takes, and it takes more when one has ended', async () => {
    const streams = Array.from({ length: MAX_BATCHES }, () => begin());
    for (const stream of streams) {
      stream.send(server('a.example.org'));
      assert.equal((await stream.next<Result>())?.status, 201);
    }
    const items = [server('b.example.org')];
    const refused = await api.post('/v1/certificates/batch', { items });
    assert.equal(refused.status, 503);
    assert.equal(refused.headers['retry-after'], '1');
    assert.equal(refused.json<{ code: string }>().code, 'overloaded');
    streams[0]?.outgoing.end();
    await streams[0]?.next();
    assert.equal((await api.post('/v1/certificates/batch', { items })).status, 200);
  });

  it('200: others are served while a thousand are issued', async () => {
    const stream = begin('application/json');
    const items = Array.from({ length: 1_000 }, (_, index) => server(`h${index}.example.org`));
    stream.outgoing.end(JSON.stringify({ items }));
    const answer = await stream.answer;
    await issue(api, { dnsNames: ['in-between.example.org'] });
    assert.ok(!answer.complete, 'the batch was over before anybody else was served');
    answer.resume();
    await once(answer, 'end');
  });
});

describe('a client that goes away in the middle of its batch', () => {
  it('leaves whole chunks behind, and nobody works for it any more', async () => {
    const stream = begin('application/json');
    const items = Array.from({ length: 1_000 }, (_, index) => server(`g${index}.example.org`));
    stream.outgoing.end(JSON.stringify({ items }));
    const requestId = String((await stream.answer).headers['x-request-id']);
    stream.leave();
    await until(() => log.some((line) => line.includes('"request"') && line.includes(requestId)));
    // What was at work when it left is over once another record has been written after it.
    await issue(api, { dnsNames: ['afterwards.example.org'] });
    const recorded = await recordedBy(requestId);
    await issue(api, { dnsNames: ['later.example.org'] });
    assert.equal(await recordedBy(requestId), recorded);
    assert.equal(recorded % CHUNK_ITEMS, 0);
    assert.ok(recorded > 0 && recorded < items.length, String(recorded));
    const [line = '', ...more] = log.filter((text) => text.includes(requestId));
    assert.deepEqual(more, []);
    assert.doesNotMatch(line, /"err"/);
  });

  it('gives its place to another one', async () => {
    for (let count = 0; count < MAX_BATCHES + 1; count += 1) {
      const stream = begin();
      stream.send(server('a.example.org'));
      assert.equal((await stream.next<Result>())?.status, 201);
      stream.leave();
    }
  });
});
