import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Certwright } from '../e2e/rig/certwright.ts';
import { type Cluster, startCluster } from '../e2e/rig/cluster.ts';
import { authority, DeclaringCluster } from '../e2e/rig/declaring-cluster.ts';
import { freePort } from '../e2e/rig/free-port.ts';
import { kubectl } from '../e2e/rig/kubectl.ts';
import { realPart } from '../e2e/rig/real-part.ts';
import { startService } from '../e2e/rig/service.ts';
import { visit } from '../e2e/rig/tls-client.ts';
import { until } from '../e2e/rig/until.ts';
import { newWorld } from '../e2e/rig/world.ts';
import { GATEWAYS, loopbackServer, SELECTOR, startGateway, startIstiod } from './istio-mesh.ts';

const SHOP = 'shop';
const ROTATIONS = 20;
const configuration = JSON.stringify({
  discovery: [
    {
      namespaces: [SHOP],
      secretNamespaces: [GATEWAYS],
      authorities: ['issuing'],
      profiles: ['server'],
      hosts: ['*.example.org'],
      clientAuthorities: ['issuing'],
    },
  ],
});

interface Issued {
  readonly certificate: string;
  readonly chain: string;
  readonly privateKey: string;
}

interface Status {
  readonly status: { readonly served: { readonly state: string } | null };
}

describe('A gateway that a real istiod configures', () => {
  const world = newWorld();
  let cluster: Cluster;
  let certwright: Certwright;
  let objects: DeclaringCluster;
  let [plain, mutual] = [0, 0];

  before(async () => {
    cluster = await startCluster(world);
    for (const part of ['istioCrds', 'gatewayApiCrds'] as const) {
      kubectl(cluster.kubeconfig, ['apply', '--server-side', '-f', realPart(part)]);
    }
    for (const namespace of [GATEWAYS, SHOP]) await cluster.api.createNamespace(namespace);
    const istiodPort = await startIstiod(world, cluster);
    await startGateway(world, cluster, istiodPort);
    const { kubeconfig } = cluster;
    certwright = new Certwright(await startService(world, { kubeconfig, configuration }));
    objects = new DeclaringCluster(cluster, certwright, SHOP);
    [plain, mutual] = [await freePort(), await freePort()];
  });

  const serialNumberAt = async (host: string) => (await visit(plain, { host })).serialNumber;

  it('serves what a Gateway asks for by annotation', async () => {
    const clients = { 'certwright.dev/client-authorities': 'issuing' };
    const servers = [
      loopbackServer(plain, 'a.example.org', { credentialName: 'front-a' }),
      loopbackServer(plain, 'b.example.org', { credentialName: 'front-b' }),
      loopbackServer(mutual, 'm.example.org', { credentialName: 'front-m', mode: 'MUTUAL' }),
    ];
    objects.istioGateway('front', servers, { ...authority, ...clients });
    for (const host of ['a.example.org', 'b.example.org']) {
      await until(`${host} is served`, async () => (await serialNumberAt(host)) !== undefined);
    }
  });

  it(`serves each of ${ROTATIONS} rotations without a failed handshake`, async () => {
    for (let rotation = 0; rotation < ROTATIONS; rotation += 1) {
      const name = rotation % 2 === 0 ? 'a' : 'b';
      const host = `${name}.example.org`;
      const before = await serialNumberAt(host);
      const target = (await objects.targetFor(`front-${name}`)) ?? assert.fail();
      await certwright.service.call('POST', `/v1/rotation/targets/${target.name}/rotate`);
      await until('the new certificate is served', async () => {
        const { serialNumber, refusal } = await visit(plain, { host });
        assert.ok(serialNumber, `the handshake failed: ${refusal}`);
        return serialNumber !== before;
      });
    }
  });

  it('lets in clients of its authorities, and no others, where it is MUTUAL', async () => {
    const host = 'm.example.org';
    await until('it is served', async () => (await visit(mutual, { host })).serialNumber);
    const { refusal } = await visit(mutual, { host });
    assert.match(refusal ?? '', /certificate required/i);
    const body = {
      ...{ authority: 'issuing', profile: 'client', validity: '1d' },
      subject: { commonName: 'client' },
    };
    const issued = await certwright.service.call<Issued>('POST', '/v1/certificates', { body });
    const { certificate, chain, privateKey } = issued.body;
    const answer = await visit(mutual, { host, certificate: certificate + chain, privateKey });
    assert.equal(answer.refusal, undefined);
    assert.equal(answer.status, 404);
  });

  it('is found by its pods, and proven to serve what was written', async () => {
    const destination = {
      ...{ type: 'kubernetesSecret', namespace: GATEWAYS, name: 'proven' },
      secretType: 'kubernetes.io/tls',
    };
    const body = {
      ...{ name: 'proven', authority: 'issuing', profile: 'server', validity: '30d' },
      dnsNames: ['p.example.org'],
      destination,
      served: [{ kind: 'gatewayPods', namespace: GATEWAYS, selector: SELECTOR, port: plain }],
    };
    const { status } = await certwright.service.call('POST', '/v1/rotation/targets', { body });
    assert.equal(status, 201);
    const server = loopbackServer(plain, 'p.example.org', { credentialName: 'proven' });
    objects.istioGateway('proven', [server], {});
    await until(
      'it is proven',
      async () => {
        const path = '/v1/rotation/targets/proven';
        const found = await certwright.service.call<Status>('GET', path);
        return found.body.status.served?.state === 'proven';
      },
      { withinMs: 60_000 },
    );
  });
});
