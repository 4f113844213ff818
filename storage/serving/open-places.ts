import { GatewayPods } from '../kubernetes/gateway-pods.ts';
import type { ClusterAccess } from '../kubernetes/kubeconfig.ts';
import { ServedPlaces } from './served-places.ts';

/** For one handshake, the look-up of its host's name included. */
const HANDSHAKE_TIMEOUT_MS = 5_000;

/** Places where certificates are served, in the clusters that `access` leads to and elsewhere; nothing is opened yet. */
export function openPlaces(access: ClusterAccess & { readonly timeoutMs: number }) {
  const pods = new GatewayPods(access);
  const { sightingsAt } = new ServedPlaces({
    findPods: (place) => pods.find(place),
    timeoutMs: HANDSHAKE_TIMEOUT_MS,
  });
  return { sightingsAt, hasContext: (name: string) => pods.hasContext(name) };
}
