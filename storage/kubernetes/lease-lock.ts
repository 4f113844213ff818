import type { CoordinationV1Api, V1Lease } from '@kubernetes/client-node';
import { LEASE_SECONDS, type LockRecord, type SharedLock } from '../../src/election/election.ts';
import { statusCodeOf } from './api-failure.ts';
import { Clusters } from './clusters.ts';
import type { ClusterAccess } from './kubeconfig.ts';

/** Where the Lease is. */
export interface LeaseName {
  readonly namespace: string;
  readonly name: string;
}

/** The lock of whoever rotates, as a Lease (`coordination.k8s.io/v1`), which `kubectl get lease` shows. */
export class LeaseLock implements SharedLock {
  readonly #clusters: Clusters;
  readonly #at: LeaseName;

  constructor(access: ClusterAccess, at: LeaseName, timeoutMs: number) {
    this.#clusters = new Clusters(access, timeoutMs);
    this.#at = at;
  }

  readonly read: SharedLock['read'] = async () => {
    const lease = await this.#ask(async (api) => {
      try {
        return await api.readNamespacedLease(this.#at);
      } catch (error) {
        if (statusCodeOf(error) === 404) return undefined;
        throw error;
      }
    });
    return lease && { record: recordOf(lease), version: lease.metadata?.resourceVersion ?? '' };
  };

  readonly write: SharedLock['write'] = async (record, version) => {
    const { namespace, name } = this.#at;
    const { V1MicroTime } = await import('@kubernetes/client-node');
    const body: V1Lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace, name, ...(version === undefined ? {} : { resourceVersion: version }) },
      spec: {
        holderIdentity: record.holder,
        leaseDurationSeconds: record.holder === '' ? 1 : LEASE_SECONDS,
        acquireTime: new V1MicroTime(record.acquiredAt),
        renewTime: new V1MicroTime(record.renewedAt),
        leaseTransitions: record.transitions,
      },
    };
    try {
      await this.#ask((api) =>
        version === undefined
          ? api.createNamespacedLease({ namespace, body })
          : api.replaceNamespacedLease({ namespace, name, body }),
      );
      return true;
    } catch (error) {
      if (statusCodeOf(error) === 409) return false;
      throw error;
    }
  };

  #ask<T>(question: (api: CoordinationV1Api) => Promise<T>): Promise<T> {
    return this.#clusters.askOpen(undefined, ({ coordination }) => question(coordination));
  }
}

function recordOf({ spec = {} }: V1Lease): LockRecord {
  const { holderIdentity = '', acquireTime, renewTime, leaseTransitions = 0 } = spec;
  return {
    holder: holderIdentity,
    acquiredAt: new Date(acquireTime ?? 0),
    renewedAt: new Date(renewTime ?? 0),
    transitions: leaseTransitions,
  };
}
