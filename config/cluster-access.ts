import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

/** How Kubernetes is reached. */
export interface ClusterSettings {
  readonly kubeconfigFiles: readonly string[];
  readonly inCluster?: { readonly server: string; readonly credentialsDir: string };
}

/** Where the kubelet mounts a pod's own credentials. */
const SERVICE_ACCOUNT_DIR = '/var/run/secrets/kubernetes.io/serviceaccount';

/** kubectl's order: `KUBECONFIG`, then the file in the home folder, then the cluster this runs in. */
export function clusterAccess(environment: NodeJS.ProcessEnv): ClusterSettings {
  const { KUBECONFIG, KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  const named = (KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  if (named.length > 0) return { kubeconfigFiles: named.map((path) => resolve(path)) };
  const homeFile = kubeconfigAtHome();
  if (homeFile !== undefined) return { kubeconfigFiles: [homeFile] };
  if (host === undefined || port === undefined) return { kubeconfigFiles: [] };
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return { kubeconfigFiles: [], inCluster: { server, credentialsDir: SERVICE_ACCOUNT_DIR } };
}

function kubeconfigAtHome(): string | undefined {
  try {
    const file = join(homedir(), '.kube', 'config');
    return existsSync(file) ? file : undefined;
  } catch {
    // A user without an entry in the system's list, as containers have them, has no home folder.
    return undefined;
  }
}
