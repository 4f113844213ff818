import { fileURLToPath } from 'node:url';
import { loadSync, type MessageTypeDefinition, type MethodDefinition } from '@grpc/proto-loader';
import type { Secret } from '../../src/sds/find-secret.ts';

/** The type of everything that is asked for and handed out here. */
export const SECRET_TYPE = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret';

/** Why a client does not take what it was sent (google.rpc.Status). */
export interface ErrorDetail {
  readonly code: number;
  readonly message: string;
}

interface Node {
  readonly id: string;
  readonly cluster: string;
}

interface Any {
  readonly type_url: string;
  readonly value: Uint8Array;
}

/** A request of a stream for the state of the world. */
export interface DiscoveryRequest {
  readonly version_info: string;
  readonly node: Node | null;
  readonly resource_names: readonly string[];
  readonly type_url: string;
  readonly response_nonce: string;
  readonly error_detail: ErrorDetail | null;
}

export interface DiscoveryResponse {
  readonly version_info: string;
  readonly resources: readonly Any[];
  readonly type_url: string;
  readonly nonce: string;
}

/** A request of an incremental stream. */
export interface DeltaDiscoveryRequest {
  readonly node: Node | null;
  readonly type_url: string;
  readonly resource_names_subscribe: readonly string[];
  readonly resource_names_unsubscribe: readonly string[];
  readonly initial_resource_versions: Readonly<Record<string, string>>;
  readonly response_nonce: string;
  readonly error_detail: ErrorDetail | null;
}

export interface DeltaDiscoveryResponse {
  readonly system_version_info: string;
  readonly resources: readonly {
    readonly version: string;
    readonly resource: Any;
    readonly name: string;
  }[];
  readonly type_url: string;
  readonly nonce: string;
  readonly removed_resources: readonly string[];
}

/** `envoy.service.secret.v3.SecretDiscoveryService`, as a gRPC library wants to have it described. */
export type SecretDiscovery = {
  readonly StreamSecrets: MethodDefinition<DiscoveryRequest, DiscoveryResponse>;
  readonly DeltaSecrets: MethodDefinition<DeltaDiscoveryRequest, DeltaDiscoveryResponse>;
  readonly FetchSecrets: MethodDefinition<DiscoveryRequest, DiscoveryResponse>;
};

const folder = fileURLToPath(new URL('proto', import.meta.url));
const definitions = loadSync(['sds.proto', 'secret.proto'], {
  includeDirs: [folder],
  keepCase: true,
  defaults: true,
});
const secretMessage = definitions[
  'envoy.extensions.transport_sockets.tls.v3.Secret'
] as MessageTypeDefinition<object, object>;

/** The service that Envoy calls. What a definition is, the loader's types leave open: a service, here. */
export const secretDiscovery = definitions[
  'envoy.service.secret.v3.SecretDiscoveryService'
] as unknown as SecretDiscovery;

/** A secret as a response carries it. */
export function encodedSecret({ name, content }: Secret): Any {
  return { type_url: SECRET_TYPE, value: secretMessage.serialize({ name, ...typeOf(content) }) };
}

function typeOf(content: Secret['content']): object {
  if (content.kind === 'authorities') {
    return { validation_context: { trusted_ca: inline(content.trusted) } };
  }
  const { chain, privateKey } = content;
  return {
    tls_certificate: { certificate_chain: inline(chain), private_key: inline(privateKey) },
  };
}

function inline(pem: string) {
  return { inline_bytes: Buffer.from(pem, 'utf8') };
}
