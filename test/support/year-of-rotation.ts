import type { RotationLimits } from '../../src/rotation/schedule/limits.ts';
import { fractionOf } from '../../src/rotation/schedule/name-fraction.ts';
import {
  certificateEndingAt,
  rotationTimeOf,
  type Timing,
} from '../../src/rotation/schedule/rotation-time.ts';
import { type SimulatedTarget, simulate } from '../../src/rotation/schedule/simulate.ts';

const DAY_MS = 86_400_000;
const DAYS = 365;
const FROM = Date.parse('2030-01-01T00:00:00Z');
/** The API server is away from the 180th day on, for three. */
const OUTAGE = { start: 180, end: 183 };
const PASS_MS = 300_000;

/** What a year came to. */
export interface Year {
  readonly rotations: number;
  readonly rotationsByDay: readonly number[];
  readonly expired: readonly string[];
  /** The busiest day, outage and its catch-up included, to the mean of the year. */
  readonly peakToMean: number;
  /** The day on which the API server was there again. */
  readonly outageEnd: number;
}

/** A year of targets with 30-day certificates on the virtual clock, with the service's own schedule. */
export function liveThroughYear(about: {
  readonly limits: RotationLimits;
  readonly targets?: number;
  readonly jitter?: string;
  /** Instead of at any time of the month before. */
  readonly areIssuedTogether?: boolean;
}): Year {
  const { limits, targets = 10_000, jitter, areIssuedTogether = false } = about;
  const fleet = Array.from({ length: targets }, (_, index) => {
    const timing = { name: `host-${index}`, validity: '30d', ...(jitter ? { jitter } : {}) };
    return targetOf(timing, areIssuedTogether ? 0 : fractionOf(`age of ${timing.name}`));
  });
  const steps = simulate(fleet, {
    from: FROM,
    until: FROM + DAYS * DAY_MS,
    intervalMs: PASS_MS,
    limits,
    isReachable: (_, at) => at < dayAt(OUTAGE.start) || at >= dayAt(OUTAGE.end),
  });
  const rotationsByDay = Array<number>(DAYS).fill(0);
  let step = steps.next();
  for (; !step.done; step = steps.next()) {
    if (!step.value) continue;
    const day = Math.floor((step.value.at - FROM) / DAY_MS);
    rotationsByDay[day] = (rotationsByDay[day] ?? 0) + 1;
  }
  const rotations = rotationsByDay.reduce((sum, count) => sum + count, 0);
  return {
    rotations,
    rotationsByDay,
    expired: [...step.value.keys()].map(({ timing }) => timing.name),
    peakToMean: Math.max(...rotationsByDay) / (rotations / DAYS),
    outageEnd: OUTAGE.end,
  };
}

function dayAt(day: number): number {
  return FROM + day * DAY_MS;
}

/** Issued this part of its interval ago. */
function targetOf(timing: Timing, age: number): SimulatedTarget {
  const interval = rotationTimeOf(certificateEndingAt(new Date(FROM), timing), timing, new Date(0));
  const intervalMs = interval.getTime() - (FROM - 30 * DAY_MS);
  const notAfter = new Date(FROM + 30 * DAY_MS - age * intervalMs);
  const certificate = certificateEndingAt(notAfter, timing);
  return {
    timing,
    lane: 'kubernetes/',
    issuerEnd: Number.POSITIVE_INFINITY,
    issuedAt: (at) => ({
      certificate: certificateEndingAt(new Date(at + 30 * DAY_MS - 1_000), timing),
    }),
    certificate,
    rotationTime: rotationTimeOf(certificate, timing, new Date(FROM)).getTime(),
  };
}
