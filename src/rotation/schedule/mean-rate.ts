import { intervalMsOf, type Timing } from './rotation-time.ts';

/** Rotations a second of all these targets on average, while nothing is wrong with them. */
export function meanPerSecondOf(targets: Iterable<Timing>): number {
  let sum = 0;
  for (const target of targets) sum += 1000 / intervalMsOf(target);
  return sum;
}
