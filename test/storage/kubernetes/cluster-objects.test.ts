import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Clusters } from '../../../storage/kubernetes/clusters.ts';
import { ClusterObjects } from '../../../storage/kubernetes/discovery/cluster-objects.ts';
import { GATEWAY_KINDS, PLACE_KINDS } from '../../../storage/kubernetes/discovery/kinds.ts';
import { until } from '../../e2e/rig/until.ts';
import { type Asked, FakeObjects } from './fake-objects.ts';
import { QUICK } from './follower.ts';

/** Lets the requests for one kind through, and answers all others with 404. */
function only(resource: string) {
  return ({ url }: Asked) => (url.pathname.endsWith(`/${resource}`) ? undefined : { status: 404 });
}

async function watching(
  t: TestContext,
  fake: FakeObjects,
  namespaces: readonly string[] = ['shop'],
) {
  const warnings: string[] = [];
  let changes = 0;
  const objects = new ClusterObjects({
    clusters: new Clusters({ kubeconfigFiles: [fake.kubeconfig] }, 2_000),
    namespaces,
    secretNamespaces: ['istio-system'],
    onChange: () => {
      changes += 1;
    },
    warn: (words) => warnings.push(words),
    timing: QUICK,
  });
  t.after(() => objects.stop());
  return { objects, warnings, changes: () => changes };
}

const metadata = {
  name: 'front',
  namespace: 'shop',
  annotations: { 'certwright.dev/authority': 'issuing', 'cert-manager.io/issuer': 'x' },
  labels: { 'certwright.dev/authority': 'other', 'certwright.dev/profile': 'server' },
};

/** What a kind's reader makes of an object. */
function read(resource: string, spec: unknown, other: object = {}) {
  const kind = [...GATEWAY_KINDS, ...PLACE_KINDS].find((one) => one.resource === resource);
  const rest = { uid: 'u', creationTimestamp: '2030-01-01T00:00:00Z' };
  return kind?.read({ metadata: { ...rest, ...metadata, ...other }, spec });
}

describe('ClusterObjects', () => {
  it('holds what objects say, and tells of each change that says something new', async (t) => {
    const fake = await FakeObjects.start(t);
    fake.fault = only('gateways');
    const { objects, changes } = await watching(t, fake);
    await until('all is settled', () => objects.isSettled());
    fake.set({ metadata, spec: { servers: [{ hosts: ['a.example.org'] }] } });
    await until('it is there', () => objects.view().gateways.length > 0);
    const before = changes();
    fake.set({ metadata, spec: { servers: [{ hosts: ['a.example.org'] }] }, status: { a: 1 } });
    fake.set({ metadata, spec: { servers: [] } });
    await until('the change is there', () => objects.view().gateways[0]?.servers.length === 0);
    assert.ok(changes() - before <= 2);
  });

  it('asks in the namespaces that may ask, or once for all of them', async (t) => {
    const fake = await FakeObjects.start(t);
    const { objects } = await watching(t, fake, ['shop', '*']);
    await until('all is settled', () => objects.isSettled());
    const paths = new Set(fake.asked.map(({ url }) => url.pathname));
    assert.ok(paths.has('/apis/networking.istio.io/v1/gateways'));
    assert.ok(paths.has('/api/v1/namespaces/istio-system/pods'));
    assert.ok(![...paths].some((path) => path.includes('/namespaces/shop/')));
  });

  it('does not know what objects there are where it is refused, or told that there is no such kind', async (t) => {
    const fake = await FakeObjects.start(t);
    const reason = 'gateways is forbidden: User "x" cannot list resource "gateways"';
    fake.fault = ({ url }) =>
      url.pathname.includes('networking.istio.io') ? { status: 403, reason } : { status: 404 };
    const { objects, warnings } = await watching(t, fake);
    await until('all is settled', () => objects.isSettled());
    const reference = { kind: 'Gateway', namespace: 'shop', name: 'front' } as const;
    for (const group of ['networking.istio.io', 'gateway.networking.k8s.io']) {
      assert.equal(objects.isKnown({ ...reference, apiVersion: `${group}/v1` }), false);
    }
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0] ?? '',
      /list gateways\.networking\.istio\.io in namespace "shop" \(403\): grant it the verb "list"/,
    );
    const states = objects.states().map(({ state }) => state);
    assert.deepEqual(new Set(states), new Set(['forbidden', 'absent']));
  });
});

