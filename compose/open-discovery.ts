import type { Finding } from '../src/discovery/finding.ts';
import type { DiscoveryRule } from '../src/discovery/permission.ts';
import { Clusters } from '../storage/kubernetes/clusters.ts';
import { ClusterObjects } from '../storage/kubernetes/discovery/cluster-objects.ts';
import type { ClusterAccess } from '../storage/kubernetes/kubeconfig.ts';
import { eventAbout, makeEvent } from '../storage/kubernetes/secret-event.ts';
import { Discovery, type DiscoveryDeps } from './discovery.ts';

const KUBERNETES_TIMEOUT_MS = 10_000;

export interface OpenDiscovery extends Pick<Discovery, 'report' | 'stop'> {}

/** Starts to watch what declares targets; where no rule says who may, nothing is watched. */
export function openDiscovery(
  deps: Omit<DiscoveryDeps, 'objects' | 'announce' | 'secretNamespaces'> & {
    readonly kubernetes: ClusterAccess;
  },
): OpenDiscovery {
  const { kubernetes, rules, log } = deps;
  const clusters = new Clusters(kubernetes, KUBERNETES_TIMEOUT_MS);
  const secretNamespaces = secretNamespacesOf(rules);
  const namespaces = [...new Set(rules.flatMap((rule) => rule.namespaces))];
  let discovery: Discovery | undefined;
  const objects = new ClusterObjects({
    clusters,
    namespaces,
    secretNamespaces,
    onChange: () => discovery?.refreshSoon(),
    warn: (words, { resource, namespace }) => log.warn({ resource, namespace }, words),
  });
  const announce = announcing(clusters);
  discovery = new Discovery({
    ...deps,
    objects,
    announce,
    // An object's own namespace is watched only while a target of it is there.
    secretNamespaces: [...new Set([...namespaces, ...secretNamespaces])],
  });
  // Targets of objects that nobody may declare any more are forgotten without any change in the cluster.
  discovery.refreshSoon();
  const { report, stop } = discovery;
  return {
    report: report.bind(discovery),
    stop: async () => {
      await objects.stop();
      await stop.call(discovery);
    },
  };
}

/** Where gateways' workloads and their Secrets are: those namespaces are watched, targets or not. */
export function secretNamespacesOf(rules: readonly DiscoveryRule[]): readonly string[] {
  return [...new Set(rules.flatMap(({ secretNamespaces }) => secretNamespaces))];
}

function announcing(clusters: Clusters) {
  return async (finding: Finding, uid: string | undefined): Promise<void> => {
    const { object, detail } = finding;
    const involved = uid === undefined ? object : { ...object, uid };
    const event = eventAbout(involved, { reason: 'CertificateNotDeclared', message: detail });
    await clusters.ask(undefined, (cluster) => makeEvent(cluster, event));
  };
}
