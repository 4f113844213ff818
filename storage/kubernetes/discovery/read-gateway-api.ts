import { z } from 'zod';
import type { Server } from '../../../src/discovery/gateway.ts';
import { gatewayOf, type KubernetesObject, type Read } from './object.ts';

const Reference = z.object({
  group: z.string().default(''),
  kind: z.string().default('Secret'),
  name: z.string(),
  namespace: z.string().optional(),
});

/** https://gateway-api.sigs.k8s.io/reference/spec/#listener */
const Spec = z.object({
  listeners: z
    .array(
      z.object({
        port: z.number().default(0),
        protocol: z.string().default(''),
        hostname: z.string().optional(),
        tls: z
          .object({
            mode: z.string().default('Terminate'),
            certificateRefs: z.array(Reference).default([]),
            options: z.record(z.string(), z.string()).default({}),
          })
          .optional(),
      }),
    )
    .default([]),
});
type Listener = z.infer<typeof Spec>['listeners'][number];

/** Istio's own way to ask clients of such a Gateway for certificates. */
const TERMINATE_MODE = 'gateway.istio.io/tls-terminate-mode';

/** A Gateway of the Gateway API; its Secrets are in its own namespace, or in one that grants it. */
export function readGatewayApiGateway(object: KubernetesObject): Read {
  const spec = Spec.safeParse(object.spec);
  if (!spec.success) return {};
  const kind = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway' } as const;
  return { gateway: { ...gatewayOf(object, kind), servers: spec.data.listeners.map(serverOf) } };
}

/** A listener without a hostname takes every host. */
function serverOf({ port, protocol, hostname = '*', tls }: Listener): Server {
  // Which of its routes redirect is said by HTTPRoutes, which are not looked at: nothing is claimed of plain HTTP.
  const server = { port, hosts: [hostname], isPlainHttp: false };
  if (!['HTTPS', 'TLS'].includes(protocol) || tls?.mode !== 'Terminate') return server;
  const mode = tls.options[TERMINATE_MODE] ?? 'SIMPLE';
  const secrets = tls.certificateRefs.filter(
    ({ group, kind, name }) => group === '' && kind === 'Secret' && name !== '',
  );
  return {
    ...server,
    tls: {
      isMutual: mode === 'MUTUAL' || mode === 'OPTIONAL_MUTUAL',
      hasOtherClientAuthorities: false,
      secrets: secrets.map(({ name, namespace }) =>
        namespace === undefined ? { name } : { name, namespace },
      ),
    },
  };
}

/** https://gateway-api.sigs.k8s.io/reference/spec/#referencegrant */
const GrantSpec = z.object({
  from: z.array(z.object({ group: z.string(), kind: z.string(), namespace: z.string() })),
  to: z.array(z.object({ group: z.string(), kind: z.string(), name: z.string().optional() })),
});

/** A ReferenceGrant, as far as it is about Gateways and Secrets. */
export function readGrant({ metadata, spec }: KubernetesObject): Read {
  const read = GrantSpec.safeParse(spec);
  if (!read.success) return {};
  const from = read.data.from
    .filter(({ group, kind }) => group === 'gateway.networking.k8s.io' && kind === 'Gateway')
    .map(({ namespace }) => namespace);
  const to = read.data.to.filter(({ group, kind }) => group === '' && kind === 'Secret');
  if (from.length === 0 || to.length === 0) return {};
  const { namespace } = metadata;
  const names = to.flatMap(({ name }) => name ?? []);
  // One entry without a name means all of them.
  return { grant: { namespace, from, ...(names.length === to.length ? { names } : {}) } };
}
