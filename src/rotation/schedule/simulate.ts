import type { Validity } from '../../certificate.ts';
import type { Lane } from './lane.ts';
import { ELSEWHERE } from './lane.ts';
import type { RotationLimits } from './limits.ts';
import { meanPerSecondOf } from './mean-rate.ts';
import { PriorityQueue } from './priority-queue.ts';
import { isBefore, type Rank, type Urgency } from './rank.ts';
import { deadlineOf, rotationTimeOf, type Timing } from './rotation-time.ts';
import { RoutinePace } from './routine-pace.ts';
import { type Spacing, spacingOf } from './spacing.ts';

/** A certificate as it would be issued, or why it would be refused. */
export type IssuedAt = { readonly certificate: Validity } | { readonly fault: string };

/** A target on the virtual clock; times are in milliseconds since 1970. */
export interface SimulatedTarget {
  readonly timing: Timing;
  readonly lane: Lane;
  /** What would be issued for it. */
  readonly issuedAt: (at: number) => IssuedAt;
  /** When its issuer ends: a certificate that ends with it is as good as that one gives, and never due. */
  readonly issuerEnd: number;
  /** What it holds at the beginning. */
  readonly certificate: Validity | undefined;
  /** When its turn comes; what must be rotated at once says so by `urgency`. */
  readonly rotationTime: number;
  readonly urgency?: Exclude<Urgency, 'due'>;
}

export interface SimulationTerms {
  readonly from: number;
  readonly until: number;
  /** Between two passes of the schedule. */
  readonly intervalMs: number;
  readonly limits: RotationLimits;
  /** Whether what is in the lane can be read and written then; absent: always. */
  readonly isReachable?: (lane: Lane, at: number) => boolean;
}

/** One rotation that would take place, or fail. */
export interface SimulatedRotation<T extends SimulatedTarget> {
  readonly target: T;
  readonly at: number;
  /** The end of the certificate that is replaced. */
  readonly expiry: number | undefined;
  /** Whether it waited already when the simulation began. */
  readonly isBacklog: boolean;
  /** Why it would fail; the target keeps what it has. */
  readonly fault?: string;
}

/** A target as it stands at one moment of the simulation. */
interface Standing<T> {
  readonly target: T;
  certificate: Validity | undefined;
  rotationTime: number;
  isBacklog: boolean;
  /** Kept while it waits, unless a window has a say. */
  deadline?: number;
}

/**
 * What the schedule would do, by the parts of which it is made: the rotation times, the pace of the routine, the ranks and
 * the spacing of writes, under a clock that jumps from pass to pass. It yields each rotation, and nothing after each pass,
 * so that whoever follows it can do something else in between. In the end it tells what has expired at any time.
 */
export function* simulate<T extends SimulatedTarget>(
  targets: readonly T[],
  terms: SimulationTerms,
): Generator<SimulatedRotation<T> | undefined, ReadonlyMap<T, number>> {
  const run = new Simulation(targets, terms);
  yield* run.backlog();
  for (let now = terms.from; now < terms.until; now += terms.intervalMs) {
    yield* run.pass(now);
    yield undefined;
  }
  return run.expired();
}

