import { objectPath } from '../object-path.ts';
import type { KubernetesObject, Read } from './object.ts';
import { readGatewayApiGateway, readGrant } from './read-gateway-api.ts';
import { readIngress } from './read-ingress.ts';
import { readIstioGateway } from './read-istio-gateway.ts';
import { readDeployment, readPod, readService } from './read-workload.ts';

/** A kind of object, where the API server has it, and how it is read. */
export interface Kind {
  /** In RBAC's words. */
  readonly resource: string;
  readonly apiVersion: string;
  /** Of the objects that ask for certificates. */
  readonly kind?: 'Gateway' | 'Ingress';
  readonly read: (object: KubernetesObject) => Read;
}

/** The objects that have hosts served. */
export const GATEWAY_KINDS: readonly Kind[] = [
  {
    resource: 'gateways.networking.istio.io',
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    read: readIstioGateway,
  },
  {
    resource: 'gateways.gateway.networking.k8s.io',
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    read: readGatewayApiGateway,
  },
  {
    resource: 'ingresses.networking.k8s.io',
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    read: readIngress,
  },
];

/** By which it is found where an Istio Gateway is served, and which names across namespaces hold. */
export const PLACE_KINDS: readonly Kind[] = [
  { resource: 'pods', apiVersion: 'v1', read: readPod },
  { resource: 'services', apiVersion: 'v1', read: readService },
  { resource: 'deployments.apps', apiVersion: 'apps/v1', read: readDeployment },
  {
    resource: 'referencegrants.gateway.networking.k8s.io',
    apiVersion: 'gateway.networking.k8s.io/v1beta1',
    read: readGrant,
  },
];

/** Where the API server has the objects of a kind; `*`: of all namespaces. */
export function pathOf({ apiVersion, resource }: Kind, namespace: string): string {
  const [plural = resource] = resource.split('.');
  const scope = namespace === '*' ? {} : { namespace };
  return objectPath({ apiVersion, resource: plural, ...scope });
}
