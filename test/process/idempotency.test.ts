import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import BetterSqlite from 'better-sqlite3';
import { formsOfKey } from './secret-forms.ts';
import {
  type Answer,
  call,
  type Home,
  newHome,
  type ServiceProcess,
  serverCertificate,
  started,
} from './service-process.ts';

const FLOOD = 48;
const CLIENTS = 8;
const ENOUGH = 40;
const PATIENCE_MS = 30_000;

interface Issued {
  readonly serialNumber: string;
  readonly certificate: string;
  readonly privateKey: string;
}

/** Until `look` finds something. */
async function found<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await look();
    if (value !== undefined) return value;
    assert.ok(Date.now() < end, 'it did not come to that');
    await pause(2);
  }
}

async function startedWith(home: Home, workers: number): Promise<ServiceProcess> {
  const service = await started(home, { PKI_WORKERS: String(workers) });
  await found(() => (workersOf(service).length >= workers ? true : undefined));
  return service;
}

/** The process ids of the workers that were ready once. */
function workersOf({ output }: ServiceProcess): readonly number[] {
  const lines = output.split('\n').filter((line) => line.includes('"worker ready"'));
  return lines.map((line) => (JSON.parse(line) as { worker: number }).worker);
}

function issue(service: ServiceProcess, key: string, more: object = {}): Promise<Answer> {
  const body = serverCertificate(`${key}.example.org`, { ...more });
  return call(service, '/v1/certificates', { body, headers: { 'Idempotency-Key': key } });
}

/** The serial numbers of the certificates for the host that `key` stands for, as they lie on the disk. */
function recorded(home: Home, key: string): readonly string[] {
  const db = new BetterSqlite(join(home.dataDir, databaseOf(home)), { readonly: true });
  try {
    const rows = db
      .prepare('select serial_number from certificate_dns_name where dns_name = ?')
      .all(`${key}.example.org`);
    return (rows as readonly { serial_number: string }[]).map((row) => row.serial_number);
  } finally {
    db.close();
  }
}

function databaseOf({ dataDir }: Home): string {
  const name = readdirSync(dataDir).find((file) => file.endsWith('.db'));
  assert.ok(name);
  return name;
}

/** Asks until the request that came before is no longer worked on. */
function answered(service: ServiceProcess, key: string, more: object = {}): Promise<Answer> {
  return found(async () => {
    const answer = await issue(service, key, more);
    return answer.status === 409 ? undefined : answer;
  });
}

function assertPair({ certificate, privateKey }: Issued): void {
  assert.ok(new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey)));
}

describe('requests with one Idempotency-Key, to several workers at once', () => {
  it('issue one certificate', async () => {
    const home = newHome();
    const service = await startedWith(home, 3);
    for (const more of [{}, { keyAlgorithm: 'rsa-3072' }]) {
      const key = `flood-${Object.keys(more).length}`;
      const answers = await Promise.all(
        Array.from({ length: FLOOD }, () => issue(service, key, more)),
      );
      const granted = answers.filter(({ status }) => status === 201);
      const refused = answers.filter(({ status }) => status !== 201);
      assert.equal(new Set(granted.map(({ text }) => text)).size, 1);
      for (const { status, text } of refused) {
        assert.equal(status, 409, text);
        assert.match(text, /"code":"idempotency-key-in-use"/);
      }
      const again = await issue(service, key, more);
      assert.equal(again.headers['idempotency-replayed'], 'true');
      assert.equal(again.text, granted[0]?.text);
      assert.deepEqual(recorded(home, key), [again.json<Issued>().serialNumber]);
    }
    assert.equal((await service.stop()).status, 0);
  });

  it('do not wait for one that died: its key is free, and one certificate is issued', async () => {
    const home = newHome();
    const service = await startedWith(home, 2);
    const more = { keyAlgorithm: 'rsa-4096' };
    let attempts = 0;
    // Either of two may be the first; the one that is awaited has to be the second.
    const { key, lost } = await found(async () => {
      attempts += 1;
      const key = `orphan-${attempts}`;
      const lost = issue(service, key, more).catch(() => undefined);
      const { status } = await issue(service, key, more);
      return status === 409 ? { key, lost } : undefined;
    });
    for (const worker of workersOf(service)) process.kill(worker, 'SIGKILL');
    await lost;
    const answer = await found(() => answered(service, key, more).catch(() => undefined));
    assert.equal(answer.status, 201, answer.text);
    assertPair(answer.json<Issued>());
    assert.deepEqual(recorded(home, key), [answer.json<Issued>().serialNumber]);
    assert.equal((await service.stop()).status, 0);
  });
});

describe('kill -9, and the same requests again', () => {
  it('gives the certificate that was recorded, with its private key, to who has not got it', async () => {
    const home = newHome();
    for (const round of [1, 2]) {
      const key = `lost-${round}`;
      const first = await startedWith(home, 2);
      const lost = issue(first, key).catch(() => undefined);
      const [serialNumber] = await found(() => {
        const numbers = recorded(home, key);
        return numbers.length > 0 ? numbers : undefined;
      });
      first.kill();
      await Promise.all([lost, first.ended]);
      const second = await started(home);
      const answer = await issue(second, key);
      assert.equal(answer.status, 201, answer.text);
      assert.equal(answer.headers['idempotency-replayed'], 'true');
      assert.equal(answer.json<Issued>().serialNumber, serialNumber);
      assertPair(answer.json<Issued>());
      assert.deepEqual(recorded(home, key), [serialNumber]);
      assertNowhere(home, answer.json<Issued>().privateKey);
      assert.equal((await second.stop()).status, 0);
      assertNowhere(home, answer.json<Issued>().privateKey);
    }
  });

  it('issues exactly one certificate for each key in a storm', async () => {
    const home = newHome();
    const seen = new Map<string, string | undefined>();
    const first = await startedWith(home, 2);
    const storm = Array.from({ length: CLIENTS }, (_, client) => untilKilled(first, client, seen));
    await found(() => (answeredIn(seen) >= ENOUGH ? true : undefined));
    first.kill();
    await Promise.all([...storm, first.ended]);
    const second = await startedWith(home, 2);
    for (const [key, text] of seen) {
      const answer = await issue(second, key);
      assert.equal(answer.status, 201, answer.text);
      if (text !== undefined) assert.equal(answer.text, text);
      assert.deepEqual(recorded(home, key), [answer.json<Issued>().serialNumber]);
    }
    assert.equal((await second.stop()).status, 0);
  });
});

/** Notes for every key what came of it; nothing where the service was killed before its answer. */
async function untilKilled(
  service: ServiceProcess,
  client: number,
  seen: Map<string, string | undefined>,
): Promise<void> {
  for (let count = 0; ; count += 1) {
    const key = `storm-${client}-${count}`;
    seen.set(key, undefined);
    const answer = await issue(service, key).catch(() => undefined);
    if (!answer) return;
    assert.equal(answer.status, 201, answer.text);
    seen.set(key, answer.text);
  }
}

function answeredIn(seen: ReadonlyMap<string, string | undefined>): number {
  return [...seen.values()].filter((text) => text !== undefined).length;
}

/** No file of the data folder holds the key, in whatever form. */
function assertNowhere({ dataDir }: Home, privateKey: string): void {
  for (const name of readdirSync(dataDir, { recursive: true, withFileTypes: true })) {
    if (!name.isFile()) continue;
    const octets = readFileSync(join(name.parentPath, name.name));
    for (const form of formsOfKey(privateKey)) assert.ok(!octets.includes(form), name.name);
  }
}