class Simulation<T extends SimulatedTarget> {
  readonly #terms: SimulationTerms;
  readonly #all: readonly Standing<T>[];
  readonly #planned = new PriorityQueue<Standing<T>>(
    (one, other) => one.rotationTime < other.rotationTime,
  );
  readonly #pace: RoutinePace;
  readonly #lanes = new Map<Lane, Spacing>();
  readonly #issuing: Spacing;
  readonly #expired = new Map<T, number>();
  readonly #meanPerSecond: number;
  #waiting: Standing<T>[] = [];

  constructor(targets: readonly T[], terms: SimulationTerms) {
    this.#terms = terms;
    this.#pace = new RoutinePace(terms.limits);
    this.#issuing = spacingOf(terms.limits.issuesPerSecond);
    this.#meanPerSecond = meanPerSecondOf(targets.map(({ timing }) => timing));
    this.#all = targets.map((target) => {
      const { certificate, rotationTime, urgency } = target;
      const isBacklog = urgency !== undefined || rotationTime <= terms.from;
      return { target, certificate, rotationTime, isBacklog };
    });
  }

  /** What must be rotated at once, in its order. */
  *backlog(): Generator<SimulatedRotation<T>> {
    const urgent = new PriorityQueue<Standing<T>>((one, other) =>
      isBefore(rankOf(one), rankOf(other)),
    );
    for (const standing of this.#all) {
      if (standing.target.urgency === undefined) this.#planned.add(standing);
      else urgent.add(standing);
    }
    for (let next = urgent.take(); next; next = urgent.take()) {
      yield* this.#rotate(next, this.#terms.from);
    }
  }

  /** A pass of the schedule. */
  *pass(now: number): Generator<SimulatedRotation<T>> {
    for (let { first } = this.#planned; first && first.rotationTime <= now; ) {
      this.#planned.take();
      this.#waiting.push(first);
      ({ first } = this.#planned);
    }
    const ready = this.#waiting.filter((standing) => this.#isReady(standing, now));
    const due = ready.map((standing) => ({ standing, deadline: deadlineBy(standing, now) }));
    const pace = { now, meanPerSecond: this.#meanPerSecond };
    const admitted = this.#pace.admit(due, pace).map(({ standing }) => standing);
    if (admitted.length === 0) return;
    const rotated = new Set(admitted);
    this.#waiting = this.#waiting.filter((standing) => !rotated.has(standing));
    for (const standing of rotated) yield* this.#rotate(standing, now);
  }

  /** What had expired when it was rotated, or never was. */
  expired(): ReadonlyMap<T, number> {
    for (const { target, certificate } of this.#all) {
      const end = certificate?.notAfter.getTime();
      if (end !== undefined && end < this.#terms.until) this.#expired.set(target, end);
    }
    return this.#expired;
  }

  /** A target whose window has closed meanwhile waits for the next one. */
  #isReady(standing: Standing<T>, now: number): boolean {
    const { target, certificate } = standing;
    const { isReachable } = this.#terms;
    if (isReachable && !isReachable(target.lane, now)) return false;
    if (!target.timing.rotationWindow || !certificate) return true;
    return rotationTimeOf(certificate, target.timing, new Date(now)).getTime() <= now;
  }

  *#rotate(standing: Standing<T>, now: number): Generator<SimulatedRotation<T>> {
    const { target, certificate, isBacklog } = standing;
    const expiry = certificate?.notAfter.getTime();
    const at = this.#issuing.take(this.#spacingIn(target.lane).take(now));
    if (expiry !== undefined && expiry < at) this.#expired.set(target, expiry);
    if (at >= this.#terms.until) return;
    const issued = target.issuedAt(at);
    if ('fault' in issued) {
      yield { target, at, expiry, isBacklog, fault: issued.fault };
      return;
    }
    yield { target, at, expiry, isBacklog };
    this.#plan(standing, issued.certificate, at);
  }

  /** Gives a target a new certificate, and its place among those whose time comes. */
  #plan(standing: Standing<T>, certificate: Validity, at: number): void {
    const { timing, issuerEnd } = standing.target;
    standing.certificate = certificate;
    standing.isBacklog = false;
    delete standing.deadline;
    if (certificate.notAfter.getTime() >= issuerEnd) return;
    standing.rotationTime = rotationTimeOf(certificate, timing, new Date(at)).getTime();
    this.#planned.add(standing);
  }

  #spacingIn(lane: Lane): Spacing {
    const { writesPerSecond } = this.#terms.limits;
    const spacing =
      this.#lanes.get(lane) ?? spacingOf(lane === ELSEWHERE ? 'unlimited' : writesPerSecond);
    this.#lanes.set(lane, spacing);
    return spacing;
  }
}

function rankOf({ target, certificate }: Standing<SimulatedTarget>): Rank {
  return { urgency: target.urgency ?? 'due', expiry: certificate?.notAfter.getTime() };
}

function deadlineBy(standing: Standing<SimulatedTarget>, now: number): number {
  const { certificate, target } = standing;
  if (!certificate) return now;
  if (target.timing.rotationWindow) return deadlineOf(certificate, target.timing, now);
  standing.deadline ??= deadlineOf(certificate, target.timing, now);
  return standing.deadline;
}
