import { isSecretName } from '../rotation/secret-name.ts';
import type { ClusterView, Gateway } from './gateway.ts';
import { bareHost } from './host.ts';
import { placesOf } from './place.ts';

/** One host on one port of one object, with the Secret that it is served from. */
export interface Served {
  readonly gateway: Gateway;
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  readonly isMutual: boolean;
  readonly isPlainHttp: boolean;
  /** Whose pods serve it: objects that share them share their connections. */
  readonly by: string;
  readonly secrets: readonly { readonly namespace: string; readonly name: string }[];
  readonly namesSecrets: boolean;
}

/** What an object has served, host by host. */
export function servedBy(gateway: Gateway, view: ClusterView): readonly Served[] {
  const { selector, reference, servers } = gateway;
  const by = selector
    ? JSON.stringify(Object.entries(selector).sort())
    : reference.kind + reference.namespace;
  const placeOf = placesOf(gateway, view);
  return servers.flatMap(({ port, hosts, tls, isPlainHttp }) => {
    const named = (tls?.secrets ?? []).filter(({ name }) => isSecretName(name));
    const secrets = named.flatMap((secret) => {
      const place = placeOf(secret);
      return 'namespace' in place ? [{ namespace: place.namespace, name: secret.name }] : [];
    });
    const own = { gateway, port, by, secrets, isPlainHttp, isTls: tls !== undefined };
    const more = { isMutual: tls?.isMutual === true, namesSecrets: (tls?.secrets.length ?? 0) > 0 };
    return hosts.map((host) => ({ ...own, ...more, host: bareHost(host) }));
  });
}
