import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from '../e2e/rig/cluster.ts';
import { freePort } from '../e2e/rig/free-port.ts';
import { secretPart } from '../e2e/rig/kube-api.ts';
import { kubectl } from '../e2e/rig/kubectl.ts';
import { startProgram, untilReady } from '../e2e/rig/program.ts';
import { realPart } from '../e2e/rig/real-part.ts';
import { until } from '../e2e/rig/until.ts';
import type { World } from '../e2e/rig/world.ts';

/** Where istiod is, and the gateway that it configures. */
export const GATEWAYS = 'istio-system';
export const SELECTOR = { istio: 'ingressgateway' };

const POD = 'gateway-1';
const ACCOUNT = 'gateway';
const SELF = '127.0.0.1';

/** What of Istio's own Envoy the published one lacks is left out; a mesh without sidecars has no use for it. */
const PLAIN_ENVOY = {
  PILOT_ENABLE_METADATA_EXCHANGE: 'false',
  PILOT_ENABLE_ALPN_FILTER: 'false',
};
const PLAIN_MESH = 'accessLogFile: ""\nenableAutoMtls: false\n';

/** Starts a real istiod on the cluster, and waits until it answers. */
export async function startIstiod(world: World, { kubeconfig }: Cluster): Promise<number> {
  const meshConfig = join(world.folder, 'mesh.yaml');
  writeFileSync(meshConfig, PLAIN_MESH);
  const [grpc, secure] = [await freePort(), await freePort()];
  const [http, monitoring] = [await freePort(), await freePort()];
  const addresses = [
    ...['--grpcAddr', `${SELF}:${grpc}`, '--secureGRPCAddr', `${SELF}:${secure}`],
    ...['--httpAddr', `${SELF}:${http}`, '--httpsAddr', ''],
    ...['--monitoringAddr', `${SELF}:${monitoring}`],
    ...['--ctrlz_address', SELF, '--ctrlz_port', '0'],
  ];
  const istiod = startProgram(world, {
    name: 'istiod',
    file: realPart('istiod'),
    args: ['discovery', '--kubeconfig', kubeconfig, '--meshConfig', meshConfig, ...addresses],
    env: {
      ...PLAIN_ENVOY,
      POD_NAMESPACE: GATEWAYS,
      POD_NAME: 'istiod-1',
      CLUSTER_ID: 'Kubernetes',
      INJECTION_WEBHOOK_CONFIG_NAME: '',
      VALIDATION_WEBHOOK_CONFIG_NAME: '',
    },
  });
  await untilReady('istiod is ready', istiod, async () => {
    const { ok } = await fetch(`http://${SELF}:${http}/ready`);
    return ok;
  });
  return secure;
}

/** A gateway as a pod would be one: Envoy, which gets everything from istiod as its ServiceAccount. */
export async function startGateway(
  world: World,
  cluster: Cluster,
  istiodPort: number,
): Promise<void> {
  makeWorkload(cluster);
  const root = await until('istiod has made its root', async () =>
    secretPart(await cluster.api.secret(GATEWAYS, 'istio-ca-secret'), 'ca-cert.pem'),
  );
  const rootFile = join(world.folder, 'istio-root.pem');
  writeFileSync(rootFile, root);
  const audience = ['--audience', 'istio-ca', '--duration', '1h'];
  const bound = ['--bound-object-kind', 'Pod', '--bound-object-name', POD];
  const token = kubectl(cluster.kubeconfig, [
    ...['-n', GATEWAYS, 'create', 'token', ACCOUNT],
    ...audience,
    ...bound,
  ]).trim();
  const adminPort = await freePort();
  const file = join(world.folder, 'gateway.json');
  writeFileSync(file, JSON.stringify(bootstrap({ adminPort, istiodPort, rootFile, token })));
  const envoy = startProgram(world, {
    name: 'gateway',
    file: realPart('envoy'),
    args: ['-c', file, '--concurrency', '1', '--disable-hot-restart'],
  });
  await untilReady('the gateway is there', envoy, async () => {
    const { ok } = await fetch(`http://${SELF}:${adminPort}/ready`);
    return ok;
  });
}

