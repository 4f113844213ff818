import { isDeepStrictEqual } from 'node:util';
import type { Actor } from '../audit/entry.ts';
import { KnownGood } from './known-good.ts';
import { look, type Verdict } from './look.ts';
import { type PassOptions, type PassOverDeps, passOver } from './pass-over.ts';
import type { RotationItem, TargetRecord } from './rotation-record.ts';
import { laneOf } from './schedule/lane.ts';
import { Lanes, type Ticker } from './schedule/lanes.ts';
import type { RotationLimits } from './schedule/limits.ts';
import { isBefore, type Rank, type Urgency } from './schedule/rank.ts';
import type { RotationTarget } from './target.ts';
import { TargetLocks } from './target-locks.ts';

export interface PassesDeps extends PassOverDeps {
  /** Hears of what went wrong outside any target, in a pass that nobody waits for. */
  readonly reportFailure: (error: unknown) => void;
  /** Hears how many targets wait for their turns, from time to time while some do. */
  readonly reportWaiting: (targets: number) => void;
  readonly ticker: Ticker;
  readonly limits: RotationLimits;
}

/** How a pass goes; `leavesBusy`: a target that is being worked on is passed over. */
export interface PassTerms extends PassOptions {
  readonly leavesBusy: boolean;
}

/** What a pass came to; `undefined` where the target was left alone, or is not there any more. */
export type Outcome = RotationItem | undefined;

const REPORT_INTERVAL_MS = 30_000;

/** The passes over single targets, one at a time for each, in the order and at the rate of their lanes. */
export class Passes {
  readonly #deps: PassesDeps;
  readonly #locks = new TargetLocks();
  readonly #lanes: Lanes;
  readonly #knownGood: KnownGood;
  /** By target: those that wait for a turn, so that none waits twice to do the same. */
  readonly #waiting = new Map<string, { readonly rank: Rank; readonly pass: Promise<Outcome> }>();
  readonly #background = new Set<Promise<unknown>>();
  #isStopping = false;
  #isReporting = false;

  constructor(deps: PassesDeps) {
    this.#deps = deps;
    this.#lanes = new Lanes(deps.ticker, deps.limits);
    this.#knownGood = new KnownGood(deps);
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Whether somebody is at work on a target, or will be when it has its turn. */
  isBusy(name: string): boolean {
    return this.#locks.isHeld(name) || this.#waiting.has(name);
  }

  /** Runs `work` while no pass touches the target. */
  whileIdle<T>(name: string, work: () => Promise<T>): Promise<T> {
    return this.#locks.run(name, work);
  }

  /** What a target seems to need, once nobody is at work on it. */
  verdictOn(record: TargetRecord): Promise<Verdict> {
    const deps = { ...this.#deps, knownGood: this.#knownGood };
    return this.#locks.run(record.target.name, () => look(deps, record));
  }

  /** A pass when the target has its turn. Never throws. */
  inTurn(target: RotationTarget, rank: Rank, terms: PassTerms): Promise<Outcome> {
    const { name } = target;
    const waiting = terms.isRequested ? undefined : this.#waiting.get(name);
    if (waiting && !isBefore(rank, waiting.rank)) return waiting.pass;
    const state: { hasBegun: boolean } = { hasBegun: false };
    const pass = this.#lanes.run(laneOf(target.destination), rank, () => {
      state.hasBegun = true;
      if (this.#waiting.get(name)?.rank === rank) this.#waiting.delete(name);
      return this.at(target, terms, { hasTurn: true });
    });
    if (!state.hasBegun && !terms.isRequested) this.#waiting.set(name, { rank, pass });
    this.keepTrackOf(pass);
    void this.#reportWhileWaiting();
    return pass;
  }

  /**
   * A pass now; what it writes waits for its turn, unless that has come. Never throws: a record that cannot be read or
   * kept is that target's failure, not the others'.
   */
  async at(
    { name }: RotationTarget,
    terms: PassTerms,
    { hasTurn }: { readonly hasTurn: boolean },
  ): Promise<Outcome> {
    if (terms.leavesBusy && this.#locks.isHeld(name)) return undefined;
    try {
      return await this.#locks.run(name, () => this.#passOver(name, terms, hasTurn));
    } catch (error) {
      this.#deps.reportFailure(error);
      const words = 'an unforeseen error; see the log';
      return { target: name, outcome: 'failed', reasons: [], serialNumber: null, error: words };
    }
  }

  /** Counts and tells that a target is good, without a pass. */
  current({ target, progress }: TargetRecord, actor: Actor): RotationItem {
    const { serialNumber } = progress.status;
    const item = { target: target.name, outcome: 'current', reasons: [], serialNumber } as const;
    this.#deps.report({ item, progress, auditEntries: [] }, actor);
    return item;
  }

  /** Keeps that a target is well but for being due: what it failed of before it came to wait is over. */
  async recovered(record: TargetRecord): Promise<void> {
    const { progress, target } = record;
    const status = { ...progress.status, state: 'current', reasons: [], lastError: null } as const;
    const recovered = { ...progress, status, failures: 0, retryAt: null };
    await this.#locks.run(target.name, async () => {
      if (!isDeepStrictEqual(await this.#deps.findTarget(target.name), record)) return;
      await this.#deps.recordPass(target.name, { progress: recovered, auditEntries: [] });
    });
  }

  /** Nothing is remembered of a target that is not among these. */
  forgetAllBut(names: ReadonlySet<string>): void {
    this.#knownGood.keepOnly(names);
  }

  /** Begins nothing more, and ends when what is under way has ended. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#lanes.stop();
    // What ends may have begun something else.
    while (this.#background.size > 0) await Promise.allSettled(this.#background);
  }

  /** An end waits for `work`. */
  keepTrackOf(work: Promise<unknown>): void {
    const settled = Promise.allSettled([work]).finally(() => this.#background.delete(settled));
    this.#background.add(settled);
  }

  /** The record is read anew under the lock: the pass before may have changed it. */
  async #passOver(name: string, terms: PassTerms, hasTurn: boolean): Promise<Outcome> {
    const record = await this.#deps.findTarget(name);
    if (!record || this.#isStopping) return undefined;
    const tools = { lanes: this.#lanes, knownGood: this.#knownGood };
    return passOver(this.#deps, tools, { record, options: terms, hasTurn });
  }

  async #reportWhileWaiting(): Promise<void> {
    if (this.#isReporting || this.#lanes.waiting === 0) return;
    this.#isReporting = true;
    for (;;) {
      await this.#deps.ticker.sleep(REPORT_INTERVAL_MS);
      if (this.#lanes.waiting === 0 || this.#isStopping) break;
      this.#deps.reportWaiting(this.#lanes.waiting);
    }
    this.#isReporting = false;
  }
}

/** Where a target stands by what is known of it. */
export function rankOf({ progress }: TargetRecord, urgency: Urgency): Rank {
  return { urgency, expiry: progress.status.notAfter?.getTime() };
}
