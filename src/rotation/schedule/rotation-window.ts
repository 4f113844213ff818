import { Cron } from 'croner';
import type { Violation } from '../../errors.ts';
import { durationSeconds } from '../../issuance/duration.ts';
import { oncePer } from '../../once-per.ts';

/** When what is merely due may be rotated: from each moment of `cron` on, for `duration`. */
export interface RotationWindow {
  /** Five fields, as crontab(5) has them. */
  readonly cron: string;
  /** Duration text. */
  readonly duration: string;
  /** IANA name; absent: UTC. */
  readonly timeZone?: string;
}

/** One opening of a window, in milliseconds since 1970; the end is not part of it. */
export interface Opening {
  readonly start: number;
  readonly end: number;
}

/** What is shorter may lie between two passes; what is longer is no window any more. */
const WINDOW_SECONDS = { min: 5 * 60, max: 7 * 86_400 } as const;

/** Everything that keeps a window from being used; pointers lead into the window. */
export function windowViolations(window: RotationWindow): readonly Violation[] {
  const { timeZone = 'UTC', duration } = window;
  const seconds = durationSeconds(duration);
  const cron = cronFault(window.cron);
  const violations: readonly (Violation | false)[] = [
    cron !== undefined && { pointer: '/cron', detail: cron },
    (seconds < WINDOW_SECONDS.min || seconds > WINDOW_SECONDS.max) && {
      pointer: '/duration',
      detail: 'must be from 5m to 7d',
    },
    !isTimeZone(timeZone) && { pointer: '/timeZone', detail: 'must be one such as Europe/Berlin' },
  ];
  return violations.filter((violation) => violation !== false);
}

function cronFault(cron: string): string | undefined {
  try {
    // A time that never comes in UTC comes nowhere.
    const next = new Cron(cron, { mode: '5-part', timezone: 'UTC' }).nextRun(new Date(0));
    return next ? undefined : 'never comes, so that the window would never open';
  } catch {
    return 'has a field that is out of its range, or cannot be read';
  }
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** The opening that `at` falls into; of several that overlap, the one that began first. */
export function openingAt(window: RotationWindow, at: number): Opening | undefined {
  const opening = openingAfter(window, at - lengthOf(window));
  return opening && opening.start <= at ? opening : undefined;
}

/** The first opening that begins after `at`. */
export function openingAfter(window: RotationWindow, at: number): Opening | undefined {
  const times = timesOf(window);
  const { known } = times;
  if (known && known.from <= at && (known.next === undefined || at < known.next.start)) {
    return known.next;
  }
  const next = asOpening(window, times.cron.nextRun(new Date(at)));
  times.known = { from: at, next };
  return next;
}

/** The last opening that begins before `at`. */
export function openingBefore(window: RotationWindow, at: number): Opening | undefined {
  return asOpening(window, timesOf(window).cron.previousRuns(1, new Date(at))[0]);
}

function asOpening(window: RotationWindow, run: Date | null | undefined): Opening | undefined {
  if (!run) return undefined;
  const start = run.getTime();
  return { start, end: start + lengthOf(window) };
}

function lengthOf({ duration }: RotationWindow): number {
  return durationSeconds(duration) * 1000;
}

interface Times {
  readonly cron: Cron;
  /** Between these two there is no other opening: the targets of a pass ask for the same one. */
  known?: { readonly from: number; readonly next: Opening | undefined };
}

const timesOf = oncePer(({ cron, timeZone = 'UTC' }: RotationWindow): Times => {
  return { cron: new Cron(cron, { mode: '5-part', timezone: timeZone }) };
});
