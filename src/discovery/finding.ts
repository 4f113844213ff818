import type { ObjectReference } from './gateway.ts';

/** Why each finding is one: whose rule it is, and where that stands. */
export const FINDING_SOURCES = {
  'host-without-certificate':
    'istio pilot/pkg/xds/sds.go: a Secret that is missing is not pushed, and the host has no TLS',
  'certificate-does-not-cover-host': 'RFC 9525 §6.3',
  'secret-unused': 'istio pilot/pkg/xds/sds.go: only Secrets that a Gateway names are pushed',
  'wildcard-overlap': 'RFC 9113 §9.1.1: connections are used again for every host of a certificate',
  'certificate-in-several-gateways': 'istio IST0138, pkg/config/analysis/msg/messages.yaml',
  'host-in-several-gateways': 'istio pilot/pkg/model/gateway.go: the oldest Gateway wins',
  'mutual-host-on-plain-http':
    'istio networking/v1 ServerTLSSettings.httpsRedirect: without it the port asks nobody for a certificate',
  'owned-by-another': 'docs/decisions/0007-whose-secret-it-is.md',
  'workload-not-found':
    'istio pilot/pkg/model/credentials/resource.go: the Secret is read where the workload is',
  'workload-ambiguous':
    'istio pilot/pkg/model/credentials/resource.go: the Secret is read where the workload is',
  'reference-not-granted': 'gateway.networking.k8s.io ReferenceGrant',
  'secret-name-invalid': 'RFC 1123 §2.1, as Kubernetes takes names of Secrets',
  'any-host': 'RFC 9525 §6.3: a certificate has names',
  'annotations-incomplete': 'docs/discovery.md',
  'client-authorities-missing': 'istio networking/v1 ServerTLSSettings.mode',
  'not-permitted': 'the setting discovery',
  'too-many-secrets': 'docs/discovery.md',
  contradiction: 'docs/discovery.md',
  refused: 'the profile, the authority or another target',
} as const;

export type FindingCode = keyof typeof FINDING_SOURCES;

/** Something about an object that keeps a host from being served well, or us from supplying it. */
export interface Finding {
  readonly code: FindingCode;
  readonly object: ObjectReference;
  readonly hosts: readonly string[];
  readonly detail: string;
  /** Other objects that have a part in it. */
  readonly others?: readonly ObjectReference[];
}

/** The same finding of the same object, however often it is found. */
export function findingKey({ code, object, detail }: Finding): string {
  return JSON.stringify([code, object.apiVersion, object.namespace, object.name, detail]);
}
