/** A server that is reached by its address. */
export interface TcpPlace {
  /** A DNS name or an IP address. */
  readonly host: string;
  readonly port: number;
  /** Asked for by SNI; absent: the host where it is a name, else the target's first. */
  readonly serverName?: string;
  readonly via: 'tcp';
}

/** All pods of a gateway, each asked for itself: behind one address, one that lags would be seen now and then only. */
export interface GatewayPodsPlace {
  readonly kind: 'gatewayPods';
  /** A context of the kubeconfig; absent: the current one, or the cluster this service runs in. */
  readonly context?: string;
  readonly namespace: string;
  /** Labels, as in an Istio Gateway, or a label selector as text. */
  readonly selector: Readonly<Record<string, string>> | string;
  /** The pods' own port, such as 8443, and not their Service's. */
  readonly port: number;
  /** Asked for by SNI; absent: every DNS name of the target. */
  readonly serverName?: string;
}

/** Where a target's certificate is served. */
export type ServedPlace = TcpPlace | GatewayPodsPlace;

/** A list that may be written as its one member. */
export type Served = readonly ServedPlace[] | GatewayPodsPlace;

/** The places as a list. */
export function placesIn(served: Served | undefined): readonly ServedPlace[] {
  if (served === undefined) return [];
  return 'kind' in served ? [served] : served;
}

/** A place in a few words, by which what was found there is kept, too. */
export function placeWords(place: ServedPlace): string {
  const asked = place.serverName === undefined ? '' : ` as ${place.serverName}`;
  if (!('kind' in place)) {
    const host = place.host.includes(':') ? `[${place.host}]` : place.host;
    return `${host}:${place.port}${asked}`;
  }
  const { namespace, port, context } = place;
  const cluster = context === undefined ? '' : ` in context ${context}`;
  return `pods ${selectorText(place)} in ${namespace}, port ${port}${cluster}${asked}`;
}

/** The selector as the API server takes it. */
export function selectorText({ selector }: GatewayPodsPlace): string {
  if (typeof selector === 'string') return selector;
  const labels = Object.entries(selector).map(([name, value]) => `${name}=${value}`);
  return labels.join(',');
}
