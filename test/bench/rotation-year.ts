import { DEFAULT_LIMITS } from '../../src/rotation/schedule/limits.ts';
import { liveThroughYear } from '../support/year-of-rotation.ts';
import { type Line, tableOf, verdictOf } from './line.ts';

const TARGETS = 10_000;
/** Of the busiest day to the mean, what is made up for after the outage included. */
const MOST_PEAK = 1.3;
const MOST_SECONDS = 60;

/** A year of 10,000 targets on the virtual clock, by the schedule's own code, with an outage of three days. */
export function reportRotationYear(): void {
  const start = performance.now();
  const year = liveThroughYear({ limits: DEFAULT_LIMITS, targets: TARGETS });
  const seconds = (performance.now() - start) / 1000;
  const perDay = year.rotations / year.rotationsByDay.length;
  console.log(
    `A year of ${TARGETS} targets with 30-day certificates, their API server away for 3 days:`,
  );
  console.log(`${year.rotations} rotations, ${perDay.toFixed(0)} a day on average\n`);
  const lines: readonly Line[] = [
    lineOf('expired at any time', `${year.expired.length}`, '0', year.expired.length === 0),
    lineOf(
      'busiest day',
      `${year.peakToMean.toFixed(2)} × mean`,
      `≤ ${MOST_PEAK} ×`,
      year.peakToMean <= MOST_PEAK,
    ),
    lineOf('wall time', `${seconds.toFixed(1)} s`, `< ${MOST_SECONDS} s`, seconds < MOST_SECONDS),
  ];
  console.log(tableOf(lines));
}

function lineOf(work: string, outcome: string, goal: string, isMet: boolean): Line {
  return { work, certwright: '', beside: '', outcome, goal, verdict: verdictOf(isMet) };
}
