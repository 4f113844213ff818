import { refused } from '../errors.ts';
import { hasEnded } from '../has-ended.ts';
import { type PlannedIssueDeps, plannedIssue } from './planned-issue.ts';
import type { RotationReason } from './rotation-reason.ts';
import type { TargetRecord } from './rotation-record.ts';
import { laneOf } from './schedule/lane.ts';
import type { RotationLimits, WriteRate } from './schedule/limits.ts';
import { certificateEndingAt, rotationTimeOf, type Timing } from './schedule/rotation-time.ts';
import type { RotationWindow } from './schedule/rotation-window.ts';
import { type SimulatedRotation, type SimulatedTarget, simulate } from './schedule/simulate.ts';
import type { RotationTarget } from './target.ts';

/** What is asked of a plan. */
export interface PlanRequest {
  readonly horizonSeconds: number;
  /** As if these authorities had other certificates by now. */
  readonly replacedAuthorities: ReadonlySet<string>;
  /** As if somebody asked for a new certificate for every target. */
  readonly isAllForced: boolean;
  /** Instead of the rate of the settings. */
  readonly rate: WriteRate | undefined;
  /** How many rotations are told one by one. */
  readonly limit: number;
}

/** One rotation of a plan. */
export interface PlannedRotation {
  readonly target: string;
  readonly at: Date;
  readonly reasons: readonly RotationReason[];
  /** The end of the certificate that is replaced; `null`: there is none yet. */
  readonly notAfter: Date | null;
}

/** What the schedule would do until the horizon. */
export interface RotationPlan {
  readonly from: Date;
  readonly until: Date;
  /** All of them, however many are told one by one. */
  readonly rotations: number;
  readonly items: readonly PlannedRotation[];
  /** When the last of those is rotated that wait now; `null`: none waits. */
  readonly eta: Date | null;
  readonly peakRate: { readonly perMinute: number; readonly at: Date | null };
  readonly meanRate: { readonly perMinute: number };
  /** Targets that would hold an expired certificate at any time, and since when. */
  readonly wouldExpire: readonly { readonly target: string; readonly at: Date }[];
  /** Targets that would have no new certificate when their turn comes, and why; in the order of time. */
  readonly wouldFail: readonly PlannedFailure[];
}

/** A rotation that would be refused. */
export interface PlannedFailure {
  readonly target: string;
  readonly at: Date;
  readonly detail: string;
}

export interface PlanDeps extends PlannedIssueDeps {
  readonly now: () => Date;
  /** With the window of all targets, where they have none of their own. */
  readonly listTargets: () => Promise<readonly TargetRecord[]>;
  readonly limits: RotationLimits;
  /** Between two passes of the schedule. */
  readonly intervalMs: number;
  /** Ends when others have had their turn. */
  readonly breathe: () => Promise<void>;
}

interface PlannedTarget extends SimulatedTarget {
  readonly name: string;
  /** Why it must be rotated at once. */
  readonly reasons: readonly RotationReason[];
}

/** Beyond that more is guessed than known. */
const MAX_HORIZON_SECONDS = 2 * 365 * 86_400;
/** However long the horizon, a plan looks no more often than this. */
const MAX_PASSES = 250_000;
/** Passes or rotations in a slice; with thousands of targets that wait, a pass takes a few milliseconds. */
const STEPS_AT_ONCE = 8;
const TARGETS_AT_ONCE = 100;
const MINUTE_MS = 60_000;
/** That are told one by one, whatever is asked for. */
export const MAX_ITEMS = 1_000;

/**
 * What would be rotated when, by the code of the schedule itself on a clock that runs ahead, from what the last passes
 * have found. It holds up nobody: it works in slices.
 *
 * @throws {PkiError} `request-refused` for a horizon beyond two years
 */
export async function planRotation(deps: PlanDeps, request: PlanRequest): Promise<RotationPlan> {
  if (request.horizonSeconds > MAX_HORIZON_SECONDS) {
    throw refused([{ pointer: '/horizon', detail: 'at most 2y' }]);
  }
  const from = deps.now();
  const until = new Date(from.getTime() + request.horizonSeconds * 1000);
  const targets = await targetsOf(deps, request, from);
  const { limits } = deps;
  const steps = simulate(targets, {
    from: from.getTime(),
    until: until.getTime(),
    intervalMs: Math.max(deps.intervalMs, (request.horizonSeconds * 1000) / MAX_PASSES),
    limits: { ...limits, writesPerSecond: request.rate ?? limits.writesPerSecond },
  });
  const tally = new Tally(request.limit);
  let step = steps.next();
  for (let count = 1; !step.done; count += 1) {
    if (step.value) tally.add(step.value);
    if (count % STEPS_AT_ONCE === 0) await deps.breathe();
    step = steps.next();
  }
  const expired = [...step.value].map(([{ name }, at]) => ({ target: name, at: new Date(at) }));
  const wouldExpire = expired.toSorted((one, other) => Number(one.at) - Number(other.at));
  const minutes = (request.horizonSeconds * 1000) / MINUTE_MS;
  const meanRate = { perMinute: tally.rotations / minutes };
  return { from, until, ...tally.sum(), meanRate, wouldExpire };
}

