import { authoritiesSecretName } from './credential-parts.ts';
import { sdsFile, sdsName } from './sds-file.ts';

/** One server of a Gateway on its port 443, as Istio would give it to Envoy. */
export interface GatewayHost {
  readonly host: string;
  readonly credentialName: string;
  readonly mode: 'SIMPLE' | 'MUTUAL';
  /** `tls.httpsRedirect` of the Gateway's plain port. */
  readonly httpsRedirect?: boolean;
}

const TYPES = 'type.googleapis.com/envoy.extensions';
const CONNECTION_MANAGER = `${TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager`;
const ROUTER = `${TYPES}.filters.http.router.v3.Router`;
const DOWNSTREAM_TLS = `${TYPES}.transport_sockets.tls.v3.DownstreamTlsContext`;
const TLS_INSPECTOR = `${TYPES}.filters.listener.tls_inspector.v3.TlsInspector`;

const anyLoopbackPort = { socket_address: { address: '127.0.0.1', port_value: 0 } };

/**
 * Envoy's bootstrap for one gateway: `https`, where the SNI picks the filter chain and an unknown
 * SNI finds none, and `http`, which redirects.
 */
export function envoyBootstrap(hosts: readonly GatewayHost[], sdsFolder: string) {
  return {
    node: { id: 'gateway', cluster: 'gateway' },
    admin: { address: anyLoopbackPort },
    static_resources: { listeners: [httpsListener(hosts, sdsFolder), httpListener(hosts)] },
  };
}

function httpsListener(hosts: readonly GatewayHost[], sdsFolder: string) {
  return {
    name: 'https',
    address: anyLoopbackPort,
    listener_filters: [
      { name: 'envoy.filters.listener.tls_inspector', typed_config: { '@type': TLS_INSPECTOR } },
    ],
    filter_chains: hosts.map((host) => filterChain(host, sdsFolder)),
  };
}

function filterChain({ host, credentialName, mode }: GatewayHost, sdsFolder: string) {
  const clientCheck = {
    validation_context_sds_secret_config: sdsConfig(authoritiesSecretName(credentialName)),
  };
  function sdsConfig(name: string) {
    return {
      name: sdsName(name),
      sds_config: {
        resource_api_version: 'V3',
        path_config_source: { path: sdsFile(sdsFolder, name) },
      },
    };
  }
  const route = { match: { prefix: '/' }, direct_response: { status: 200, body: said(host) } };
  return {
    filter_chain_match: { server_names: [host] },
    filters: [httpFilter({ name: host, domains: ['*'], routes: [route] })],
    transport_socket: {
      name: 'envoy.transport_sockets.tls',
      typed_config: {
        '@type': DOWNSTREAM_TLS,
        require_client_certificate: mode === 'MUTUAL',
        common_tls_context: {
          alpn_protocols: ['h2', 'http/1.1'],
          tls_certificate_sds_secret_configs: [sdsConfig(credentialName)],
          ...(mode === 'MUTUAL' ? clientCheck : {}),
        },
      },
    },
  };
}

function httpListener(hosts: readonly GatewayHost[]) {
  const redirecting = hosts.filter(({ httpsRedirect }) => httpsRedirect);
  const redirect = { match: { prefix: '/' }, redirect: { https_redirect: true } };
  const domains = redirecting.flatMap(({ host }) => [host, `${host}:*`]);
  const virtualHosts =
    domains.length > 0 ? [{ name: 'redirect', domains, routes: [redirect] }] : [];
  return {
    name: 'http',
    address: anyLoopbackPort,
    filter_chains: [{ filters: [httpFilter(...virtualHosts)] }],
  };
}

function httpFilter(...virtualHosts: readonly object[]) {
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: {
      '@type': CONNECTION_MANAGER,
      stat_prefix: 'gateway',
      route_config: { virtual_hosts: virtualHosts },
      http_filters: [{ name: 'envoy.filters.http.router', typed_config: { '@type': ROUTER } }],
    },
  };
}

function said(host: string) {
  return { inline_string: `this is ${host}\n` };
}