describe('what is read from objects', () => {
  it('is an annotation before a label of the same name, and who else is asked', () => {
    const found = read('gateways.networking.istio.io', {});
    assert.partialDeepStrictEqual(found, {
      gateway: {
        marks: { authority: 'issuing', profile: 'server' },
        otherIssuer: 'cert-manager (annotation cert-manager.io/issuer)',
      },
    });
  });

  it('of Istio: modes, redirects, two certificates, and what is no Secret', () => {
    const server = (protocol: string, tls: object) => ({
      port: { number: 443, protocol },
      hosts: ['a'],
      tls,
    });
    const servers = [
      server('HTTPS', {
        mode: 'OPTIONAL_MUTUAL',
        credentialNames: ['one', 'two'],
        caCertCredentialName: 'ca',
      }),
      server('HTTPS', { mode: 'PASSTHROUGH' }),
      server('HTTP', { httpsRedirect: true }),
      server('HTTPS', { mode: 'SIMPLE', credentialName: 'sds://elsewhere' }),
      server('HTTPS', { mode: 'SIMPLE', serverCertificate: '/etc/certs/tls.crt' }),
      server('HTTPS', { mode: 'SIMPLE', credentialName: 'kubernetes://three' }),
      server('HTTPS', { mode: 'SIMPLE', credentialName: 'kubernetes://a/three' }),
      server('HTTPS', { mode: 'SIMPLE', credentialName: 'Four' }),
    ];
    const found = read('gateways.networking.istio.io', { selector: { istio: 'x' }, servers });
    const plain = { port: 443, hosts: ['a'], isPlainHttp: false };
    const secrets = [{ name: 'one' }, { name: 'two' }];
    assert.partialDeepStrictEqual(found, {
      gateway: {
        selector: { istio: 'x' },
        servers: [
          { ...plain, tls: { isMutual: true, hasOtherClientAuthorities: true, secrets } },
          plain,
          plain,
          { ...plain, tls: { secrets: [] } },
          plain,
          { ...plain, tls: { secrets: [{ name: 'three' }] } },
          { ...plain, tls: { secrets: [{ name: 'a/three' }] } },
          { ...plain, tls: { secrets: [{ name: 'Four' }] } },
        ],
      },
    });
  });

  it('of the Gateway API: Secrets only, with the namespaces that they are named with', () => {
    const certificateRefs = [
      { name: 'one', namespace: 'other' },
      { name: 'map', kind: 'ConfigMap' },
    ];
    const options = { 'gateway.istio.io/tls-terminate-mode': 'MUTUAL' };
    const listeners = [{ port: 443, protocol: 'HTTPS', tls: { certificateRefs, options } }];
    assert.partialDeepStrictEqual(read('gateways.gateway.networking.k8s.io', { listeners }), {
      gateway: {
        servers: [
          { hosts: ['*'], tls: { isMutual: true, secrets: [{ name: 'one', namespace: 'other' }] } },
        ],
      },
    });
  });

  it('of a ReferenceGrant: whose Gateways may name which Secrets', () => {
    const from = [
      { group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace: 'shop' },
      { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'bank' },
    ];
    const grant = (to: object) =>
      read('referencegrants.gateway.networking.k8s.io', { from, to: [to] });
    assert.deepEqual(grant({ group: '', kind: 'Secret', name: 'web' }), {
      grant: { namespace: 'shop', from: ['shop'], names: ['web'] },
    });
    assert.deepEqual(grant({ group: '', kind: 'Secret' }), {
      grant: { namespace: 'shop', from: ['shop'] },
    });
    assert.deepEqual(grant({ group: '', kind: 'Service' }), {});
  });

  it('of pods, Deployments and Services: by which labels pods are known', () => {
    const labels = { istio: 'ingressgateway' };
    const workload = { workload: { namespace: 'shop', labels } };
    assert.deepEqual(read('pods', {}, { labels }), workload);
    assert.deepEqual(read('deployments.apps', { template: { metadata: { labels } } }), workload);
    assert.deepEqual(read('services', { selector: labels }), workload);
    assert.deepEqual(read('services', {}), {});
  });

  it('is nothing where an object is not as its kind has it', () => {
    for (const { resource } of GATEWAY_KINDS) {
      assert.deepEqual(read(resource, { servers: 1, listeners: 'x', tls: {} }), {});
    }
  });
});
