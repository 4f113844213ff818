import { join } from 'node:path';

/** How Envoy asks for secrets: for the state of the world, or for what has changed. */
export type SdsApi = 'GRPC' | 'DELTA_GRPC';

/** One listener of an Envoy that takes its certificates from Certwright itself. */
export interface SdsHost {
  readonly host: string;
  /** The target's name. */
  readonly secret: string;
  readonly mode: 'SIMPLE' | 'MUTUAL';
}

/** Whom Envoy asks, and by which certificate. */
export interface SdsSource {
  readonly port: number;
  /** The folder with `client.crt`, `client.key` and `root.pem`. */
  readonly folder: string;
  readonly api: SdsApi;
  readonly nodeId?: string;
}

const TYPES = 'type.googleapis.com/envoy.extensions';
const TLS = `${TYPES}.transport_sockets.tls.v3`;
const CONNECTION_MANAGER = `${TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager`;
const ROUTER = `${TYPES}.filters.http.router.v3.Router`;
const TLS_INSPECTOR = `${TYPES}.filters.listener.tls_inspector.v3.TlsInspector`;
const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

const anyLoopbackPort = { socket_address: { address: '127.0.0.1', port_value: 0 } };

/** The bootstrap of an Envoy without any control plane but Certwright, listening as `https`. */
export function sdsBootstrap(hosts: readonly SdsHost[], source: SdsSource) {
  const { nodeId = 'edge' } = source;
  const listener = {
    name: 'https',
    address: anyLoopbackPort,
    listener_filters: [
      { name: 'envoy.filters.listener.tls_inspector', typed_config: { '@type': TLS_INSPECTOR } },
    ],
    filter_chains: hosts.map((host) => filterChain(host, source)),
  };
  return {
    node: { id: nodeId, cluster: 'edge' },
    admin: { address: anyLoopbackPort },
    static_resources: { listeners: [listener], clusters: [certwright(source)] },
  };
}

function filterChain({ host, secret, mode }: SdsHost, { api }: SdsSource) {
  const sdsConfig = (name: string) => ({
    name,
    sds_config: {
      resource_api_version: 'V3',
      initial_fetch_timeout: '1s',
      api_config_source: {
        api_type: api,
        transport_api_version: 'V3',
        grpc_services: [{ envoy_grpc: { cluster_name: 'certwright' } }],
      },
    },
  });
  const clientCheck = { validation_context_sds_secret_config: sdsConfig(`${secret}-cacert`) };
  return {
    filter_chain_match: { server_names: [host] },
    filters: [httpFilter(host)],
    transport_socket: {
      name: 'envoy.transport_sockets.tls',
      typed_config: {
        '@type': `${TLS}.DownstreamTlsContext`,
        require_client_certificate: mode === 'MUTUAL',
        common_tls_context: {
          tls_certificate_sds_secret_configs: [sdsConfig(secret)],
          ...(mode === 'MUTUAL' ? clientCheck : {}),
        },
      },
    },
  };
}

function httpFilter(host: string) {
  const said = { inline_string: `this is ${host}\n` };
  const route = { match: { prefix: '/' }, direct_response: { status: 200, body: said } };
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: {
      '@type': CONNECTION_MANAGER,
      stat_prefix: 'edge',
      route_config: { virtual_hosts: [{ name: host, domains: ['*'], routes: [route] }] },
      http_filters: [{ name: 'envoy.filters.http.router', typed_config: { '@type': ROUTER } }],
    },
  };
}

function certwright({ port, folder }: SdsSource) {
  const address = { socket_address: { address: '127.0.0.1', port_value: port } };
  const pair = {
    certificate_chain: { filename: join(folder, 'client.crt') },
    private_key: { filename: join(folder, 'client.key') },
  };
  const name = { san_type: 'DNS', matcher: { exact: 'localhost' } };
  return {
    name: 'certwright',
    type: 'STATIC',
    load_assignment: {
      cluster_name: 'certwright',
      endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }],
    },
    typed_extension_protocol_options: {
      [HTTP_OPTIONS]: {
        '@type': `type.googleapis.com/${HTTP_OPTIONS}`,
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
    transport_socket: {
      name: 'envoy.transport_sockets.tls',
      typed_config: {
        '@type': `${TLS}.UpstreamTlsContext`,
        sni: 'localhost',
        common_tls_context: {
          tls_certificates: [pair],
          validation_context: {
            trusted_ca: { filename: join(folder, 'root.pem') },
            match_typed_subject_alt_names: [name],
          },
        },
      },
    },
  };
}
