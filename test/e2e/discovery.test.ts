import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Certwright } from './rig/certwright.ts';
import { type Cluster, startCluster } from './rig/cluster.ts';
import { authority, DeclaringCluster, https } from './rig/declaring-cluster.ts';
import { secretPart } from './rig/kube-api.ts';
import { kubectl } from './rig/kubectl.ts';
import { realPart } from './rig/real-part.ts';
import { startService } from './rig/service.ts';
import { until } from './rig/until.ts';
import { newWorld } from './rig/world.ts';

const gateways = 'istio-system';
const shop = 'shop';
const configuration = JSON.stringify({
  discovery: [
    {
      namespaces: [shop],
      secretNamespaces: [gateways],
      authorities: ['issuing'],
      profiles: ['server'],
      hosts: ['shop.example.org', '**.shop.example.org'],
      clientAuthorities: ['issuing'],
      adopt: true,
    },
  ],
});

describe('Targets that the cluster’s objects declare', () => {
  const world = newWorld();
  let cluster: Cluster;
  let certwright: Certwright;
  let objects: DeclaringCluster;

  before(async () => {
    cluster = await startCluster(world);
    for (const part of ['istioCrds', 'gatewayApiCrds'] as const) {
      kubectl(cluster.kubeconfig, ['apply', '--server-side', '-f', realPart(part)]);
    }
    for (const namespace of [gateways, shop, 'elsewhere']) {
      await cluster.api.createNamespace(namespace);
    }
    const { kubeconfig } = cluster;
    certwright = new Certwright(await startService(world, { kubeconfig, configuration }));
    objects = new DeclaringCluster(cluster, certwright, shop);
  });

  it('wait until it is known where the Gateway is served, and say so on it', async () => {
    objects.istioGateway('front', [https(['shop.example.org'], 'front')]);
    await objects.untilFound('front', 'workload-not-found');
    await objects.untilTold(
      'front',
      /no pod, Deployment or Service has the labels istio=ingressgateway/,
    );
    assert.equal(await objects.targetFor('front'), undefined);
  });

  it('have their certificate where the gateway’s workload is, without anybody calling the API', async () => {
    objects.workload(gateways);
    await objects.untilServed(`${gateways}/front`, 'DNS:shop.example.org');
    assert.equal(await cluster.api.secret(shop, 'front'), undefined);
    const target = await objects.targetFor('front');
    assert.deepEqual(
      target?.declaredBy?.objects.map(({ name }) => name),
      ['front'],
    );
    assert.deepEqual(await objects.findings('front'), []);
  });

  it('follow the hosts of their object, `ns/host` among them', async () => {
    objects.istioGateway('front', [https(['shop.example.org', './a.shop.example.org'], 'front')]);
    await objects.untilServed(`${gateways}/front`, 'DNS:a.shop.example.org, DNS:shop.example.org');
  });

  it('are changed by nobody over HTTP', async () => {
    const { name } = (await objects.targetFor('front')) ?? assert.fail();
    const { status } = await certwright.service.call('DELETE', `/v1/rotation/targets/${name}`);
    assert.equal(status, 409);
  });

  it('have nothing that their namespace may not have: an Event and a finding, and no certificate', async () => {
    objects.istioGateway('greedy', [https(['bank.example.org'], 'greedy')]);
    const { detail } = await objects.untilFound('greedy', 'not-permitted');
    assert.match(detail, /namespace "shop" may not have host "bank\.example\.org"/);
    await objects.untilTold('greedy', /may not have host/);
    assert.equal(await objects.targetFor('greedy'), undefined);
    assert.equal(await cluster.api.secret(gateways, 'greedy'), undefined);
  });

  it('of a name that no Secret can have are none: an Event and a finding', async () => {
    objects.istioGateway('misnamed', [https(['n.shop.example.org'], 'Not_A_Name')]);
    await objects.untilFound('misnamed', 'secret-name-invalid');
    await objects.untilTold('misnamed', /no Secret can be called "Not_A_Name"/);
    assert.equal(await objects.targetFor('Not_A_Name'), undefined);
  });

  it('of a Gateway for every host, of one without authorities of its clients, are none', async () => {
    objects.istioGateway('any', [https(['*'], 'any')]);
    await objects.untilFound('any', 'any-host');
    objects.istioGateway('mutual', [https(['m.shop.example.org'], 'mutual', 'MUTUAL')]);
    await objects.untilFound('mutual', 'client-authorities-missing');
    const clients = { ...authority, 'certwright.dev/client-authorities': 'issuing' };
    objects.istioGateway('mutual', [https(['m.shop.example.org'], 'mutual', 'MUTUAL')], clients);
    await objects.untilServed(`${gateways}/mutual`, 'DNS:m.shop.example.org');
    assert.ok(secretPart(await cluster.api.secret(gateways, 'mutual'), 'ca.crt'));
  });

  it('do not take over a Secret that somebody made by hand, unless they say so', async () => {
    const byHand = {
      metadata: { name: 'mine' },
      type: 'kubernetes.io/tls',
      data: { 'tls.crt': '', 'tls.key': '' },
    };
    await cluster.api.createSecret(gateways, byHand);
    objects.istioGateway('mine', [https(['b.shop.example.org'], 'mine')]);
    const { name } = await until('it is declared', () => objects.targetFor('mine'));
    await certwright.untilState(name, 'conflict');
    objects.istioGateway('mine', [https(['b.shop.example.org'], 'mine')], {
      ...authority,
      'certwright.dev/adopt': 'true',
    });
    await objects.untilServed(`${gateways}/mine`, 'DNS:b.shop.example.org');
  });

  it('end with their object, and leave the Secret but where it is to go too', async () => {
    const goes = { ...authority, 'certwright.dev/remove-secret': 'true' };
    objects.istioGateway('goes', [https(['c.shop.example.org'], 'goes')], goes);
    await objects.untilServed(`${gateways}/goes`, 'DNS:c.shop.example.org');
    objects.delete('gateways.networking.istio.io', 'mine');
    objects.delete('gateways.networking.istio.io', 'goes');
    await until(
      'both are forgotten',
      async () => !((await objects.targetFor('mine')) || (await objects.targetFor('goes'))),
    );
    assert.ok(await cluster.api.secret(gateways, 'mine'));
    assert.equal(await cluster.api.secret(gateways, 'goes'), undefined);
    await objects.untilFound('mine', 'secret-unused');
  });

  it('stay while the workload is away', async () => {
    objects.delete('deployment', 'ingressgateway', gateways);
    await objects.untilFound('front', 'workload-not-found');
    assert.ok(await objects.targetFor('front'));
    objects.workload(gateways);
    await until('all is well', async () => (await objects.findings('front')).length === 0);
  });

  it('of a Gateway of the Gateway API and of an Ingress are in their own namespace', async () => {
    const metadata = { namespace: shop, annotations: authority };
    objects.gateway('api', '*.api.shop.example.org', { name: 'api' });
    const backend = { service: { name: 'web', port: { number: 80 } } };
    const rule = {
      host: 'd.shop.example.org',
      http: { paths: [{ path: '/', pathType: 'Prefix', backend }] },
    };
    objects.apply({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { ...metadata, name: 'web' },
      spec: { tls: [{ hosts: ['d.shop.example.org'], secretName: 'web' }], rules: [rule] },
    });
    await objects.untilServed(`${shop}/web`, 'DNS:d.shop.example.org');
    await objects.untilServed(`${shop}/api`, 'DNS:*.api.shop.example.org');
  });

  it('name a Secret of another namespace only by a ReferenceGrant there', async () => {
    objects.gateway('granted', 'e.shop.example.org', { name: 'granted', namespace: gateways });
    await objects.untilFound('granted', 'reference-not-granted');
    objects.apply({
      apiVersion: 'gateway.networking.k8s.io/v1beta1',
      kind: 'ReferenceGrant',
      metadata: { namespace: gateways, name: 'from-shop' },
      spec: {
        from: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace: shop }],
        to: [{ group: '', kind: 'Secret', name: 'granted' }],
      },
    });
    await objects.untilServed(`${gateways}/granted`, 'DNS:e.shop.example.org');
  });

  it('are judged together with everything else in coverage', async () => {
    objects.istioGateway(
      'plain',
      [
        https(['front.shop.example.org'], 'front'),
        { port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['m.shop.example.org'] },
      ],
      {},
    );
    await objects.untilFound('plain', 'certificate-does-not-cover-host');
    await objects.untilFound('mutual', 'mutual-host-on-plain-http');
    const shared = await objects.untilFound('front', 'certificate-in-several-gateways');
    assert.match(shared.detail, /Gateway "shop\/plain"/);
    await objects.untilFound('any', 'any-host');
  });

  it('are told of once, though the service is started anew', async () => {
    const before = await objects.told('greedy');
    const { dataFolder } = certwright.service;
    await certwright.service.stop('SIGTERM');
    const { kubeconfig } = cluster;
    const service = await startService(world, { kubeconfig, configuration, dataFolder });
    await until('it is found again', () => service.output().includes('may not have host'));
    objects.istioGateway('greedier', [https(['bank.example.org'], 'greedier')]);
    await objects.untilTold('greedier', /may not have host/);
    assert.deepEqual(await objects.told('greedy'), before);
    assert.equal(new Set(before).size, before.length);
  });
});
