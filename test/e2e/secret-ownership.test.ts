import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Certwright, secretTarget } from './rig/certwright.ts';
import { type Cluster, startCluster } from './rig/cluster.ts';
import { type KubeObject, type KubeSecret, secretData, secretPart } from './rig/kube-api.ts';
import { isConsistent } from './rig/secret-pair.ts';
import { startService } from './rig/service.ts';
import { newWorld } from './rig/world.ts';

const namespace = 'istio-system';
const type = 'kubernetes.io/tls';
const data = secretData({ 'tls.crt': 'theirs', 'tls.key': 'theirs', 'extra.txt': 'kept' });

/** How a Secret shows that another controller keeps it, by the marks of cert-manager, the Secrets Store CSI driver and others. */
const marks: Readonly<Record<string, Omit<KubeObject['metadata'], 'name'>>> = {
  'cert-manager': {
    annotations: {
      'cert-manager.io/certificate-name': 'webapp',
      'cert-manager.io/issuer-name': 'ca',
    },
  },
  'the Secrets Store CSI driver': { labels: { 'secrets-store.csi.k8s.io/managed': 'true' } },
  'External Secrets': {
    ownerReferences: [
      {
        apiVersion: 'external-secrets.io/v1',
        kind: 'ExternalSecret',
        name: 'webapp',
        uid: '7f1b1d2e-0000-4000-8000-000000000001',
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  },
};

describe("Another owner's Secret", () => {
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

  function target(name: string, adopt?: boolean) {
    const destination = adopt === undefined ? {} : { adopt };
    return secretTarget({ name, host: `${name}.example.org`, namespace, destination });
  }

  async function secretNow(name: string): Promise<KubeSecret> {
    const secret = await cluster.api.secret(namespace, name);
    return secret ?? assert.fail(`there is no Secret ${name}`);
  }

  /** The resource version counts every write, so an equal one means that none has happened. */
  async function assertRefusedAndUntouched(name: string, before: KubeSecret): Promise<void> {
    await certwright.untilState(name, 'conflict');
    const { outcome } = await certwright.rotate(name);
    assert.equal(outcome, 'failed', 'not even when a rotation is asked for');
    await certwright.runPass({ force: true });
    await certwright.untilState(name, 'conflict');
    const after = await secretNow(name);
    assert.equal(after.metadata.resourceVersion, before.metadata.resourceVersion);
  }

  for (const [index, [owner, metadata]] of Object.entries(marks).entries()) {
    for (const adopt of [false, true]) {
      it(`of ${owner} is refused and untouched with adopt: ${adopt}`, async () => {
        const name = `marked-${index}-${adopt}`;
        const secret = { metadata: { name, ...metadata }, type, data };
        const before = await cluster.api.createSecret(namespace, secret);
        await certwright.declareTarget(target(name, adopt));
        await assertRefusedAndUntouched(name, before);
      });
    }
  }

  it('without any mark is refused and untouched, until the target says adopt: true', async () => {
    const name = 'unmarked';
    const before = await cluster.api.createSecret(namespace, { metadata: { name }, type, data });
    await certwright.declareTarget(target(name));
    await assertRefusedAndUntouched(name, before);

    await certwright.replaceTarget(name, target(name, true));
    await certwright.untilState(name, 'current');
    const adopted = await secretNow(name);
    assert.ok(isConsistent(adopted));
    assert.equal(secretPart(adopted, 'extra.txt'), 'kept');
    assert.ok(adopted.metadata.annotations?.['certwright.dev/revision']);
    assert.equal(adopted.metadata.uid, before.metadata.uid, 'the same object, not a new one');
  });

  it('is refused from the moment at which another owner marks it', async () => {
    const name = 'marked-later';
    await certwright.declareTarget(target(name));
    await certwright.untilState(name, 'current');
    const before = await cluster.api.patchSecret(namespace, name, {
      metadata: marks['cert-manager'],
    });
    await assertRefusedAndUntouched(name, before);
  });
});
