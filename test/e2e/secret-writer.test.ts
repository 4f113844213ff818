import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { Certwright, type SecretTarget, secretTarget } from './rig/certwright.ts';
import { type Cluster, startCluster } from './rig/cluster.ts';
import { type KubeSecret, secretData, secretPart, secretsOf } from './rig/kube-api.ts';
import { isConsistent } from './rig/secret-pair.ts';
import { startService } from './rig/service.ts';
import { until } from './rig/until.ts';
import { newWorld } from './rig/world.ts';

const namespace = 'istio-system';

describe('The writer of Secrets', () => {
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

  const target = (name: string, more: Partial<SecretTarget> = {}) =>
    secretTarget({ name, host: `${name}.example.org`, namespace, ...more });

  async function supplied(name: string, more: Partial<SecretTarget> = {}): Promise<KubeSecret> {
    await certwright.declareTarget(target(name, more));
    await certwright.untilState(name, 'current');
    return secretNow(name);
  }

  async function secretNow(name: string): Promise<KubeSecret> {
    const secret = await cluster.api.secret(namespace, name);
    return secret ?? assert.fail(`there is no Secret ${name}`);
  }

  /** The Secret once it is what it was before somebody changed it. */
  async function untilMended(name: string, old: KubeSecret): Promise<KubeSecret> {
    const mended = await until(`Secret ${name} is mended`, async () => {
      const secret = await cluster.api.secret(namespace, name);
      const isMended = secret && isDeepStrictEqual(secret.data, old.data);
      return isMended && isConsistent(secret) && secret;
    });
    assert.ok(mended);
    await certwright.untilState(name, 'current');
    return mended;
  }

  it('mends a deleted Secret by itself', async () => {
    const old = await supplied('deleted');
    await cluster.api.deleteSecret(namespace, 'deleted');
    await untilMended('deleted', old);
  });

  it('mends a Secret whose key somebody replaced', async () => {
    const old = await supplied('edited');
    const stranger = secretPart(await supplied('stranger'), 'tls.key') ?? '';
    await cluster.api.patchSecret(namespace, 'edited', {
      data: secretData({ 'tls.key': stranger }),
    });
    await untilMended('edited', old);
  });

  it('mends a Secret whose certificate somebody emptied', async () => {
    const old = await supplied('emptied');
    await cluster.api.patchSecret(namespace, 'emptied', { data: { 'tls.crt': '' } });
    await untilMended('emptied', old);
  });

  it("mends a Secret whose clients' authorities somebody widened", async () => {
    const destination = { clientAuthorities: ['issuing'] };
    const old = await supplied('widened', { destination });
    const narrow = secretPart(old, 'ca.crt') ?? '';
    const wide = narrow + (await certwright.certificateOf('root'));
    await cluster.api.patchSecret(namespace, 'widened', { data: secretData({ 'ca.crt': wide }) });
    const mended = await untilMended('widened', old);
    assert.equal(secretPart(mended, 'ca.crt'), narrow);
  });

  it('keeps client authorities in a Secret of their own, and brings them back together', async () => {
    const apart = { clientAuthorities: ['issuing', 'root'], clientCaSecret: 'separate' };
    const main = await supplied('apart', { destination: apart });
    assert.equal(secretPart(main, 'ca.crt'), undefined);
    const ca = await secretNow('apart-cacert');
    assert.equal(secretPart(ca, 'ca.crt')?.match(/BEGIN CERTIFICATE/g)?.length, 2);

    await cluster.api.deleteSecret(namespace, 'apart-cacert');
    await until('it is mended', () => cluster.api.secret(namespace, 'apart-cacert'));
    assert.equal(serialNumberOf(await secretNow('apart')), serialNumberOf(main));

    const together = target('apart', { destination: { clientAuthorities: ['issuing'] } });
    await certwright.replaceTarget('apart', together);
    await until('the Secret of its own is gone', async () => {
      const rest = await cluster.api.secret(namespace, 'apart-cacert');
      return rest === undefined;
    });
    await certwright.untilState('apart', 'current');
    assert.match(secretPart(await secretNow('apart'), 'ca.crt') ?? '', /BEGIN CERTIFICATE/);
  });

  it("leaves other owners' labels, annotations and data keys where they are", async () => {
    await supplied('shared');
    await cluster.api.patchSecret(namespace, 'shared', {
      metadata: { labels: { team: 'web' }, annotations: { 'example.org/note': 'ours' } },
      data: secretData({ 'extra.txt': 'kept' }),
    });
    const { serialNumber } = await certwright.rotate('shared');
    const secret = await secretNow('shared');
    assert.equal(serialNumberOf(secret), serialNumber);
    assert.equal(secret.metadata.labels?.['team'], 'web');
    assert.equal(secret.metadata.annotations?.['example.org/note'], 'ours');
    assert.equal(secretPart(secret, 'extra.txt'), 'kept');
  });

  it('changes key, certificate and revision in one write for each rotation', async () => {
    const first = await supplied('watched');
    const { resourceVersion } = first.metadata;
    const seen: KubeSecret[] = [];
    const stop = new AbortController();
    world.defer(async () => stop.abort());
    const query = `watch=true&fieldSelector=metadata.name=watched&resourceVersion=${resourceVersion}`;
    const watching = cluster.api
      .watch<KubeSecret>(`${secretsOf(namespace)}?${query}`, stop.signal, ({ object }) => {
        seen.push(object);
      })
      .catch((failure: unknown) => {
        if (!stop.signal.aborted) throw failure;
      });
    const rotated: string[] = [];
    for (let rotation = 0; rotation < 3; rotation += 1) {
      rotated.push((await certwright.rotate('watched')).serialNumber);
    }
    await until('the last write is seen', () => {
      const last = seen.at(-1);
      return last !== undefined && serialNumberOf(last) === rotated.at(-1);
    });
    stop.abort();
    await watching;
    assert.deepEqual(seen.map(serialNumberOf), rotated);
    assert.ok(seen.every(isConsistent));
    const revisions = [first, ...seen].map(
      ({ metadata }) => metadata.annotations?.['certwright.dev/revision'],
    );
    assert.equal(new Set(revisions).size, rotated.length + 1, `revisions ${revisions}`);
  });

  it('removes the Secret with its target where that is asked, and leaves it otherwise', async () => {
    await supplied('left');
    await supplied('removed');
    const remove = async (path: string) => {
      const { status } = await certwright.service.call('DELETE', `/v1/rotation/targets/${path}`);
      assert.equal(status, 204);
    };
    await remove('left');
    await remove('removed?destination=remove');
    assert.ok(await cluster.api.secret(namespace, 'left'));
    assert.equal(await cluster.api.secret(namespace, 'removed'), undefined);
  });

  it('reports an immutable Secret as such', async () => {
    await supplied('immutable');
    await cluster.api.patchSecret(namespace, 'immutable', { immutable: true });
    const { outcome } = await certwright.rotate('immutable');
    assert.equal(outcome, 'failed');
    const { lastError } = await certwright.targetStatus('immutable');
    assert.match(lastError ?? '', /immutable/);
  });

  it('reports a Secret of another type as such', async () => {
    await cluster.api.createSecret(namespace, { metadata: { name: 'typed' }, type: 'Opaque' });
    await certwright.declareTarget(target('typed', { destination: { adopt: true } }));
    const { lastError } = await until('the type is reported', async () => {
      const status = await certwright.targetStatus('typed');
      return status.state !== 'pending' && status.state !== 'current' && status;
    });
    assert.match(lastError ?? '', /type/);
    assert.match(lastError ?? '', /Opaque/);
    assert.equal((await secretNow('typed')).type, 'Opaque');
  });
});

function serialNumberOf(secret: KubeSecret): string | undefined {
  const certificate = secretPart(secret, 'tls.crt');
  return certificate ? new X509Certificate(certificate).serialNumber.toLowerCase() : undefined;
}
