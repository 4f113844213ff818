import { z } from 'zod';
import type { Server } from '../../../src/discovery/gateway.ts';
import { gatewayOf, type KubernetesObject, type Read } from './object.ts';

/** https://kubernetes.io/docs/reference/kubernetes-api/service-resources/ingress-v1/#IngressSpec */
const Spec = z.object({
  tls: z
    .array(z.object({ hosts: z.array(z.string()).default([]), secretName: z.string().default('') }))
    .default([]),
});

const HTTPS_PORT = 443;

/** The TLS part of an Ingress; its Secrets are in its own namespace, and its port is always the same. */
export function readIngress(object: KubernetesObject): Read {
  const spec = Spec.safeParse(object.spec);
  if (!spec.success) return {};
  const kind = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' } as const;
  // Without a Secret it is the controller's own certificate.
  const served = spec.data.tls.filter(({ secretName }) => secretName !== '');
  return { gateway: { ...gatewayOf(object, kind), servers: served.map(serverOf) } };
}

function serverOf({ hosts, secretName }: z.infer<typeof Spec>['tls'][number]): Server {
  return {
    port: HTTPS_PORT,
    hosts: hosts.length > 0 ? hosts : ['*'],
    isPlainHttp: false,
    tls: {
      isMutual: false,
      hasOtherClientAuthorities: false,
      secrets: [{ name: secretName }],
    },
  };
}
