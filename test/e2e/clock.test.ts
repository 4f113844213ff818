import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { before, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Certwright, secretTarget } from './rig/certwright.ts';
import { type Cluster, startCluster } from './rig/cluster.ts';
import { secretPart } from './rig/kube-api.ts';
import { isConsistent, serialNumberIn } from './rig/secret-pair.ts';
import { startService } from './rig/service.ts';
import { until } from './rig/until.ts';
import { newWorld } from './rig/world.ts';
import { type WrongClock, wrongClock } from './rig/wrong-clock.ts';

const namespace = 'istio-system';
const TEN_MINUTES = 600;
const MINUTE_MS = 60_000;
const schedule = '* * * * * *';
/** The log tells of clocks once a minute. */
const aMinute = { withinMs: 75_000, everyMs: 500 };

interface Finding {
  readonly rule: string;
}

describe('A service whose clock is wrong', () => {
  const world = newWorld();
  let cluster: Cluster;
  let certwright: Certwright;
  let clock: WrongClock;

  before(async () => {
    cluster = await startCluster(world);
    await cluster.api.createNamespace(namespace);
    clock = wrongClock(world);
    // Its authorities have been there for an hour.
    clock.set(-3600);
    const { settings } = clock;
    const { kubeconfig } = cluster;
    certwright = new Certwright(await startService(world, { kubeconfig, schedule, settings }));
  });

  beforeEach(() => setClock(0));

  /** Sets it, and ends when the schedule goes by it. */
  async function setClock(seconds: number): Promise<void> {
    clock.set(seconds);
    await until(`passes are made ${seconds} s ahead`, async () => {
      const lastPass = 1000 * (await metric('certwright_rotation_last_pass_timestamp_seconds'));
      return Math.abs(lastPass - Date.now() - seconds * 1000) < 3_000;
    });
  }

  async function metric(sample: string): Promise<number> {
    const text = await (await fetch(`${certwright.service.distribution}/metrics`)).text();
    const line = text.split('\n').find((one) => one.startsWith(`${sample} `));
    return Number(line?.slice(sample.length) ?? assert.fail(text));
  }

  /** A target of certificates of an hour, which are due after ten minutes. */
  async function declared(name: string, spec: object = {}): Promise<string> {
    const times = { validity: '1h', renewBefore: '50m', jitter: '0s', ...spec };
    const host = `${name}.example.org`;
    await certwright.declareTarget(secretTarget({ name, host, namespace, spec: times }));
    const { serialNumber } = await certwright.untilState(name, 'current');
    return serialNumber ?? assert.fail();
  }

  async function inPlace(name: string): Promise<X509Certificate> {
    const secret = await until(`Secret ${name}`, () => cluster.api.secret(namespace, name));
    assert.ok(isConsistent(secret));
    return new X509Certificate(secretPart(secret, 'tls.crt') ?? assert.fail());
  }

  const isValidNow = ({ validFromDate, validToDate }: X509Certificate) =>
    validFromDate.getTime() <= Date.now() && Date.now() <= validToDate.getTime();

  const serialNumberOf = ({ serialNumber }: X509Certificate) => serialNumber.toLowerCase();

  async function issuedFor(name: string): Promise<number> {
    const path = `/v1/certificates?dnsName=${name}.example.org`;
    const { body } = await certwright.service.call<{ items: unknown[] }>('GET', path);
    return body.items.length;
  }

  const offsetSeconds = () => metric('certwright_clock_offset_seconds{context=""}');

  function said(words: RegExp): number {
    return certwright.service
      .output()
      .split('\n')
      .filter((line) => words.test(line)).length;
  }

  it('ten minutes ahead keeps what is good and issues nothing in vain, says why, and goes on by itself once it is right', async () => {
    await setClock(-TEN_MINUTES);
    const first = await declared('kept');
    await declared('broken');
    await setClock(TEN_MINUTES);
    const { lastError } = await certwright.untilState('kept', 'failing');
    assert.match(lastError ?? '', /preflight destination-clock: .* 10 min ahead/);
    assert.equal((await certwright.rotate('kept')).outcome, 'failed');
    assert.equal(await issuedFor('kept'), 1);
    const kept = await inPlace('kept');
    assert.equal(serialNumberOf(kept), first);
    assert.ok(isValidNow(kept));
    assert.ok(Math.abs((await offsetSeconds()) - TEN_MINUTES) < 3);

    const path = mkdtempSync(join(world.folder, 'directory-'));
    const elsewhere = secretTarget({ name: 'elsewhere', host: 'elsewhere.example.org', namespace });
    const destination = { type: 'directory', path };
    await certwright.declareTarget({ ...elsewhere, destination });
    await certwright.untilState('elsewhere', 'current');

    await until(
      'the log says so',
      () => said(/differs from that of the API server/) === 1,
      aMinute,
    );
    await setClock(0);
    const isNew = ({ serialNumber }: { serialNumber: string | null }) => serialNumber !== first;
    await certwright.untilState('kept', 'current', {}, isNew);
    assert.ok(isValidNow(await inPlace('kept')));
    assert.equal(await issuedFor('kept'), 2);
    await until('the log says so', () => said(/agrees with that of the API server/) === 1, aMinute);
  });

  it('ten minutes ahead writes what begins in five where nothing of use is there, and a preflight says so', async () => {
    await setClock(TEN_MINUTES);
    const first = await declared('new', { validity: '30d', renewBefore: '10d' });
    const begins = (await inPlace('new')).validFromDate.getTime() - Date.now();
    assert.ok(begins > 4 * MINUTE_MS && begins < 6 * MINUTE_MS, `${begins} ms`);
    const { body } = await certwright.service.call<{ findings: Finding[] }>(
      'GET',
      '/v1/rotation/targets/new/preflight',
    );
    assert.ok(body.findings.some(({ rule }) => rule === 'destination-clock'));
    await cluster.api.deleteSecret(namespace, 'new');
    assert.equal(serialNumberOf(await inPlace('new')), first, 'what was issued is put back');
  });

  it('ten minutes behind issues what is valid and is replaced in time, and puts back what a right clock has issued', async () => {
    const early = await declared('early', { validity: '30d', renewBefore: '10d' });
    await setClock(-TEN_MINUTES);
    await declared('late', { renewBefore: '20m' });
    const certificate = await inPlace('late');
    assert.ok(isValidNow(certificate));
    const { nextRotationAt } = await certwright.targetStatus('late');
    const replacedAt = Date.parse(nextRotationAt ?? '') + TEN_MINUTES * 1000;
    const leftMs = certificate.validToDate.getTime() - replacedAt;
    assert.ok(leftMs > 9 * MINUTE_MS, `${leftMs} ms are left of the certificate then`);
    assert.ok(Math.abs((await offsetSeconds()) + TEN_MINUTES) < 3);
    assert.equal((await certwright.rotate('late')).outcome, 'rotated');
    assert.ok(isValidNow(await inPlace('late')));

    await cluster.api.deleteSecret(namespace, 'early');
    assert.equal(serialNumberOf(await inPlace('early')), early);
    assert.equal(await issuedFor('early'), 1);
  });
});

