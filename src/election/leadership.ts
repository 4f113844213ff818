import type { Election } from './election.ts';

type Part = Pick<Election, 'isLeader' | 'tryOnce' | 'release'>;

export interface LeadershipDeps {
  /** The lock in the database, without which nothing can be done anyway. */
  readonly database: Part;
  /** The lock in the cluster, where there is one. */
  readonly cluster: Part | undefined;
  readonly onChange: (leads: boolean) => void;
  /** Hears of a lock that cannot be reached, once until it can be again. */
  readonly onUnreachable: (lock: 'database' | 'cluster', error: unknown) => void;
}

/**
 * Whether this replica is the one that rotates: it holds the lock of the database, and that of the cluster wherever that
 * answers. While the API server is down the database alone decides, for destinations outside the cluster fall due all the same.
 */
export class Leadership {
  readonly #deps: LeadershipDeps;
  #isClusterSilent = false;
  #isDatabaseSilent = false;
  #isStopping = false;
  #led = false;
  #trying: Promise<void> | undefined;

  constructor(deps: LeadershipDeps) {
    this.#deps = deps;
  }

  get leads(): boolean {
    const { database, cluster } = this.#deps;
    const isClusterWon = !cluster || cluster.isLeader || this.#isClusterSilent;
    return !this.#isStopping && database.isLeader && isClusterWon;
  }

  /** One try for both locks, or the one that is under way: two at once would be each other's rivals. Never throws. */
  tryOnce(): Promise<void> {
    this.#trying ??= this.#try().finally(() => {
      this.#trying = undefined;
    });
    return this.#trying;
  }

  /** Leads no more, and lets another replica begin at once. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#trying;
    const { database, cluster } = this.#deps;
    await Promise.allSettled([cluster?.release(), database.release()]);
  }

  async #try(): Promise<void> {
    if (this.#isStopping) return;
    await this.#tryDatabase();
    await this.#tryCluster();
    if (this.leads === this.#led) return;
    this.#led = this.leads;
    this.#deps.onChange(this.#led);
  }

  async #tryDatabase(): Promise<void> {
    try {
      await this.#deps.database.tryOnce();
      this.#isDatabaseSilent = false;
    } catch (error) {
      if (!this.#isDatabaseSilent) this.#deps.onUnreachable('database', error);
      this.#isDatabaseSilent = true;
    }
  }

  /** Only who holds the database’s lock asks for the cluster’s, so that no two replicas hold one each. */
  async #tryCluster(): Promise<void> {
    const { cluster, database } = this.#deps;
    if (!cluster) return;
    try {
      if (database.isLeader) await cluster.tryOnce();
      else if (cluster.isLeader) await cluster.release();
      this.#isClusterSilent = false;
    } catch (error) {
      if (!this.#isClusterSilent) this.#deps.onUnreachable('cluster', error);
      this.#isClusterSilent = true;
    }
  }
}
