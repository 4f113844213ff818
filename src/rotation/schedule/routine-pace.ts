import type { RotationLimits } from './limits.ts';

/** A target that is due and has not been rotated yet. */
export interface Due {
  /** By when it should be, in milliseconds since 1970. */
  readonly deadline: number;
}

/** What a pass knows of the routine. */
export interface Routine {
  readonly now: number;
  /** Rotations a second of all targets on average, while nothing is wrong. */
  readonly meanPerSecond: number;
}

/** So much faster than on average: what an outage has held up is made up for without a herd, then or a lifetime later. */
const CRUISE_FACTOR = 1.2;
/** However few targets there are, one every five minutes, and what comes together up to this at once: nobody minds those. */
const LEAST_PER_SECOND = 1 / 300;
const BURST = 50;
/** Until a pass has been seen to follow another. */
const FIRST_INTERVAL_MS = 300_000;
/** A service that was away does not save up for a herd. */
const LONGEST_INTERVAL_MS = 3_600_000;

/**
 * How many of the targets that are due a pass takes: as many as come on average and a fifth more, and more only where
 * a deadline asks for it. Certificates that are renewed together come back together, so that a herd would go round.
 */
export class RoutinePace {
  readonly #isOff: boolean;
  #tokens = BURST;
  #lastPass: number | undefined;

  /** Where writes come in one fast burst, the routine does as well. */
  constructor({ writesPerSecond }: Pick<RotationLimits, 'writesPerSecond'>) {
    this.#isOff = writesPerSecond === 'burst';
  }

  /** Those that are rotated now, the nearest deadline first. */
  admit<T extends Due>(waiting: readonly T[], { now, meanPerSecond }: Routine): readonly T[] {
    const sinceMs = Math.max(0, now - (this.#lastPass ?? now - FIRST_INTERVAL_MS));
    const intervalMs = Math.min(sinceMs, LONGEST_INTERVAL_MS);
    this.#lastPass = now;
    const sorted = waiting.toSorted((one, other) => one.deadline - other.deadline);
    if (this.#isOff) return sorted;
    // A deadline before the pass after the next must not be left to the next: that may come late.
    const pressing = sorted.findIndex(({ deadline }) => deadline > now + 2 * intervalMs);
    const overdue = pressing === -1 ? sorted.length : pressing;
    const cruise = Math.max(CRUISE_FACTOR * meanPerSecond, LEAST_PER_SECOND);
    const perSecond = Math.max(cruise, perSecondFor(sorted.slice(overdue), overdue, now));
    const earned = (perSecond * intervalMs) / 1000;
    this.#tokens = Math.min(this.#tokens + earned, Math.max(BURST, 2 * earned));
    const admitted = sorted.slice(0, Math.max(overdue, Math.floor(this.#tokens)));
    this.#tokens = Math.max(0, this.#tokens - admitted.length);
    return admitted;
  }
}

/** The slowest steady rate that keeps all deadlines, `before` others going first. */
function perSecondFor(sorted: readonly Due[], before: number, now: number): number {
  return sorted.reduce(
    (most, { deadline }, index) => Math.max(most, (before + index + 1) / ((deadline - now) / 1000)),
    0,
  );
}
