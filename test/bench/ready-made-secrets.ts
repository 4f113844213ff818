import { KubeConfig, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { openCluster } from '../../storage/kubernetes/open-cluster.ts';
import { patchSecret } from '../../storage/kubernetes/patch-secret.ts';
import type { Cluster } from '../e2e/rig/cluster.ts';

/** How many Secrets are applied, and where. */
interface Secrets {
  readonly namespace: string;
  readonly count: number;
}

/** Each way is given whichever serves it best. */
const IN_FLIGHT = [8, 16, 32];

/** The best rate at which the client by itself applies what is there already, with another content. */
export async function rawRate(cluster: Cluster, { namespace, count }: Secrets): Promise<number> {
  const { CoreV1Api } = await import('@kubernetes/client-node');
  const api = kubeconfigOf(cluster).makeApiClient(CoreV1Api);
  const type = setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply);
  return bestRate(count, async ({ name, body }) => {
    const apply = { name, body, namespace, force: true, fieldManager: 'raw' };
    await api.patchNamespacedSecret(apply, type);
  });
}

/** The same by the requests of the service, which keeps its connections; the client opens one for each request. */
export async function keptRate(cluster: Cluster, { namespace, count }: Secrets): Promise<number> {
  const options = { timeoutMs: 10_000, hearDate: () => undefined };
  const opened = await openCluster(kubeconfigOf(cluster), options);
  return bestRate(count, async ({ name, body }) => {
    const patch = { strategy: 'ServerSideApply', force: true, body } as const;
    await patchSecret(opened, { namespace, name }, patch);
  });
}

function kubeconfigOf({ kubeconfig: file }: Cluster): KubeConfig {
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromFile(file);
  return kubeconfig;
}

interface ReadyMade {
  readonly name: string;
  readonly body: object;
}

async function bestRate(
  count: number,
  apply: (secret: ReadyMade) => Promise<void>,
): Promise<number> {
  const rates: number[] = [];
  for (const inFlight of IN_FLIGHT) rates.push(await applyAll(readyMade(count), inFlight, apply));
  return Math.max(...rates);
}

function readyMade(count: number): readonly ReadyMade[] {
  const content = Buffer.from(`${'x'.repeat(1_500)}${Math.random()}`).toString('base64');
  return Array.from({ length: count }, (_, index) => {
    const name = `ready-made-${index}`;
    const body = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name },
      type: 'kubernetes.io/tls',
      data: { 'tls.crt': content, 'tls.key': content },
    };
    return { name, body };
  });
}

async function applyAll(
  secrets: readonly ReadyMade[],
  inFlight: number,
  apply: (secret: ReadyMade) => Promise<void>,
): Promise<number> {
  const begin = performance.now();
  const queue = secrets.values();
  const worker = async () => {
    for (const secret of queue) await apply(secret);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return secrets.length / ((performance.now() - begin) / 1000);
}
