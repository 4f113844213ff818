import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Logger } from 'pino';
import { Election, type SharedLock } from '../src/election/election.ts';
import { Leadership } from '../src/election/leadership.ts';
import type { Database } from '../storage/database/database.ts';
import { RotationLock } from '../storage/database/rotation-lock.ts';
import type { ClusterAccess } from '../storage/kubernetes/kubeconfig.ts';
import { LeaseLock, type LeaseName } from '../storage/kubernetes/lease-lock.ts';
import { thisReplica } from './replica.ts';

/** Twice within the time after which a leader that cannot renew gives up. */
const TRY_EVERY_MS = 4_000;

/** A cluster that does not answer must not keep the database's lock from being renewed in time. */
const LEASE_TIMEOUT_MS = 2_500;
const LEASE_NAME = 'certwright-rotation';

/** Which replica rotates, found out again and again until `stop`. */
export interface RunningLeadership {
  readonly leads: () => boolean;
  readonly stop: () => Promise<void>;
}

/**
 * Takes part in finding out which of several replicas rotates; ends with the first result. `onLead` is called whenever that
 * is this one from then on.
 */
export async function openLeadership(parts: {
  readonly db: Database;
  readonly kubernetes: ClusterAccess;
  /** Where the Lease is; `own`: in this pod's namespace; absent: there is none. */
  readonly lease: LeaseName | 'own' | undefined;
  readonly now: () => Date;
  readonly log: Logger;
  readonly onLead: () => void;
}): Promise<RunningLeadership> {
  const { db, now, log, onLead } = parts;
  const lease = await leaseOf(parts);
  const { identity, hasEnded } = thisReplica();
  const monotonicMs = () => performance.now();
  const electionBy = (lock: SharedLock) =>
    new Election({ lock, identity, hasEnded, now, monotonicMs });
  const leadership = new Leadership({
    database: electionBy(new RotationLock(db)),
    cluster: lease && electionBy(lease),
    onChange: (leads) => {
      log.info({ replica: identity }, leads ? 'this replica rotates' : 'another replica rotates');
      if (leads) onLead();
    },
    onUnreachable: (lock, err) => log.warn({ err, lock }, 'a lock of rotation cannot be reached'),
  });
  await leadership.tryOnce();
  if (!leadership.leads) log.info({ replica: identity }, 'another replica rotates');
  const timer = setInterval(() => void leadership.tryOnce(), TRY_EVERY_MS);
  const stop = async () => {
    clearInterval(timer);
    await leadership.stop();
  };
  return { leads: () => leadership.leads, stop };
}

async function leaseOf({
  kubernetes,
  lease,
}: Pick<Parameters<typeof openLeadership>[0], 'kubernetes' | 'lease'>): Promise<
  SharedLock | undefined
> {
  if (!lease) return undefined;
  const at = lease === 'own' ? await leaseInOwnNamespace(kubernetes) : lease;
  return new LeaseLock(kubernetes, at, LEASE_TIMEOUT_MS);
}

/** The kubelet tells a pod its namespace beside its token. */
async function leaseInOwnNamespace({ inCluster }: ClusterAccess): Promise<LeaseName> {
  const file = join(inCluster?.credentialsDir ?? '', 'namespace');
  return { namespace: (await readFile(file, 'utf8')).trim(), name: LEASE_NAME };
}