async function targetsOf(
  deps: PlanDeps,
  request: PlanRequest,
  now: Date,
): Promise<readonly PlannedTarget[]> {
  const records = await deps.listTargets();
  const windows = new Map<string, RotationWindow>();
  const planned: PlannedTarget[] = [];
  for (const [index, record] of records.entries()) {
    const timing = withSharedWindow(record.target, windows);
    const isReplaced = request.replacedAuthorities.has(record.target.authority);
    const { issuerEnd, issuedAt } = await plannedIssue(deps, record.target, { isReplaced });
    planned.push({
      name: record.target.name,
      timing,
      lane: laneOf(record.target.destination),
      issuedAt,
      issuerEnd: issuerEnd?.getTime() ?? Number.POSITIVE_INFINITY,
      ...standingOf(record, { timing, request, issuerEnd, now }),
    });
    if (index % TARGETS_AT_ONCE === 0) await deps.breathe();
  }
  return planned;
}

/** What a target holds, and whether it must be rotated at once. */
function standingOf(
  { target, progress }: TargetRecord,
  about: { timing: Timing; request: PlanRequest; issuerEnd: Date | undefined; now: Date },
): Pick<PlannedTarget, 'certificate' | 'rotationTime' | 'reasons' | 'urgency'> {
  const { timing, request, issuerEnd, now } = about;
  const { notAfter, nextRotationAt } = progress.status;
  const certificate = notAfter === null ? undefined : certificateEndingAt(notAfter, timing);
  const reasons = reasonsNow({ target, progress }, request, now);
  const urgency = request.isAllForced ? 'requested' : 'wrong';
  if (reasons.length > 0 || !certificate || !issuerEnd) {
    return { certificate, rotationTime: now.getTime(), reasons, urgency };
  }
  const isLast = certificate.notAfter >= issuerEnd;
  const own = rotationTimeOf(certificate, timing, now).getTime();
  // A certificate that was put back stays for a time of its own.
  const rotationTime = progress.held ? (nextRotationAt?.getTime() ?? own) : own;
  return { certificate, rotationTime: isLast ? Number.POSITIVE_INFINITY : rotationTime, reasons };
}

/** Every reason to rotate a target now but that it is due. */
function reasonsNow(
  { target, progress }: Pick<TargetRecord, 'target' | 'progress'>,
  { replacedAuthorities, isAllForced }: PlanRequest,
  now: Date,
): readonly RotationReason[] {
  const { notAfter, reasons: found } = progress.status;
  const reasons: readonly (RotationReason | false)[] = [
    ...found.filter((reason) => reason !== 'due'),
    notAfter === null && found.length === 0 && 'missing',
    notAfter !== null && hasEnded({ notAfter }, now) && !found.includes('expired') && 'expired',
    replacedAuthorities.has(target.authority) && 'wrongIssuer',
    isAllForced && 'requested',
  ];
  return reasons.filter((reason) => reason !== false);
}

/** Targets with the same window share it, so that its times are looked up once. */
function withSharedWindow(target: RotationTarget, windows: Map<string, RotationWindow>): Timing {
  if (!target.rotationWindow) return target;
  const key = JSON.stringify(target.rotationWindow);
  const rotationWindow = windows.get(key) ?? target.rotationWindow;
  windows.set(key, rotationWindow);
  return { ...target, rotationWindow };
}

/** Sums up rotations as they come, and keeps the first of them. */
class Tally {
  readonly #limit: number;
  #items: PlannedRotation[] = [];
  readonly #perMinute = new Map<number, number>();
  #eta = Number.NEGATIVE_INFINITY;
  readonly #failures: PlannedFailure[] = [];
  rotations = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add({ target, at, expiry, isBacklog, fault }: SimulatedRotation<PlannedTarget>): void {
    if (fault !== undefined) {
      this.#failures.push({ target: target.name, at: new Date(at), detail: fault });
      return;
    }
    const minute = Math.floor(at / MINUTE_MS);
    this.rotations += 1;
    this.#perMinute.set(minute, (this.#perMinute.get(minute) ?? 0) + 1);
    if (isBacklog) this.#eta = Math.max(this.#eta, at);
    const notAfter = expiry === undefined ? null : new Date(expiry);
    const isExpired = expiry !== undefined && expiry < at;
    const reasons: readonly RotationReason[] =
      isBacklog && target.reasons.length > 0 ? target.reasons : [isExpired ? 'expired' : 'due'];
    this.#items.push({ target: target.name, at: new Date(at), reasons, notAfter });
    // Those of one pass, and of several lanes, do not come in the order of time.
    if (this.#items.length > 2 * MAX_ITEMS) this.#items = this.#first();
  }

  #first(): PlannedRotation[] {
    const sorted = this.#items.toSorted((one, other) => one.at.getTime() - other.at.getTime());
    return sorted.slice(0, this.#limit);
  }

  sum(): Pick<RotationPlan, 'rotations' | 'items' | 'eta' | 'peakRate' | 'wouldFail'> {
    let [peak, most] = [0, 0];
    for (const [minute, count] of this.#perMinute) {
      if (count > most) [peak, most] = [minute, count];
    }
    return {
      rotations: this.rotations,
      items: this.#first(),
      wouldFail: this.#failures.toSorted((one, other) => Number(one.at) - Number(other.at)),
      eta: Number.isFinite(this.#eta) ? new Date(this.#eta) : null,
      peakRate: { perMinute: most, at: most > 0 ? new Date(peak * MINUTE_MS) : null },
    };
  }
}