/** One HTTPS server of a Gateway, on loopback. */
export function loopbackServer(
  port: number,
  host: string,
  tls: { readonly credentialName: string; readonly mode?: string },
) {
  return {
    port: { number: port, name: `https-${tls.credentialName}`, protocol: 'HTTPS' },
    bind: SELF,
    hosts: [host],
    tls: { mode: 'SIMPLE', ...tls },
  };
}

/** There is no kubelet to make a pod of it, and none that says that it runs. */
function makeWorkload({ kubeconfig }: Cluster): void {
  const named = (name: string) => ({ name, namespace: GATEWAYS });
  const objects = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: named(ACCOUNT) },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...named(POD), labels: SELECTOR },
      spec: {
        serviceAccountName: ACCOUNT,
        nodeName: 'node-1',
        containers: [{ name: 'istio-proxy', image: 'proxy' }],
      },
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: named(ACCOUNT),
      rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'watch'] }],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: named(ACCOUNT),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: ACCOUNT },
      subjects: [{ kind: 'ServiceAccount', ...named(ACCOUNT) }],
    },
  ];
  const list = { apiVersion: 'v1', kind: 'List', items: objects };
  kubectl(kubeconfig, ['apply', '-f', '-'], { input: JSON.stringify(list) });
  const status = {
    phase: 'Running',
    podIP: SELF,
    podIPs: [{ ip: SELF }],
    conditions: [{ type: 'Ready', status: 'True' }],
  };
  const patch = ['--subresource=status', '--type=merge', '-p', JSON.stringify({ status })];
  kubectl(kubeconfig, ['-n', GATEWAYS, 'patch', 'pod', POD, ...patch]);
}

/** What istio-agent would make, without the agent: the token goes to istiod with each stream. */
function bootstrap(about: {
  readonly adminPort: number;
  readonly istiodPort: number;
  readonly rootFile: string;
  readonly token: string;
}) {
  const domain = `${GATEWAYS}.svc.cluster.local`;
  const ads = { ads: {}, resource_api_version: 'V3', initial_fetch_timeout: '0s' };
  const metadata = {
    NAME: POD,
    NAMESPACE: GATEWAYS,
    SERVICE_ACCOUNT: ACCOUNT,
    LABELS: SELECTOR,
    CLUSTER_ID: 'Kubernetes',
    INSTANCE_IPS: SELF,
    ISTIO_VERSION: '1.32.0',
  };
  return {
    node: { id: `router~${SELF}~${POD}.${GATEWAYS}~${domain}`, cluster: 'gateway', metadata },
    admin: { address: socketAddress(about.adminPort) },
    dynamic_resources: {
      ads_config: {
        api_type: 'GRPC',
        transport_api_version: 'V3',
        set_node_on_first_message_only: true,
        grpc_services: [
          {
            envoy_grpc: { cluster_name: 'istiod' },
            initial_metadata: [{ key: 'authorization', value: `Bearer ${about.token}` }],
          },
        ],
      },
      lds_config: ads,
      cds_config: ads,
    },
    static_resources: { clusters: [istiodCluster(about)] },
  };
}

function istiodCluster({ istiodPort, rootFile }: { istiodPort: number; rootFile: string }) {
  const http = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
  const tls = 'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext';
  const endpoint = { endpoint: { address: socketAddress(istiodPort) } };
  return {
    name: 'istiod',
    type: 'STATIC',
    load_assignment: { cluster_name: 'istiod', endpoints: [{ lb_endpoints: [endpoint] }] },
    typed_extension_protocol_options: {
      [http]: {
        '@type': `type.googleapis.com/${http}`,
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
    transport_socket: {
      name: 'tls',
      typed_config: {
        '@type': `type.googleapis.com/${tls}`,
        sni: `istiod.${GATEWAYS}.svc`,
        common_tls_context: { validation_context: { trusted_ca: { filename: rootFile } } },
      },
    },
  };
}

function socketAddress(port: number) {
  return { socket_address: { address: SELF, port_value: port } };
}