describe('Replicas whose clocks differ by ten minutes', () => {
  const world = newWorld();
  const LEADS = /this replica rotates/;

  it('have one that rotates, for as long as it runs, and then another', async () => {
    const cluster = await startCluster(world);
    await cluster.api.createNamespace(namespace);
    const dataFolder = mkdtempSync(join(world.folder, 'shared-'));
    const replica = async (clock: WrongClock) => {
      const lease = { PKI_LEASE: `${namespace}/rotation`, PKI_WORKERS: '1' };
      const settings = { ...lease, ...clock.settings };
      const { kubeconfig } = cluster;
      return new Certwright(
        await startService(world, { kubeconfig, dataFolder, schedule, settings }),
      );
    };
    const shifted = [-3600, TEN_MINUTES, -TEN_MINUTES].map((seconds) => {
      const clock = wrongClock(world);
      clock.set(seconds);
      return clock;
    });
    const [first, ahead, behind] = shifted as [WrongClock, WrongClock, WrongClock];
    // The authorities have been there for an hour.
    const right = await replica(first);
    first.set(0);
    const others = [await replica(ahead), await replica(behind)];
    const leading = () => others.filter(({ service }) => LEADS.test(service.output()));
    const name = 'shared';
    await right.declareTarget(secretTarget({ name, host: 'shared.example.org', namespace }));
    const { serialNumber } = await right.untilState(name, 'current');
    // Longer than a Lease lasts that nobody renews.
    await delay(20_000);
    assert.match(right.service.output(), LEADS);
    assert.doesNotMatch(right.service.output(), /another replica rotates/);
    assert.deepEqual(leading(), []);
    const secret = (await cluster.api.secret(namespace, name)) ?? assert.fail();
    assert.equal(serialNumberIn(secret), serialNumber, 'nobody has replaced it');

    await right.service.stop('SIGTERM');
    await until('another one rotates', () => leading().length > 0);
    await delay(5_000);
    assert.equal(leading().length, 1);
  });
});
