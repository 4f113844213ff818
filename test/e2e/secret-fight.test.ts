import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Certwright, secretTarget } from './rig/certwright.ts';
import { type Cluster, startCluster } from './rig/cluster.ts';
import { type KubeSecret, secretData, secretPart } from './rig/kube-api.ts';
import { kubectl } from './rig/kubectl.ts';
import { isConsistent } from './rig/secret-pair.ts';
import { startService } from './rig/service.ts';
import { until } from './rig/until.ts';
import { newWorld } from './rig/world.ts';

const namespace = 'istio-system';
const theirs = secretData({ 'tls.crt': 'theirs', 'tls.key': 'theirs' });

describe('A Secret that somebody else writes as well', () => {
  const world = newWorld();
  let cluster: Cluster;
  let certwright: Certwright;

  before(async () => {
    cluster = await startCluster(world);
    await cluster.api.createNamespace(namespace);
    const schedule = '* * * * * *';
    const service = await startService(world, { kubeconfig: cluster.kubeconfig, schedule });
    certwright = new Certwright(service);
  });

  async function declared(name: string): Promise<string> {
    await certwright.declareTarget(secretTarget({ name, host: `${name}.example.org`, namespace }));
    const { serialNumber } = await certwright.untilState(name, 'current');
    return serialNumber ?? assert.fail();
  }

  async function secretOf(name: string): Promise<KubeSecret> {
    return until(`Secret ${name}`, () => cluster.api.secret(namespace, name));
  }

  async function untilRestored(name: string, original: KubeSecret): Promise<void> {
    await until(`${name} is as it was`, async () => {
      const secret = await cluster.api.secret(namespace, name);
      return secret !== undefined && isConsistent(secret) && same(secret, original);
    });
  }

  function same(one: KubeSecret, other: KubeSecret): boolean {
    const parts = ['tls.crt', 'tls.key'];
    return parts.every((part) => secretPart(one, part) === secretPart(other, part));
  }

  async function issuedFor(name: string): Promise<number> {
    const path = `/v1/certificates?dnsName=${name}.example.org`;
    const { body } = await certwright.service.call<{ items: unknown[] }>('GET', path);
    return body.items.length;
  }

  it('gets the same certificate and key back, however it was changed', async () => {
    const name = 'edited';
    await declared(name);
    const original = await secretOf(name);
    await cluster.api.patchSecret(namespace, name, { data: theirs });
    await untilRestored(name, original);
    await cluster.api.deleteSecret(namespace, name);
    await untilRestored(name, original);
    assert.equal(await issuedFor(name), 1);
    const { body } = await certwright.service.call<{ items: { revision: number }[] }>(
      'GET',
      `/v1/rotation/targets/${name}/history`,
    );
    assert.deepEqual(
      body.items.map(({ revision }) => revision),
      [3, 2, 1],
    );
    const { metadata } = await secretOf(name);
    assert.equal(metadata.annotations?.['certwright.dev/revision'], '3');
  });

  it('by a controller in a loop is a conflict: one Event, no certificate, few writes, and an end by itself', async () => {
    const name = 'fought-over';
    const serialNumber = await declared(name);
    const original = await secretOf(name);
    const other = { isWriting: true, writes: 0 };
    const loop = (async () => {
      while (other.isWriting) {
        const now = await secretOf(name);
        if (same(now, original)) {
          await cluster.api.patchSecret(namespace, name, { data: theirs });
          other.writes += 1;
        }
        await delay(50);
      }
    })();
    const { lastError } = await certwright.untilState(name, 'conflict', { withinMs: 20_000 });
    assert.match(lastError ?? '', /"by-hand"/);
    await delay(5_000);
    assert.equal(other.writes, 3, 'two were undone, and the third was left');
    other.isWriting = false;
    await loop;

    const events = kubectl(cluster.kubeconfig, [
      ...[
        '-n',
        namespace,
        'get',
        'events',
        '-o',
        'jsonpath={range .items[*]}{.reason} {.message}{"\\n"}{end}',
      ],
      `--field-selector=involvedObject.kind=Secret,involvedObject.name=${name}`,
    ]);
    assert.equal(events.trim().split('\n').length, 1, events);
    assert.match(events, /^Conflict is in conflict with "by-hand"/);
    const warnings = certwright.service
      .output()
      .split('\n')
      .filter((line) => line.includes(`"target":"${name}"`) && line.includes('target failed'));
    assert.equal(warnings.length, 1, warnings.join('\n'));

    await certwright.untilState(name, 'current', { withinMs: 75_000, everyMs: 500 });
    await untilRestored(name, original);
    assert.equal((await certwright.targetStatus(name)).serialNumber, serialNumber);
    assert.equal(await issuedFor(name), 1);
  });

  it('with what spoils ours is left as it is, and the rule is named', async () => {
    const name = 'spoilt';
    await declared(name);
    const before = await secretOf(name);
    await cluster.api.patchSecret(namespace, name, {
      data: secretData({ cert: 'theirs', key: 'theirs' }),
    });
    const { outcome } = await certwright.rotate(name);
    assert.equal(outcome, 'failed');
    const { lastError } = await certwright.targetStatus(name);
    assert.match(lastError ?? '', /istio-generic-pair.*Istio reads instead/);
    assert.ok(same(await secretOf(name), before));
    const { body } = await certwright.service.call<{ verdict: string }>(
      'GET',
      `/v1/rotation/targets/${name}/preflight`,
    );
    assert.equal(body.verdict, 'refused');
    await cluster.api.patchSecret(namespace, name, { data: { cert: null, key: null } });
    await certwright.untilState(name, 'current');
  });

  it('goes back to the certificate before on request, and stays there', async () => {
    const name = 'rolled-back';
    await declared(name);
    const first = await secretOf(name);
    await certwright.rotate(name);
    assert.ok(!same(await secretOf(name), first));
    const path = `/v1/rotation/targets/${name}/rollback`;
    assert.equal((await certwright.service.call('POST', path)).status, 200);
    assert.ok(same(await secretOf(name), first));
    await certwright.runPass();
    assert.ok(same(await secretOf(name), first));
  });
});
