/** What a target waits for: what somebody asked for, what is wrong, what is merely due. */
export type Urgency = 'requested' | 'wrong' | 'due';

/** Where a target stands among those that wait. */
export interface Rank {
  readonly urgency: Urgency;
  /** When what its destination holds expires, in milliseconds since 1970; `undefined`: it holds nothing. */
  readonly expiry: number | undefined;
}

const ORDER: readonly Urgency[] = ['requested', 'wrong', 'due'];

/** Requests first, then what is wrong, then what is due; in each, the nearest expiry. */
export function isBefore(one: Rank, other: Rank): boolean {
  if (one.urgency !== other.urgency) {
    return ORDER.indexOf(one.urgency) < ORDER.indexOf(other.urgency);
  }
  const nothing = Number.NEGATIVE_INFINITY;
  return (one.expiry ?? nothing) < (other.expiry ?? nothing);
}
