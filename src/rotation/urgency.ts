import { hasEnded } from '../has-ended.ts';
import type { TargetState, TargetStatus } from './target.ts';

/** What decides how soon somebody ought to look at a target. */
export interface Standing extends Pick<TargetStatus, 'state' | 'notAfter' | 'nextRotationAt'> {
  /** Whether something else is served than what was written; absent where nobody looks. */
  readonly isStale?: boolean;
}

/** A target's place among all: what needs a person, then what comes first, then the name. */
export type Urgency = readonly [rank: 0 | 1, time: number, name: string];

const NEEDS_A_PERSON: readonly TargetState[] = ['failing', 'conflict'];

/** Whether rotation does not mend this by itself, or has not in time. */
export function needsAttention(standing: Standing, now: Date): boolean {
  const { state, notAfter, isStale = false } = standing;
  return (
    NEEDS_A_PERSON.includes(state) || isStale || (notAfter !== null && hasEnded({ notAfter }, now))
  );
}

/**
 * The place of a target that stands so at `now`. Among those that need a person the end of the certificate counts, and
 * among the others whatever comes first, its end or its rotation; a place that holds none comes before all that do.
 */
export function urgencyOf(name: string, standing: Standing, now: Date): Urgency {
  const { notAfter, nextRotationAt } = standing;
  const ends = notAfter?.getTime() ?? 0;
  if (needsAttention(standing, now)) return [0, ends, name];
  return [1, Math.min(ends, nextRotationAt?.getTime() ?? ends), name];
}

/** Negative where `one` is more urgent, as `sort` wants it; no two targets have the same name. */
export function compareUrgency(one: Urgency, other: Urgency): number {
  const [oneName, otherName] = [one[2], other[2]];
  return (
    one[0] - other[0] || one[1] - other[1] || (oneName < otherName ? -1 : +(oneName > otherName))
  );
}
