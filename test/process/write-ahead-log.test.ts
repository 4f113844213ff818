import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import {
  call,
  newHome,
  type ServiceProcess,
  serverCertificate,
  started,
} from './service-process.ts';

const CLIENTS = 4;
const BATCHES_EACH = 2;
const ITEMS = 1_000;
const NAMES = 10;

/** 16 MiB, and what came before it could be begun anew, on a slow disk; all that is written comes to 75 MiB. */
const SHORT = 56 * 2 ** 20;

/** As many certificates as one request may ask for, with many names, which are rows of the database. */
async function issueBatch(service: ServiceProcess, batch: string): Promise<void> {
  const items = Array.from({ length: ITEMS }, (_, item) => {
    const host = `${batch}-${item}.example.org`;
    const others = Array.from({ length: NAMES }, (_, name) => `n${name}.${host}`);
    return serverCertificate(host, { dnsNames: [host, ...others] });
  });
  const { status, text } = await call(service, '/v1/certificates/batch', { body: { items } });
  assert.equal(status, 200);
  assert.equal(text.split('"status":201').length - 1, ITEMS);
}

it('workers that write without a pause leave a short write-ahead log', async () => {
  const home = newHome();
  const service = await started(home, { PKI_WORKERS: '2' });
  for (let tries = 0; service.output.split('"worker ready"').length < 3; tries += 1) {
    assert.ok(tries < 3_000, 'the workers are not ready');
    await pause(20);
  }
  const clients = Array.from({ length: CLIENTS }, async (_, client) => {
    for (let batch = 0; batch < BATCHES_EACH; batch += 1) {
      await issueBatch(service, `h${client}-${batch}`);
    }
  });
  await Promise.all(clients);
  const { size } = statSync(join(home.dataDir, 'certwright.db-wal'));
  assert.ok(size < SHORT, `${size} octets`);
  assert.equal((await service.stop()).status, 0);
});
