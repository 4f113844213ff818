import type { DeclaringObject } from '../rotation/target.ts';

/** Which object of the cluster something is said about. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: 'Gateway' | 'Ingress' | 'Secret';
  readonly namespace: string;
  readonly name: string;
}

/** An object that has hosts served: an Istio Gateway, a Gateway of the Gateway API, or an Ingress. */
export interface Gateway {
  readonly reference: DeclaringObject;
  readonly uid: string;
  /** RFC 3339; of two that want one thing the older has it, as Istio decides as well. */
  readonly createdAt: string;
  /** What it says of itself under `certwright.dev/`: annotations, and labels where there is no such annotation. */
  readonly marks: Readonly<Record<string, string>>;
  /** Who else is asked by it for certificates, in words, such as cert-manager. */
  readonly otherIssuer?: string;
  readonly servers: readonly Server[];
  /**
   * By which labels an Istio Gateway finds the pods that serve it; `undefined`: its Secrets are named with
   * their namespaces.
   */
  readonly selector?: Readonly<Record<string, string>>;
}

/** One entry of an object: hosts on a port, and the certificate that they are served with. */
export interface Server {
  readonly port: number;
  readonly hosts: readonly string[];
  /** Absent: plain HTTP, or TLS that is not ended here. */
  readonly tls?: ServerTls;
  /** Whether it is HTTP without TLS, and answers with more than a redirect. */
  readonly isPlainHttp: boolean;
}

export interface ServerTls {
  /** Whether clients show a certificate. */
  readonly isMutual: boolean;
  /** Whether who they may be comes from elsewhere than the Secret. */
  readonly hasOtherClientAuthorities: boolean;
  readonly secrets: readonly SecretReference[];
}

/** A Secret as an object names it. */
export interface SecretReference {
  readonly name: string;
  /** Absent: where the gateway's workload is. */
  readonly namespace?: string;
}

/** Something by whose labels the pods of a gateway are known: pods, or what makes or finds them. */
export interface Workload {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Permission to name Secrets of a namespace from another one (Gateway API's ReferenceGrant). */
export interface Grant {
  /** Where the Secrets are. */
  readonly namespace: string;
  /** Where the Gateways are that may name them. */
  readonly from: readonly string[];
  /** Absent: all. */
  readonly names?: readonly string[];
}

/** What is known of the cluster at one moment. */
export interface ClusterView {
  readonly gateways: readonly Gateway[];
  readonly workloads: readonly Workload[];
  readonly grants: readonly Grant[];
}

/** `Gateway "ns/name"`, for words. */
export function wordsFor({ kind, namespace, name }: ObjectReference): string {
  return `${kind} "${namespace}/${name}"`;
}

/** The oldest first; of the same age, by name. */
export function byAge(one: Gateway, other: Gateway): number {
  const [a, b] = [one, other].map(({ createdAt, reference: { namespace, kind, name } }) =>
    [createdAt, namespace, kind, name].join('/'),
  );
  return (a ?? '') < (b ?? '') ? -1 : 1;
}
