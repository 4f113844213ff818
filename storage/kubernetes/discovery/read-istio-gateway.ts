import { z } from 'zod';
import type { Server } from '../../../src/discovery/gateway.ts';
import { gatewayOf, type KubernetesObject, type Read } from './object.ts';

const Tls = z.object({
  mode: z.string().default('PASSTHROUGH'),
  httpsRedirect: z.boolean().default(false),
  credentialName: z.string().default(''),
  credentialNames: z.array(z.string()).default([]),
  caCertCredentialName: z.string().default(''),
  serverCertificate: z.string().default(''),
});

/** networking.istio.io/v1 Gateway, https://istio.io/latest/docs/reference/config/networking/gateway/ */
const Spec = z.object({
  selector: z.record(z.string(), z.string()).default({}),
  servers: z
    .array(
      z.object({
        port: z.object({ number: z.number().default(0), protocol: z.string().default('') }),
        hosts: z.array(z.string()).default([]),
        tls: Tls.optional(),
      }),
    )
    .default([]),
});

/** Modes in which the gateway shows a certificate from a Secret; in the others it shows none, or the mesh's. */
const MODES = ['SIMPLE', 'MUTUAL', 'OPTIONAL_MUTUAL'];
/** istio `pilot/pkg/model/credentials/resource.go`: as good as none. */
const SECRET_SCHEME = 'kubernetes://';
const PLAIN_PROTOCOLS = ['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB'];

/** An Istio Gateway; its Secrets are where its workload is. */
export function readIstioGateway(object: KubernetesObject): Read {
  const spec = Spec.safeParse(object.spec);
  if (!spec.success) return {};
  const { selector, servers } = spec.data;
  const kind = { apiVersion: 'networking.istio.io/v1', kind: 'Gateway' } as const;
  return { gateway: { ...gatewayOf(object, kind), selector, servers: servers.map(serverOf) } };
}

function serverOf({ port, hosts, tls }: z.infer<typeof Spec>['servers'][number]): Server {
  const isRedirect = tls?.httpsRedirect === true;
  const isPlain = PLAIN_PROTOCOLS.includes(port.protocol.toUpperCase());
  const server = { port: port.number, hosts, isPlainHttp: isPlain && !isRedirect };
  // A certificate from files of the pod is not ours to supply, and one is there.
  if (isPlain || !tls || !MODES.includes(tls.mode) || tls.serverCertificate !== '') return server;
  const names = tls.credentialNames.length > 0 ? tls.credentialNames : [tls.credentialName];
  return {
    ...server,
    tls: {
      isMutual: tls.mode !== 'SIMPLE',
      hasOtherClientAuthorities: tls.caCertCredentialName !== '',
      secrets: names.flatMap(secretIn),
    },
  };
}

/** A Secret may be named with its scheme, too; all others are other sources (`sds://`, `configmap://`). */
function secretIn(credentialName: string): { readonly name: string } | [] {
  const name = credentialName.startsWith(SECRET_SCHEME)
    ? credentialName.slice(SECRET_SCHEME.length)
    : credentialName;
  return name === '' || name.includes('://') ? [] : { name };
}
