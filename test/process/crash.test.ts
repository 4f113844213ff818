import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as after } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { openDatabase } from '../../storage/database/open-database.ts';
import { call, newHome, ServiceProcess, serverCertificate, started } from './service-process.ts';

const CLIENTS = 6;
const ENOUGH = 40;

/** What a client is told of a certificate; of one that rotation made, not its PEM. */
interface Told {
  readonly serialNumber: string;
  readonly certificate?: string;
  /** Of a pass. */
  readonly outcome?: string;
}

interface Page {
  readonly items: readonly Told[];
  readonly nextCursor: string | null;
}

describe('kill -9 in a storm of requests and rotations', () => {
  it('loses no certificate that a client has seen, uses no serial number twice, and leaves `current` whole', async () => {
    const home = newHome();
    const path = home.newFolder('tls');
    const first = await started(home);
    await declareTarget(first, path);

    const seen: Told[] = [];
    const storm = Array.from({ length: CLIENTS }, (_, client) =>
      issueUntilKilled(first, client, seen),
    );
    storm.push(rotateUntilKilled(first, seen));
    while (seen.length < ENOUGH) assertWhole(await nextLook(path));
    first.kill();
    await Promise.all([...storm, first.ended]);
    assertWhole(path);

    const second = await started(home);
    assertWhole(path);
    assert.equal(new Set(seen.map(({ serialNumber }) => serialNumber)).size, seen.length);
    const recorded = await allCertificates(second);
    for (const { serialNumber, certificate } of seen) {
      const kept = recorded.get(serialNumber);
      assert.ok(kept !== undefined, `${serialNumber} is not on record`);
      assert.equal(certificate ?? kept, kept);
    }
    // A rotation that was cut off is completed with the certificate that it had recorded.
    const { items } = (await call(second, '/v1/rotation/run', { method: 'POST' })).json<Page>();
    const served = new X509Certificate(readFileSync(join(path, 'current', 'tls.crt')));
    const kept = recorded.get(served.serialNumber.toLowerCase()) ?? assert.fail();
    assert.deepEqual(new X509Certificate(kept).raw, served.raw);
    assert.deepEqual(
      items.map((item) => item.serialNumber),
      [served.serialNumber.toLowerCase()],
    );
    assert.equal((await second.stop()).status, 0);
  });
});

async function declareTarget(service: ServiceProcess, path: string): Promise<void> {
  const destination = { type: 'directory', path };
  const body = {
    name: 'shop',
    ...serverCertificate('shop.example.org'),
    validity: '30d',
    destination,
  };
  assert.equal((await call(service, '/v1/rotation/targets', { body })).status, 201);
  assert.equal((await call(service, '/v1/rotation/run', { method: 'POST' })).status, 200);
}

/** Notes every certificate that has reached this client. */
async function issueUntilKilled(service: ServiceProcess, client: number, seen: Told[]) {
  for (let count = 0; ; count += 1) {
    const body = serverCertificate(`host-${client}-${count}.example.org`);
    const answer = await call(service, '/v1/certificates', { body }).catch(() => undefined);
    if (!answer) return;
    assert.equal(answer.status, 201);
    const { serialNumber, certificate } = answer.json<Required<Told>>();
    assert.equal(new X509Certificate(certificate).serialNumber.toLowerCase(), serialNumber);
    seen.push({ serialNumber, certificate });
  }
}

async function rotateUntilKilled(service: ServiceProcess, seen: Told[]) {
  for (;;) {
    const rotate = call(service, '/v1/rotation/targets/shop/rotate', { method: 'POST' });
    const answer = await rotate.catch(() => undefined);
    if (!answer) return;
    for (const { serialNumber, outcome } of answer.json<Page>().items) {
      if (outcome === 'rotated') seen.push({ serialNumber });
    }
  }
}

async function nextLook(path: string): Promise<string> {
  await new Promise(setImmediate);
  return path;
}

/** Reads as a consumer does that has opened the folder once: the pair belongs together. */
function assertWhole(path: string): void {
  let read: readonly [string, string] | undefined;
  while (!read) read = readPair(path);
  const [chain, key] = read;
  assert.ok(new X509Certificate(chain).checkPrivateKey(createPrivateKey(key)));
}

/** `undefined` where `current` was swapped between the two files, so that they are of two revisions. */
function readPair(path: string): readonly [string, string] | undefined {
  const marker = () => readFileSync(join(path, 'current', 'certwright.json'), 'utf8');
  const before = marker();
  const files = ['tls.crt', 'tls.key'].map((name) => {
    return readFileSync(join(path, 'current', name), 'utf8');
  });
  const [chain = '', key = ''] = files;
  return marker() === before ? [chain, key] : undefined;
}

/** The PEM of every certificate on record, by its serial number. */
async function allCertificates(service: ServiceProcess): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  let cursor: string | null = '';
  while (cursor !== null) {
    const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const answer = await call(service, `/v1/certificates?limit=1000${query}`);
    const page: Page = answer.json<Page>();
    for (const { serialNumber, certificate = '' } of page.items) {
      found.set(serialNumber, certificate);
    }
    cursor = page.nextCursor;
  }
  return found;
}

describe('a first start that is killed', { concurrency: 2 }, () => {
  for (const milliseconds of [150, 250, 300, 350, 400, 450, 500, 600]) {
    it(`after ${milliseconds} ms is completed by the next one`, async () => {
      const home = newHome();
      const first = new ServiceProcess(home);
      await Promise.race([first.ended, after(milliseconds)]);
      first.kill();
      await first.ended;
      const second = await started(home);
      const body = serverCertificate('first.example.org');
      assert.equal((await call(second, '/v1/certificates', { body })).status, 201);
      assert.equal((await call(second, '/v1/authorities')).json<Page>().items.length, 2);
      assert.equal((await second.stop()).status, 0);
    });
  }
});

describe('a database whose making was cut off', () => {
  it('at any statement is completed by the next start', async (context) => {
    const { folder } = newHome();
    const original = join(folder, 'certwright.db');
    const snapshots: string[] = [];
    const prepare: (this: Database.Database, sql: string) => Database.Statement =
      Database.prototype.prepare;
    context.mock.method(
      Database.prototype,
      'prepare',
      function (this: Database.Database, sql: string) {
        snapshots.push(snapshot(original, join(folder, `${snapshots.length}.db`)));
        return prepare.call(this, sql);
      },
    );
    await (await openDatabase(original)).destroy();
    context.mock.restoreAll();
    assert.ok(snapshots.length > 10);
    for (const path of snapshots) {
      const db = await openDatabase(path);
      assert.deepEqual(await db.selectFrom('audit_entry').selectAll().execute(), []);
      await db.destroy();
    }
  });
});

/** What the file system would still have if the process died now. */
function snapshot(database: string, copy: string): string {
  for (const suffix of ['', '-wal']) {
    if (existsSync(database + suffix)) copyFileSync(database + suffix, copy + suffix);
  }
  return copy;
}
