import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { anchorsOf } from '../support/markdown-anchors.ts';
import { Certwright, secretTarget } from './rig/certwright.ts';
import { type Cluster, startCluster } from './rig/cluster.ts';
import { type KubeSecret, secretData, secretPart } from './rig/kube-api.ts';
import { makeForeign, serverExtensions } from './rig/openssl-authority.ts';
import { isConsistent } from './rig/secret-pair.ts';
import { type Service, startService } from './rig/service.ts';
import { entries, page, Reader } from './rig/troubleshooting.ts';
import { until } from './rig/until.ts';
import { newWorld } from './rig/world.ts';

const namespace = 'istio-system';

describe('docs/troubleshooting.md, about our own status', () => {
  const world = newWorld();
  let cluster: Cluster;
  let service: Service;
  let certwright: Certwright;
  let reader: Reader;

  before(async () => {
    cluster = await startCluster(world);
    await cluster.api.createNamespace(namespace);
    service = await startService(world, { kubeconfig: cluster.kubeconfigFor('restricted') });
    certwright = new Certwright(service);
    reader = new Reader(service, { cluster, folder: mkdtempSync(join(world.folder, 'reader-')) });
  });

  /** A target and a Secret of the same name, and what the page calls them. */
  function variables(name: string) {
    return { NAMESPACE: namespace, SECRET: name, TARGET: name, SERVICE: '--user=restricted' };
  }

  async function declare(name: string, changes: object = {}): Promise<void> {
    const host = `${name}.istioinaction.io`;
    await certwright.declareTarget(secretTarget({ name, host, namespace, ...changes }));
  }

  /** Both blocks of the page about one fault, and a target that is current after them. */
  async function seesAndMends(fault: string, name: string): Promise<void> {
    await reader.sees(fault, variables(name));
    await reader.mends(fault, variables(name));
    await certwright.untilState(name, 'current');
  }

  async function foreignSecret(
    name: string,
    metadata: Omit<KubeSecret['metadata'], 'name'> = {},
  ): Promise<void> {
    const extensions = serverExtensions(name);
    const { certificate, privateKey } = makeForeign(world.folder, { name, extensions });
    await cluster.api.createSecret(namespace, {
      metadata: { name, ...metadata },
      type: 'kubernetes.io/tls',
      data: secretData({ 'tls.crt': certificate, 'tls.key': privateKey }),
    });
  }

  it('failing: no right to the Secrets of the namespace', async () => {
    await declare('webapp');
    await seesAndMends('rbac', 'webapp');
  });

  it('failing: an immutable Secret', async () => {
    await cluster.api.patchSecret(namespace, 'webapp', { immutable: true });
    await certwright.runPass();
    await seesAndMends('immutable', 'webapp');
  });

  it('failing: an OCSP response of another certificate', async () => {
    const data = secretData({ 'tls.ocsp-staple': 'of somebody else' });
    await cluster.api.patchSecret(namespace, 'webapp', { data });
    await certwright.runPass();
    await seesAndMends('staple', 'webapp');
  });

  it('failing: an authority that has ended', async () => {
    await certwright.createAuthority({
      ...{ name: 'brief', kind: 'intermediate', parent: 'root', pathLenConstraint: 0 },
      validity: '25s',
    });
    await declare('brief', { authority: 'brief', spec: { validity: '15s' } });
    await certwright.untilState('brief', 'current');
    const { body } = await service.call<{ notAfter: string }>('GET', '/v1/authorities/brief');
    await until('the authority has ended', () => Date.now() > Date.parse(body.notAfter) + 1_000, {
      withinMs: 40_000,
    });
    await certwright.runPass();
    await seesAndMends('authority', 'brief');
  });

  it('conflict: the Secret of another controller', async () => {
    const annotations = { 'cert-manager.io/certificate-name': 'shop' };
    await foreignSecret('shop', { annotations });
    await declare('shop');
    await seesAndMends('foreign', 'shop');
  });

  it('conflict: a Secret that was made by hand', async () => {
    await foreignSecret('handmade');
    await declare('handmade');
    await seesAndMends('by-hand', 'handmade');
  });

  it('conflict: somebody who undoes our write again and again', async () => {
    const other = await cluster.api.secret(namespace, 'shop');
    const data = secretData({ 'tls.key': secretPart(other, 'tls.key') ?? '' });
    await until('Certwright keeps out of it', async () => {
      const secret = await cluster.api.secret(namespace, 'webapp');
      // As a controller does: whatever is not as it wants it is put right again.
      if (secret && isConsistent(secret))
        await cluster.api.patchSecret(namespace, 'webapp', { data });
      await certwright.runPass();
      return (await certwright.targetStatus('webapp')).state === 'conflict';
    });
    await seesAndMends('fight', 'webapp');
  });

  it('curl 60: a clock that is behind', async () => {
    const { port } = new URL(service.management);
    const known = { ...variables('webapp'), HOST: 'localhost', PORT: port };
    await reader.sees('clock', known);
    await reader.mends('clock', known);
  });

  it('rotation stopped: a service that does not run', async () => {
    await service.stop('SIGTERM');
    await reader.sees('stopped', variables('webapp'));
  });
});

describe('docs/troubleshooting.md', () => {
  it('has no block that no test runs', () => {
    const folder = new URL('./', import.meta.url);
    const tests = readdirSync(folder)
      .filter((name) => /^troubleshooting-.*\.test\.ts$/.test(name))
      .map((name) => readFileSync(new URL(name, folder), 'utf8'))
      .join('');
    assert.ok(entries.length > 30);
    assert.equal(entries.length, [...page.matchAll(/^<!-- (see|mend): /gm)].length);
    for (const { name } of entries) {
      const [, fault] = name.split(' ');
      assert.ok(tests.includes(`'${fault}'`), name);
    }
  });

  it('has no link into itself that leads nowhere', () => {
    const anchors = anchorsOf(page);
    const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = '']) => anchor);
    assert.ok(links.length > 10);
    assert.deepEqual(
      links.filter((anchor) => !anchors.includes(anchor)),
      [],
    );
  });
});
