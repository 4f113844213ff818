import type { DiscoveryTerms } from '../../../src/discovery/declarations.ts';
import type { Finding } from '../../../src/discovery/finding.ts';
import type { ClusterView, Gateway, Server, ServerTls } from '../../../src/discovery/gateway.ts';
import type { DiscoveryRule } from '../../../src/discovery/permission.ts';
import { Profiles } from '../../../src/issuance/profiles.ts';

/** An Istio Gateway in namespace `shop` that asks for its certificates here, with what a test says otherwise. */
export function istioGateway(
  name: string,
  servers: readonly Server[],
  other: Partial<Omit<Gateway, 'reference'>> & { readonly namespace?: string } = {},
): Gateway {
  const { namespace = 'shop', ...more } = other;
  return {
    reference: { apiVersion: 'networking.istio.io/v1', kind: 'Gateway', namespace, name },
    uid: `uid-${name}`,
    createdAt: '2030-01-01T00:00:00Z',
    marks: { authority: 'issuing' },
    selector: { istio: 'ingressgateway' },
    servers,
    ...more,
  };
}

/** The same of the Gateway API, which has no selector. */
export function plainGateway(name: string, servers: readonly Server[]): Gateway {
  const { selector: _, ...gateway } = istioGateway(name, servers);
  const reference = { ...gateway.reference, apiVersion: 'gateway.networking.k8s.io/v1' };
  return { ...gateway, reference };
}

/** Hosts on port 443, with their Secret. */
export function https(
  hosts: readonly string[],
  secret: string,
  tls: Partial<ServerTls> = {},
): Server {
  return {
    port: 443,
    hosts,
    isPlainHttp: false,
    tls: {
      isMutual: false,
      hasOtherClientAuthorities: false,
      secrets: [{ name: secret }],
      ...tls,
    },
  };
}

/** Hosts on port 80, answered without TLS. */
export function http(hosts: readonly string[]): Server {
  return { port: 80, hosts, isPlainHttp: true };
}

/** These objects in a cluster whose ingress gateway runs in `istio-system`. */
export function clusterWith(
  gateways: readonly Gateway[],
  other: Partial<ClusterView> = {},
): ClusterView {
  const labels = { istio: 'ingressgateway', app: 'gateway' };
  return { gateways, workloads: [{ namespace: 'istio-system', labels }], grants: [], ...other };
}

/** What namespace `shop` may have, with what a test says otherwise. */
export function shopRule(other: Partial<DiscoveryRule> = {}): DiscoveryRule {
  return {
    namespaces: ['shop'],
    secretNamespaces: ['istio-system'],
    authorities: ['issuing'],
    profiles: ['server'],
    hosts: ['example.org'],
    clientAuthorities: ['clients'],
    adopt: false,
    validity: '30d',
    ...other,
  };
}

/** These rules, with the built-in profiles. */
export function termsOf(...rules: readonly DiscoveryRule[]): DiscoveryTerms {
  return { rules, leafProfileOf: new Profiles().leafProfileOf };
}

/** Codes with the name of their object. */
export function codesIn(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ code, object }) => `${object.name}: ${code}`);
}
