import { z } from 'zod';
import type { Gateway, Grant, Workload } from '../../../src/discovery/gateway.ts';

const Texts = z.record(z.string(), z.string());

/** What every object has, as far as it is looked at. */
export const ObjectMeta = z.object({
  name: z.string(),
  namespace: z.string().default(''),
  uid: z.string().default(''),
  creationTimestamp: z.string().default(''),
  labels: Texts.default({}),
  annotations: Texts.default({}),
});

/** An object of any kind as the API server sends it; what is not as its kind has it is passed over. */
export interface KubernetesObject {
  readonly metadata: z.infer<typeof ObjectMeta>;
  readonly spec: unknown;
}

/** What an object says that is of interest here; little enough that a namespace's pods are a few kilobytes. */
export type Read =
  | { readonly gateway: Gateway }
  | { readonly workload: Workload }
  | { readonly grant: Grant }
  /** One that says nothing of interest. */
  | Record<never, never>;

const PREFIX = 'certwright.dev/';
/** Annotations by which objects ask others for certificates. */
const OTHER_ISSUERS = [
  'cert-manager.io/issuer',
  'cert-manager.io/cluster-issuer',
  'kubernetes.io/tls-acme',
];

/** What every object that has hosts served says in the same way. */
export function gatewayOf(
  { metadata }: KubernetesObject,
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: 'Gateway' | 'Ingress' },
): Omit<Gateway, 'servers' | 'selector'> {
  const { name, namespace, uid, creationTimestamp: createdAt, labels, annotations } = metadata;
  const other = OTHER_ISSUERS.find((mark) => mark in annotations);
  return {
    reference: { apiVersion, kind, namespace, name },
    uid,
    createdAt,
    marks: { ...marksIn(labels), ...marksIn(annotations) },
    ...(other === undefined ? {} : { otherIssuer: `cert-manager (annotation ${other})` }),
  };
}

function marksIn(texts: Readonly<Record<string, string>>): Record<string, string> {
  const own = Object.entries(texts).filter(([name]) => name.startsWith(PREFIX));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(PREFIX.length), value]));
}
