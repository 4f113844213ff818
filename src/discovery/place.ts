import type { FindingCode } from './finding.ts';
import type { ClusterView, Gateway, SecretReference, Workload } from './gateway.ts';

/** In which namespace a Secret is looked for, or why nobody can say. */
export type Place =
  | { readonly namespace: string }
  | { readonly code: FindingCode; readonly fault: string };

/** Whoever writes a Secret of such a name decides whose clients another one lets in (istio `credentials/kube/secrets.go`). */
export const SEPARATE_CA = '-cacert';

type Surroundings = Pick<ClusterView, 'workloads' | 'grants'>;

/**
 * Where a gateway's Secrets are read. Istio reads it in the namespace of the pods that serve the Gateway, wherever
 * the Gateway is, and so looks once for all of them; the Gateway API in the Gateway's own or in one that grants it; an Ingress in its own.
 */
export function placesOf(
  { selector, reference }: Gateway,
  { workloads, grants }: Surroundings,
): (secret: SecretReference) => Place {
  if (selector === undefined) return (secret) => grantedPlace(reference.namespace, secret, grants);
  const place = workloadPlace(selector, workloads);
  return () => place;
}

function grantedPlace(
  namespace: string,
  secret: SecretReference,
  grants: Surroundings['grants'],
): Place {
  const { namespace: named = namespace } = secret;
  const isGranted = grants.some(
    (grant) =>
      grant.namespace === named &&
      grant.from.includes(namespace) &&
      (grant.names === undefined || grant.names.includes(secret.name)),
  );
  if (named === namespace || isGranted) return { namespace: named };
  const fault = `no ReferenceGrant in namespace "${named}" lets it name Secret "${secret.name}" there`;
  return { code: 'reference-not-granted', fault };
}

function workloadPlace(
  selector: Readonly<Record<string, string>>,
  workloads: readonly Workload[],
): Place {
  const wanted = Object.entries(selector);
  const words = wanted.map(([name, value]) => `${name}=${value}`).join(',');
  if (wanted.length === 0) {
    const fault =
      'it has no selector and is served by every gateway, so that its Secret is in no one place';
    return { code: 'workload-ambiguous', fault };
  }
  const found = workloads.filter(({ labels }) =>
    wanted.every(([name, value]) => labels[name] === value),
  );
  const namespaces = [...new Set(found.map(({ namespace }) => namespace))].sort();
  const [first, ...others] = namespaces;
  if (first === undefined) {
    const fault = `no pod, Deployment or Service has the labels ${words} in the namespaces that are watched`;
    return { code: 'workload-not-found', fault };
  }
  if (others.length === 0) return { namespace: first };
  const fault = `the labels ${words} are found in several namespaces: ${namespaces.join(', ')}`;
  return { code: 'workload-ambiguous', fault };
}
