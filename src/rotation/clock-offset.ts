/** By how much this service's clock is ahead of another one, in milliseconds: somewhere between the two; less than 0: behind. */
export interface ClockOffset {
  readonly leastMs: number;
  readonly mostMs: number;
}

/** The latest that the other clock may show at our `now`. */
export function latestThere(now: Date, { leastMs }: ClockOffset): Date {
  return new Date(now.getTime() - leastMs);
}

/** Our `now`, or what the other clock shows where ours is behind it for certain. */
export function laterOfBoth(now: Date, offset: ClockOffset | undefined): Date {
  return offset && offset.mostMs < 0 ? new Date(now.getTime() - offset.mostMs) : now;
}

/** What is most likely, in seconds. */
export function likelySeconds({ leastMs, mostMs }: ClockOffset): number {
  return (leastMs + mostMs) / 2_000;
}
