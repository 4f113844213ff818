import type { Finding } from './finding.ts';

/** What is found about the hosts that a cluster's objects have served, and how far it was looked. */
export interface CoverageReport {
  readonly findings: readonly Finding[];
  readonly sources: readonly CoverageSource[];
}

/** A kind of object in a namespace, and whether its objects are known. */
export interface CoverageSource {
  /** As RBAC has it, such as `gateways.networking.istio.io`. */
  readonly resource: string;
  /** `*`: all. */
  readonly namespace: string;
  readonly state: 'starting' | 'watched' | 'forbidden' | 'absent' | 'unreachable';
}

/** By object and code, so that the same cluster has the same report. */
export function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const key = ({ code, object: { kind, namespace, name }, hosts }: Finding) =>
    [namespace, kind, name, code, ...hosts].join('\0');
  return findings.toSorted((one, other) => (key(one) < key(other) ? -1 : 1));
}
