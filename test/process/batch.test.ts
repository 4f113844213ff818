import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { BatchStream } from '../support/batch-stream.ts';
import { connected } from './raw-exchange.ts';
import {
  call,
  newHome,
  type ServiceProcess,
  serverCertificate,
  started,
} from './service-process.ts';

const CLIENTS = 4;
const ENOUGH = 300;
const CHUNK_ITEMS = 50;
/** As many as one process works on. */
const BATCHES = 8;

interface Result {
  readonly status: number;
  readonly body: { readonly serialNumber: string };
}

interface Entry {
  readonly action: string;
  readonly requestId?: string;
  readonly details: { readonly serialNumber: string };
}

function batchAt(service: ServiceProcess): BatchStream {
  const { home, management } = service;
  return new BatchStream({ url: management, adminToken: home.adminToken(), ca: home.rootPem() });
}

/** Sends whole chunks at a time and notes every serial number that comes back, until there is nobody any more. */
async function issueUntilKilled(stream: BatchStream, client: number, seen: string[]) {
  for (let round = 0; ; round += 1) {
    for (let item = 0; item < CHUNK_ITEMS; item += 1) {
      stream.send(serverCertificate(`h${client}-${round}-${item}.example.org`));
    }
    for (let item = 0; item < CHUNK_ITEMS; item += 1) {
      const result = await stream.next<Result>().catch(() => undefined);
      if (!result) return;
      assert.equal(result.status, 201);
      seen.push(result.body.serialNumber);
    }
  }
}

async function journalOf(service: ServiceProcess): Promise<readonly Entry[]> {
  const found: Entry[] = [];
  let query = '';
  for (;;) {
    const answer = await call(service, `/v1/audit?limit=1000${query}`);
    const page = answer.json<{ items: readonly Entry[]; nextCursor: string | null }>();
    found.push(...page.items);
    if (page.nextCursor === null) return found;
    query = `&cursor=${page.nextCursor}`;
  }
}

describe('kill -9 in a storm of batches', () => {
  it('loses no certificate that a client has read', async () => {
    const home = newHome();
    const first = await started(home, { PKI_WORKERS: '2' });
    const seen: string[] = [];
    const streams = Array.from({ length: CLIENTS }, () => batchAt(first));
    const storm = streams.map((stream, client) => issueUntilKilled(stream, client, seen));
    while (seen.length < ENOUGH) await new Promise(setImmediate);
    first.kill();
    await Promise.all([...storm, first.ended]);

    const second = await started(home);
    const issued = (await journalOf(second)).filter(
      ({ action }) => action === 'certificate.issued',
    );
    const recorded = new Set(issued.map(({ details }) => details.serialNumber));
    assert.equal(recorded.size, issued.length);
    assert.deepEqual(
      seen.filter((serialNumber) => !recorded.has(serialNumber)),
      [],
    );
    for (const serialNumber of [seen.at(0), seen.at(-1)]) {
      assert.equal((await call(second, `/v1/certificates/${serialNumber}`)).status, 200);
    }
    assert.equal((await second.stop()).status, 0);
  });

  it('leaves of a chunk everything or nothing', async () => {
    const home = newHome();
    const first = await started(home, { PKI_WORKERS: '2' });
    const items = Array.from({ length: 1_000 }, (_, index) =>
      serverCertificate(`h${index}.example.org`),
    );
    const { home: _, management } = first;
    const server = { url: management, adminToken: home.adminToken(), ca: home.rootPem() };
    const stream = new BatchStream(server, 'application/json');
    stream.outgoing.end(JSON.stringify({ items }));
    const requestId = (await stream.answer).headers['x-request-id'];
    first.kill();
    await first.ended;

    const second = await started(home);
    const issued = (await journalOf(second)).filter((entry) => entry.requestId === requestId);
    assert.ok(issued.length > 0 && issued.length < items.length, String(issued.length));
    assert.equal(issued.length % CHUNK_ITEMS, 0);
    assert.equal((await second.stop()).status, 0);
  });

  it('whose client has gone makes room for another', async () => {
    const home = newHome();
    const service = await started(home, { PKI_WORKERS: '1' });
    const items = Array.from({ length: 1_000 }, (_, index) =>
      serverCertificate(`h${index}.example.org`),
    );
    const body = JSON.stringify({ items });
    for (let index = 0; index < BATCHES; index += 1) {
      const socket = await connected(service);
      const head = [
        'POST /v1/certificates/batch HTTP/1.1',
        'Host: localhost',
        `Authorization: Bearer ${home.adminToken()}`,
        `Idempotency-Key: "gone-${index}-abcdefgh"`,
        'Content-Type: application/json',
        `Content-Length: ${Buffer.byteLength(body)}`,
      ];
      socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
      await pause(150);
      socket.destroy();
    }
    await pause(2_000);
    const next = await call(service, '/v1/certificates/batch', {
      body: { items: items.slice(0, 1) },
    });
    assert.equal(next.status, 200, next.text);
    assert.equal((await service.stop()).status, 0);
  });
});
