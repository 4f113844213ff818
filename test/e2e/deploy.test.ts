import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { deploymentOf, home, startAsDeployed } from './rig/as-deployed.ts';
import { Certwright, secretTarget } from './rig/certwright.ts';
import { type Cluster, startCluster } from './rig/cluster.ts';
import { curl } from './rig/curl.ts';
import type { Envoy } from './rig/envoy.ts';
import type { GatewayHost } from './rig/envoy-bootstrap.ts';
import { startGateway } from './rig/gateway.ts';
import { hostsOf, type IstioGateway } from './rig/istio-gateway.ts';
import { applyKustomization, kubectl } from './rig/kubectl.ts';
import { realPart } from './rig/real-part.ts';
import type { Service } from './rig/service.ts';
import { type Visit, type VisitOptions, visit } from './rig/tls-client.ts';
import { until } from './rig/until.ts';
import { newWorld } from './rig/world.ts';

const deploy = fileURLToPath(new URL('../../deploy/', import.meta.url));
const application = 'istioinaction';
const webapp = 'webapp.istioinaction.io';
const catalog = 'catalog.istioinaction.io';
const serviceAccount = `system:serviceaccount:${home}:certwright`;

const flavours = [
  {
    title: 'deploy/base',
    folder: 'base',
    examples: 'examples/istio',
    gateways: 'istio-system',
    selector: 'ingressgateway',
  },
  {
    title: 'deploy/overlays/aks-istio-addon',
    folder: 'overlays/aks-istio-addon',
    examples: 'overlays/aks-istio-addon/examples',
    gateways: 'aks-istio-ingress',
    selector: 'aks-istio-ingressgateway-external',
  },
] as const;

for (const { title, folder, examples, gateways, selector } of flavours) {
  describe(`${title}, applied to a real API server`, () => {
    const world = newWorld();
    let cluster: Cluster;
    let service: Service;
    let certwright: Certwright;

    before(async () => {
      cluster = await startCluster(world);
      const crds = ['apply', '--server-side', '-f', realPart('istioCrds')];
      kubectl(cluster.kubeconfig, crds);
      for (const namespace of [gateways, application]) await cluster.api.createNamespace(namespace);
      applyKustomization(cluster.kubeconfig, join(deploy, folder));
      const example = readFileSync(join(deploy, 'examples/istio/certwright.yaml'), 'utf8');
      const configuration = example.replaceAll('namespace: istio-system', `namespace: ${gateways}`);
      service = await startAsDeployed(world, cluster, configuration);
      certwright = new Certwright(service);
    });

    it('admits the pod under the restricted Pod Security Standard of its namespace', async () => {
      const { spec } = await deploymentOf(cluster);
      await cluster.api.call('POST', `/api/v1/namespaces/${home}/pods?dryRun=All`, {
        metadata: { ...spec.template.metadata, name: 'certwright' },
        spec: spec.template.spec,
      });
    });

    it('grants get, list, watch, create and patch on Secrets of the gateway namespace, list on its pods, and nothing else', async () => {
      const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];
      const rights = [gateways, home, 'default', 'kube-system'].flatMap((namespace) =>
        ['secrets', 'pods'].flatMap((resource) =>
          verbs.map((verb) => ({ namespace, resource, verb })),
        ),
      );
      const granted: string[] = [];
      for (const right of rights) {
        const { namespace, resource, verb } = right;
        const words = `${verb} ${resource} in ${namespace}`;
        if (await mayDo(cluster, right)) granted.push(words);
      }
      const secrets = ['get', 'list', 'watch', 'create', 'patch'].map((verb) => `${verb} secrets`);
      const expected = [...secrets, 'list pods'].map((right) => `${right} in ${gateways}`);
      assert.deepEqual(granted.sort(), expected.sort());
    });

    it('lets the service, with exactly that right, supply the Secrets of the examples', async () => {
      for (const name of ['webapp-credential', 'catalog-credential', 'webapp-credential-mtls']) {
        await certwright.untilState(name, 'current');
        await certwright.rotate(name);
        assert.ok(await cluster.api.secret(gateways, name));
      }
    });

    it('names the missing right where a target lies in a namespace that it does not name', async () => {
      await certwright.declareTarget(
        secretTarget({ name: 'elsewhere', host: webapp, namespace: application }),
      );
      const { lastError } = await certwright.untilState('elsewhere', 'failing');
      for (const word of ['get', 'secrets', application]) {
        assert.match(lastError ?? '', new RegExp(`\\b${word}\\b`));
      }
    });

    for (const example of ['simple', 'two-hosts', 'mutual'] as const) {
      it(`with the example ${example}: the Gateway's hosts are served with our certificates`, async () => {
        applyKustomization(cluster.kubeconfig, join(deploy, examples, example), application);
        const gateway = await gatewayIn(cluster);
        assert.deepEqual(gateway.spec.selector, { istio: selector });
        const hosts = hostsOf(gateway);
        assert.deepEqual(
          hosts.map(({ host }) => host),
          example === 'two-hosts' ? [webapp, catalog] : [webapp],
        );
        const envoy = await startGateway(world, cluster, { namespace: gateways, hosts });
        for (const host of hosts) await assertServes(envoy, host);
      });
    }

    async function assertServes(envoy: Envoy, { host, mode }: GatewayHost): Promise<void> {
      const shown = mode === 'MUTUAL' ? await clientOf('clients') : {};
      await untilServed(envoy, { host, ...shown });
      if (mode === 'MUTUAL') await assertOnlyItsClientsEnter(envoy, host);
      const plain = await curl({ scheme: 'http', host, port: envoy.httpPort });
      assert.equal(plain.httpStatus, 301);
    }

    async function clientOf(
      authority: string,
    ): Promise<Pick<VisitOptions, 'certificate' | 'privateKey'>> {
      const subject = { commonName: 'client' };
      const issued = await certwright.issue({ authority, profile: 'client', subject });
      return { certificate: issued.certificate + issued.chain, privateKey: issued.privateKey };
    }

    async function untilServed(envoy: Envoy, options: VisitOptions): Promise<Visit> {
      const ca = readFileSync(service.rootFile);
      return until(`${options.host} is served`, async () => {
        const seen = await visit(envoy.httpsPort, { ...options, ca });
        return seen.isVerified && seen.status === 200 && seen;
      });
    }

    async function assertOnlyItsClientsEnter(envoy: Envoy, host: string): Promise<void> {
      const without = await visit(envoy.httpsPort, { host });
      assert.match(without.refusal ?? 'not refused', /certificate required/);
      const sibling = await visit(envoy.httpsPort, { host, ...(await clientOf('issuing')) });
      assert.match(sibling.refusal ?? 'not refused', /unknown ca/);
    }
  });
}

async function gatewayIn(
  cluster: Cluster,
): Promise<IstioGateway & { readonly spec: { readonly selector: unknown } }> {
  const path = `/apis/networking.istio.io/v1/namespaces/${application}/gateways/ingress`;
  return cluster.api.call('GET', path);
}

async function mayDo(cluster: Cluster, resourceAttributes: object): Promise<boolean> {
  const { status } = await cluster.api.call<{ status: { allowed: boolean } }>(
    'POST',
    '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: {
        user: serviceAccount,
        groups: [
          'system:serviceaccounts',
          `system:serviceaccounts:${home}`,
          'system:authenticated',
        ],
        resourceAttributes,
      },
    },
  );
  return status.allowed;
}
