import { LEASE_SECONDS, type LockRecord, type SharedLock } from '../../src/election/election.ts';
import { statusCodeOf } from './api-failure.ts';
import { Clusters } from './clusters.ts';
import type { ClusterAccess } from './kubeconfig.ts';
import { objectPath } from './object-path.ts';
import type { ClusterRequest } from './open-cluster.ts';

/** Where the Lease is. */
export interface LeaseName {
  readonly namespace: string;
  readonly name: string;
}

/** The parts of a Lease that are read here. */
interface Lease {
  readonly metadata?: { readonly resourceVersion?: string };
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

const API_VERSION = 'coordination.k8s.io/v1';

/** The lock of whoever rotates, as a Lease (`coordination.k8s.io/v1`), which `kubectl get lease` shows. */
export class LeaseLock implements SharedLock {
  readonly #clusters: Clusters;
  readonly #at: LeaseName;

  constructor(access: ClusterAccess, at: LeaseName, timeoutMs: number) {
    this.#clusters = new Clusters(access, timeoutMs);
    this.#at = at;
  }

  readonly read: SharedLock['read'] = async () => {
    const path = this.#path(this.#at.name);
    const lease = await this.#clusters.ask(undefined, async ({ send }) => {
      try {
        return await send<Lease>({ method: 'GET', path });
      } catch (error) {
        if (statusCodeOf(error) === 404) return undefined;
        throw error;
      }
    });
    if (!lease) return undefined;
    const version = lease.metadata?.resourceVersion;
    if (version === undefined) throw new SyntaxError('it is no Lease');
    return { record: recordOf(lease), version };
  };

  readonly write: SharedLock['write'] = async (record, version) => {
    const { namespace, name } = this.#at;
    const body = {
      apiVersion: API_VERSION,
      kind: 'Lease',
      metadata: { namespace, name, ...(version === undefined ? {} : { resourceVersion: version }) },
      spec: {
        holderIdentity: record.holder,
        leaseDurationSeconds: record.holder === '' ? 1 : LEASE_SECONDS,
        acquireTime: microTime(record.acquiredAt),
        renewTime: microTime(record.renewedAt),
        leaseTransitions: record.transitions,
      },
    };
    try {
      await (version === undefined
        ? this.#write({ method: 'POST', path: this.#path(), body })
        : this.#write({ method: 'PUT', path: this.#path(name), body }));
      return true;
    } catch (error) {
      if (statusCodeOf(error) === 409) return false;
      throw error;
    }
  };

  #path(name?: string): string {
    const { namespace } = this.#at;
    const place = { apiVersion: API_VERSION, namespace, resource: 'leases' };
    return objectPath(name === undefined ? place : { ...place, name });
  }

  #write(request: ClusterRequest): Promise<Lease> {
    return this.#clusters.ask(undefined, ({ send }) => send<Lease>(request));
  }
}

/** `metav1.MicroTime` has six digits of the second's fraction, no fewer. */
function microTime(time: Date): string {
  return time.toISOString().replace('Z', '000Z');
}

function recordOf({ spec = {} }: Lease): LockRecord {
  const { holderIdentity = '', acquireTime, renewTime, leaseTransitions = 0 } = spec;
  return {
    holder: holderIdentity,
    acquiredAt: new Date(acquireTime ?? 0),
    renewedAt: new Date(renewTime ?? 0),
    transitions: leaseTransitions,
  };
}
