import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { familyOf, residentMegabytesOf } from '../bench/process-family.ts';
import { call, serverCertificate } from '../process/service-process.ts';
import { Client } from './client.ts';
import { keptCases } from './corpus.ts';
import { startFuzzedService } from './fuzzed-service.ts';
import {
  requestWithHostileCsr,
  requestWithHostileJson,
  requestWithHostileTarget,
} from './hostile-requests.ts';
import { hostileOctets } from './hostile-wire.ts';
import { type HttpRequest, octetsOf } from './http-request.ts';
import { Ledger } from './ledger.ts';
import { CASES } from './settings.ts';
import { tryAll } from './try-all.ts';

/** Of a hundred cases of the whole run. */
const PERCENT = { json: 8, csr: 3, target: 4, octets: 2 };
/** So many cases of octets are thrown one after the other without waiting for what never answers. */
const THROWN = 2_000;
const HALF = (CASES * (PERCENT.json + PERCENT.csr + PERCENT.target)) / 200;
/** A heap grows until it is collected, and a process holds on to what it had. */
const MAX_GROWTH = 1.25;
const MAX_GROWTH_MEGABYTES = 30;

const service = await startFuzzedService();
const ledger = await new Ledger().begin(service.process);
const atHalf = new Map<number, number>();
let answers = 0;

function memory(): ReadonlyMap<number, number> {
  const family = familyOf(service.process.pid);
  return new Map(family.map((pid) => [pid, residentMegabytesOf(pid) ?? 0]));
}

function count(): void {
  answers += 1;
  if (answers < HALF || atHalf.size > 0) return;
  for (const [pid, megabytes] of memory()) atHalf.set(pid, megabytes);
}

function newClient(): Client {
  const client = new Client(service, ledger, count);
  after(() => client.close());
  return client;
}

describe('the service answers, and answers as documented,', () => {
  for (const { name, octets } of keptCases('request')) {
    it(`what showed something once: ${name}`, () => newClient().throwAll([octets]));
  }

  const asked = [
    ['its JSON says', PERCENT.json, requestWithHostileJson],
    ['its CSR says', PERCENT.csr, requestWithHostileCsr],
    ['its path and query say', PERCENT.target, requestWithHostileTarget],
  ] as const;
  for (const [what, percent, requests] of asked) {
    it(`whatever ${what}`, async (test) => {
      const client = newClient();
      const check = (request: HttpRequest) => client.ask(request);
      await tryAll<HttpRequest>(test, requests, { percent, kind: 'request', octetsOf, check });
    });
  }

  it('whatever its headers and octets are', async (test) => {
    const client = newClient();
    const cases = fc.noShrink(fc.array(hostileOctets, { minLength: THROWN, maxLength: THROWN }));
    await tryAll<Buffer[]>(test, cases, {
      percent: PERCENT.octets / THROWN,
      kind: 'request',
      octetsOf: () => client.culprit ?? Buffer.alloc(0),
      check: (octets) => client.throwAll(octets),
    });
  });
});

describe('after all that', () => {
  it('nothing is on record but what was answered', async (test) => {
    test.diagnostic(`${ledger.size} certificates`);
    await ledger.assertWhole(service.process);
  });

  it('each process holds no more memory than after the first half', (test) => {
    const now = memory();
    test.diagnostic(
      `${[...atHalf.values()].join(', ')} MB, then ${[...now.values()].join(', ')} MB`,
    );
    for (const [pid, megabytes] of atHalf) {
      const grown = now.get(pid) ?? assert.fail(`process ${pid} has ended`);
      assert.ok(grown < megabytes * MAX_GROWTH + MAX_GROWTH_MEGABYTES);
    }
  });

  it('the service is ready, and issues', async () => {
    const ready = await fetch(`${service.process.distribution}/readyz`);
    assert.equal(ready.status, 200);
    const body = serverCertificate('after-all.example.org');
    assert.equal((await call(service.process, '/v1/certificates', { body })).status, 201);
    const errors = service.process.output
      .split('\n')
      .filter((line) => /"level":(50|60)/.test(line))
      // There is no cluster here, which a preflight of a target in one says as documented (503).
      .filter((line) => !line.includes('"code":"target-unavailable"'));
    assert.deepEqual(errors, []);
  });

  it('it ends as it should', async () => {
    assert.equal((await service.process.stop()).status, 0);
  });
});
