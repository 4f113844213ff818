/** What stands in a lock that several replicas share (`coordination.k8s.io/v1` Lease, or a row of the database). */
export interface LockRecord {
  /** Empty where the last holder has given it up. */
  readonly holder: string;
  readonly acquiredAt: Date;
  readonly renewedAt: Date;
  /** How often it has changed hands. */
  readonly transitions: number;
}

/** A lock, and what is there of it at one moment. */
export interface SharedLock {
  /** `undefined` while nobody has ever held it. */
  readonly read: () => Promise<
    { readonly record: LockRecord; readonly version: string } | undefined
  >;
  /** Compare-and-set: `false` where somebody else was faster. Without a `version` it must not be there yet. */
  readonly write: (record: LockRecord, version: string | undefined) => Promise<boolean>;
}

export interface ElectionDeps {
  readonly lock: SharedLock;
  /** By which this replica is known; no other has it, nor an earlier start of this one. */
  readonly identity: string;
  /** Whether a holder is known to have ended, so that nobody need wait for its time to run out. */
  readonly hasEnded: (holder: string) => boolean;
  readonly now: () => Date;
  /** A clock that nobody sets, in milliseconds. */
  readonly monotonicMs: () => number;
}

/** For how long a holder is waited for that is not heard of; client-go's default. */
export const LEASE_SECONDS = 15;
/** Who has not renewed for so long leads no more; earlier than anybody else would take over. */
const RENEW_DEADLINE_MS = 10_000;

/**
 * One replica's part in finding out who leads.
 *
 * Whether a holder has been silent for too long is judged by when *this* replica saw its record change, and never by the
 * times in it: clocks of different machines differ. That only one leads is not guaranteed all the same (a replica may
 * sleep between a look and a write), so that whatever the leader does must be harmless if another does it too.
 */
export class Election {
  readonly #deps: ElectionDeps;
  #seen: { readonly record: string; readonly atMs: number } | undefined;
  #renewedMs: number | undefined;

  constructor(deps: ElectionDeps) {
    this.#deps = deps;
  }

  get isLeader(): boolean {
    const renewedMs = this.#renewedMs;
    return renewedMs !== undefined && this.#deps.monotonicMs() - renewedMs < RENEW_DEADLINE_MS;
  }

  /**
   * Takes the lock where it is free, renews it where it is ours; to be tried every few seconds.
   *
   * @throws what the lock throws where it cannot be reached; whoever leads goes on until the deadline
   */
  async tryOnce(): Promise<void> {
    const { lock, identity, now, monotonicMs } = this.#deps;
    // The time counts from before the request: the record may be as old as that.
    const startMs = monotonicMs();
    const found = await lock.read();
    if (found && !this.#isFree(found.record)) {
      this.#renewedMs = undefined;
      return;
    }
    const isOurs = found?.record.holder === identity;
    const time = now();
    const record = {
      holder: identity,
      acquiredAt: isOurs ? found.record.acquiredAt : time,
      renewedAt: time,
      transitions: found === undefined ? 0 : found.record.transitions + Number(!isOurs),
    };
    this.#renewedMs = (await lock.write(record, found?.version)) ? startMs : undefined;
  }

  /** Gives the lock up, so that another replica need not wait for it; nothing where it is not ours. */
  async release(): Promise<void> {
    const { lock, identity, now } = this.#deps;
    this.#renewedMs = undefined;
    const found = await lock.read();
    if (found?.record.holder !== identity) return;
    await lock.write({ ...found.record, holder: '', renewedAt: now() }, found.version);
  }

  #isFree(record: LockRecord): boolean {
    const { identity, hasEnded, monotonicMs } = this.#deps;
    const { holder } = record;
    if (holder === identity || holder === '' || hasEnded(holder)) return true;
    const text = JSON.stringify(record);
    if (this.#seen?.record !== text) this.#seen = { record: text, atMs: monotonicMs() };
    return monotonicMs() - this.#seen.atMs >= LEASE_SECONDS * 1000;
  }
}
