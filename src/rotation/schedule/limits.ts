/**
 * Writes a second to each API server, or no limit at all: istiod puts off what it pushes while changes come faster than
 * its debounce of 100 ms, by 10 s at most, so that either all of it comes in one fast burst, or slowly.
 */
export type WriteRate = number | 'burst';

/** How fast may be rotated. */
export interface RotationLimits {
  readonly writesPerSecond: WriteRate;
  /** Certificates a second for all targets together. */
  readonly issuesPerSecond: number | 'unlimited';
}

/** Between five a second and a burst lies what delays every change in a mesh. */
export const WRITES_PER_SECOND = { min: 0.1, max: 5 } as const;
export const ISSUES_PER_SECOND = { min: 0.1, max: 10_000 } as const;

/** Issuing for others goes on beside it: a fraction of what one core issues on P-256 keys. */
export const DEFAULT_LIMITS: RotationLimits = {
  writesPerSecond: WRITES_PER_SECOND.max,
  issuesPerSecond: 200,
};

export const NO_LIMITS: RotationLimits = {
  writesPerSecond: 'burst',
  issuesPerSecond: 'unlimited',
};
