import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { call, newHome, serverCertificate, started } from './service-process.ts';

const BATCHES = 8;
const ITEMS = 1_000;
/** 16 MiB, and what was on its way meanwhile; all of this test's batches come to more than twice as much. */
const SHORT = 24 * 2 ** 20;

it('workers that write without a pause leave a short write-ahead log', {
  timeout: 60_000,
}, async () => {
  const home = newHome();
  const service = await started(home, { PKI_WORKERS: '2' });
  while (service.output.split('"worker ready"').length < 3) await pause(20);
  const batch = (number: number) => {
    const items = Array.from({ length: ITEMS }, (_, item) =>
      serverCertificate(`h${number}-${item}.example.org`),
    );
    return call(service, '/v1/certificates/batch', { body: { items } });
  };
  const replies = await Promise.all(Array.from({ length: BATCHES }, (_, number) => batch(number)));
  for (const { status, text } of replies) {
    assert.equal(status, 200);
    assert.equal(text.split('"status":201').length - 1, ITEMS);
  }
  const { size } = statSync(join(home.dataDir, 'certwright.db-wal'));
  assert.ok(size < SHORT, `${size} octets`);
  assert.equal((await service.stop()).status, 0);
});
