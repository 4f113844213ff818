/** A timer may be as late as this without making the turns after it late as well. */
const LATENESS_MS = 20;

/**
 * A token bucket that holds one token: what takes turns here begins no faster than the rate, and never in a burst. Turns
 * lie on a grid of their own, so that late timers do not add up.
 */
export class Spacing {
  readonly #intervalMs: number;
  #next = Number.NEGATIVE_INFINITY;

  /** `undefined`: without a limit. */
  constructor(perSecond: number | undefined) {
    this.#intervalMs = perSecond === undefined ? 0 : 1000 / perSecond;
  }

  /** When the next turn may begin, if it is asked for at `now`. */
  next(now: number): number {
    return Math.max(now, this.#next);
  }

  /** Takes the next turn, and tells when it begins. */
  take(now: number): number {
    const turn = this.next(now);
    const isOnGrid = turn - this.#next <= LATENESS_MS;
    this.#next = (isOnGrid ? this.#next : turn) + this.#intervalMs;
    return turn;
  }
}

export function spacingOf(rate: number | 'burst' | 'unlimited'): Spacing {
  return new Spacing(typeof rate === 'number' ? rate : undefined);
}
