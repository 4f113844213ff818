import type { Actor } from '../audit/entry.ts';
import { PkiError } from '../errors.ts';
import { inParallel } from './in-parallel.ts';
import type { TargetPass } from './pass-outcome.ts';
import { rotateTarget, type TargetRotationDeps } from './rotate-target.ts';
import type { RotationItem, TargetRecord } from './rotation-record.ts';
import { TargetLocks } from './target-locks.ts';

export interface RotationDeps extends TargetRotationDeps {
  readonly listTargets: () => Promise<readonly TargetRecord[]>;
  /** Keeps what a pass left, together with its audit entries; a target deleted since is passed over. */
  readonly recordPass: (
    target: string,
    pass: Pick<TargetPass, 'progress' | 'auditEntries' | 'writtenRevision'>,
  ) => Promise<void>;
  /** Hears of every pass over a target, for log and metrics. */
  readonly report: (pass: TargetPass, actor: Actor) => void;
  /** Hears of what went wrong outside any target, in a pass that nobody waits for. */
  readonly reportFailure: (error: unknown) => void;
}

interface PassOptions {
  readonly actor: Actor;
  /** Whether targets that failed lately are tried all the same. */
  readonly ignoresBackOff: boolean;
  /** Whether a new key is made even where nothing is wrong. */
  readonly isRequested: boolean;
  /** Whether targets that are being worked on are passed over. */
  readonly leavesBusy?: boolean;
}

/** Enough to keep an API server busy without being a burden to it. */
const TARGETS_AT_ONCE = 8;
/** A place that hangs, such as a dead network file system, must not end the rotation of all others. */
const PASS_PATIENCE_MS = 10 * 60_000;
const SCHEDULE: PassOptions = {
  actor: { name: 'rotation' },
  ignoresBackOff: false,
  isRequested: false,
  leavesBusy: true,
};

const WATCH: Actor = { name: 'watch' };

/** Runs passes over the targets, one at a time for each target. */
export class Rotation {
  readonly #deps: RotationDeps;
  readonly #locks = new TargetLocks();
  readonly #background = new Set<Promise<unknown>>();
  #isStopping = false;
  /** When the pass of the schedule that is under way began. */
  #scheduledSince: Date | undefined;

  constructor(deps: RotationDeps) {
    this.#deps = deps;
  }

  /**
   * A pass of the schedule: targets that are being worked on, or that wait after a failure, are left,
   * and so is everything while the pass before is under way, unless one place keeps that from ending.
   */
  async runScheduled(): Promise<void> {
    const start = this.#deps.now();
    const since = this.#scheduledSince?.getTime() ?? Number.NEGATIVE_INFINITY;
    if (start.getTime() - since < PASS_PATIENCE_MS) return;
    this.#scheduledSince = start;
    try {
      await this.#runAll(await this.#deps.listTargets(), SCHEDULE);
    } catch (error) {
      this.#deps.reportFailure(error);
    } finally {
      if (this.#scheduledSince === start) this.#scheduledSince = undefined;
    }
  }

  /** A pass over all targets that somebody asked for; it waits for passes under way. */
  async run(
    actor: Actor,
    { force }: { readonly force: boolean },
  ): Promise<readonly RotationItem[]> {
    const records = await this.#deps.listTargets();
    return this.#runAll(records, { actor, ignoresBackOff: force, isRequested: false });
  }

  /**
   * Gives one target a new key and certificate, due or not.
   *
   * @throws {PkiError} `target-unknown`
   */
  async rotate(name: string, actor: Actor): Promise<readonly RotationItem[]> {
    const record = await this.#deps.findTarget(name);
    if (!record) throw new PkiError('target-unknown', `no target "${name}"`);
    const items = await this.#runAll([record], {
      actor,
      ignoresBackOff: true,
      isRequested: true,
    });
    if (items.length > 0 || this.#isStopping) return items;
    throw new PkiError('target-unknown', `target "${name}" was deleted meanwhile`);
  }

  /** Begins a pass over a target that was just declared, without waiting for it. */
  begin(name: string, actor: Actor): void {
    const options = { actor, ignoresBackOff: true, isRequested: false };
    const pass = this.#locks.run(name, () => this.#passOver(name, options));
    this.#keepTrackOf(pass.catch(this.#deps.reportFailure));
  }

  /**
   * Begins passes over targets of whose destinations a watch has told something, without waiting for them:
   * that somebody has changed them, or, where `isReachable` says so, that they can be reached again.
   */
  beginNoticed(names: readonly string[], { isReachable }: { readonly isReachable: boolean }): void {
    const passes = async () => {
      const records = await Promise.all(names.map(this.#deps.findTarget));
      const known = records.filter((record) => record !== undefined);
      await this.#runAll(known, { actor: WATCH, ignoresBackOff: isReachable, isRequested: false });
    };
    this.#keepTrackOf(passes().catch(this.#deps.reportFailure));
  }

  /** Runs `work` while no pass touches the target. */
  whileIdle<T>(name: string, work: () => Promise<T>): Promise<T> {
    return this.#locks.run(name, work);
  }

  /** Begins nothing more, and ends when what is under way has ended. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.allSettled(this.#background);
  }

  async #runAll(records: readonly TargetRecord[], options: PassOptions) {
    const work = inParallel(records, TARGETS_AT_ONCE, (record) => this.#runOne(record, options));
    this.#keepTrackOf(work);
    return (await work).filter((item) => item !== undefined);
  }

  /** Never throws: a record that cannot be read or kept is that target's failure, not the others'. */
  async #runOne(record: TargetRecord, options: PassOptions): Promise<RotationItem | undefined> {
    const { name } = record.target;
    if (options.leavesBusy && this.#locks.isHeld(name)) return undefined;
    try {
      return await this.#locks.run(name, () => this.#passOver(name, options));
    } catch (error) {
      this.#deps.reportFailure(error);
      const { serialNumber } = record.progress.status;
      const words = 'an unforeseen error; see the log';
      return { target: name, outcome: 'failed', reasons: [], serialNumber, error: words };
    }
  }

  /** The record is read anew under the lock: the pass before may have changed it. */
  async #passOver(name: string, options: PassOptions): Promise<RotationItem | undefined> {
    const record = await this.#deps.findTarget(name);
    if (!record || this.#isStopping) return undefined;
    const { retryAt } = record.progress;
    if (!options.ignoresBackOff && retryAt !== null && this.#deps.now() < retryAt) {
      return waiting(record);
    }
    const pass = await rotateTarget(this.#deps, record, options);
    await this.#deps.recordPass(name, pass);
    this.#deps.report(pass, options.actor);
    return pass.item;
  }

  #keepTrackOf(work: Promise<unknown>): void {
    const settled = Promise.allSettled([work]).finally(() => this.#background.delete(settled));
    this.#background.add(settled);
  }
}

/** What is answered for a target that is left alone after a failure. */
function waiting({ target, progress }: TargetRecord): RotationItem {
  const { reasons, serialNumber, lastError } = progress.status;
  const error = `${lastError ?? ''}; tried again after ${progress.retryAt?.toISOString()}`;
  return { target: target.name, outcome: 'failed', reasons, serialNumber, error };
}
