import type { Cluster } from './cluster.ts';
import { type Service, startService } from './service.ts';
import type { World } from './world.ts';

/** The namespace in which `deploy/base` puts the service. */
export const home = 'certwright-system';

/** A Deployment, as far as the tests look into one. */
export interface DeploymentObject {
  readonly spec: { readonly template: { readonly metadata: object; readonly spec: PodSpec } };
}

interface PodSpec {
  readonly containers: readonly [{ readonly env: readonly EnvironmentVariable[] }];
}

interface EnvironmentVariable {
  readonly name: string;
  readonly value: string;
}

/**
 * The service as the Deployment would run it: with its settings, `configuration` as its file and
 * a token of its ServiceAccount. Only what is a path or an address is this machine's.
 */
export async function startAsDeployed(
  world: World,
  cluster: Cluster,
  configuration: string,
): Promise<Service> {
  const { spec } = await deploymentOf(cluster);
  const [{ env }] = spec.template.spec.containers;
  const paths = ['PKI_DATA_DIR', 'PKI_CONFIG_FILE'];
  const settings = env.filter(({ name }) => !paths.includes(name) && !name.endsWith('_LISTEN'));
  const { status } = await cluster.api.call<{ status: { token: string } }>(
    'POST',
    `/api/v1/namespaces/${home}/serviceaccounts/certwright/token`,
    { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
  );
  return startService(world, {
    kubeconfig: cluster.kubeconfigFor('restricted', status.token),
    configuration,
    settings: Object.fromEntries(settings.map(({ name, value }) => [name, value])),
  });
}

/** The service's Deployment as the API server has it. */
export async function deploymentOf(cluster: Cluster): Promise<DeploymentObject> {
  return cluster.api.call('GET', `/apis/apps/v1/namespaces/${home}/deployments/certwright`);
}
