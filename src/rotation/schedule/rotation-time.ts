import type { Validity } from '../../certificate.ts';
import { durationSeconds } from '../../issuance/duration.ts';
import { lifeSecondsOf, renewalTimeOf } from '../renewal-time.ts';
import type { RotationTarget } from '../target.ts';
import { fractionOf } from './name-fraction.ts';
import {
  type Opening,
  openingAfter,
  openingAt,
  openingBefore,
  type RotationWindow,
} from './rotation-window.ts';

/** What decides when a target's turn comes. */
export type Timing = Pick<
  RotationTarget,
  'name' | 'validity' | 'renewBefore' | 'jitter' | 'rotationWindow'
>;

/** The moments of a certificate's life that matter to its rotation, in milliseconds since 1970. */
interface Moments {
  /** The earliest at which a window may be used that lies before the certificate's own time. */
  readonly halfLife: number;
  /** Its due time less the jitter. */
  readonly own: number;
  /** From then on no window is waited for. */
  readonly override: number;
}

/** Of the life, over which the targets that were issued together are spread when they are renewed. */
const DEFAULT_JITTER_FRACTION = 0.1;
/**
 * Of the time from issue to due, at most: with the default of two thirds of a life that ends at its half, and
 * however early a target is due, its certificate is never due as soon as it is issued.
 */
const MAX_JITTER_FRACTION = 1 / 4;
/** Of the time from due to expiry, after which a window is not waited for any more: as much is left to mend what is wrong. */
const OVERRIDE_FRACTION = 1 / 2;
/** Of a window, over which those are spread that waited for it: the other half is there for whatever takes longer. */
const SPREAD_FRACTION = 1 / 2;

/**
 * When the schedule rotates a certificate that is good otherwise, as seen at `now`: its due time less the jitter,
 * or else what the window of its target makes of that. Not after `now` means: now.
 */
export function rotationTimeOf(certificate: Validity, target: Timing, now: Date): Date {
  const moments = momentsOf(certificate, target);
  const { rotationWindow } = target;
  if (rotationWindow === undefined) return new Date(moments.own);
  const share = fractionOf(target.name) * SPREAD_FRACTION;
  return new Date(windowedTime(moments, { window: rotationWindow, share }, now.getTime()));
}

/**
 * By when a target that is due should be rotated: before the window that is open has ended, and before the time that
 * overrides windows. In milliseconds since 1970.
 */
export function deadlineOf(certificate: Validity, target: Timing, now: number): number {
  const override = overrideOf(certificate, renewalTimeOf(certificate, target).getTime());
  const { rotationWindow } = target;
  const opening = rotationWindow && openingAt(rotationWindow, now);
  return Math.min(override, opening?.end ?? override);
}

/** What is known of a certificate whose end alone was kept: it has lived as long as its target says. */
export function certificateEndingAt(notAfter: Date, { validity }: Timing): Validity {
  const lifeMs = durationSeconds(validity) * 1000;
  return { notBefore: new Date(notAfter.getTime() - lifeMs + 1000), notAfter };
}

/** Whether a target asks for more than is ever given. */
export function isTooMuchJitter(certificate: Validity, target: Timing): boolean {
  const { jitter = NO_JITTER } = target;
  return jitterSeconds(jitter) > maxJitterSeconds(certificate, target);
}

/** Once in how many milliseconds a target is rotated on average, while nothing is wrong with it. */
export function intervalMsOf(target: Timing): number {
  const end = new Date(durationSeconds(target.validity) * 1000);
  const { own } = momentsOf(certificateEndingAt(end, target), target);
  return Math.max(1000, own);
}

function momentsOf(certificate: Validity, target: Timing): Moments {
  const due = renewalTimeOf(certificate, target).getTime();
  const life = lifeSecondsOf(certificate, target);
  const asked =
    target.jitter === undefined ? life * DEFAULT_JITTER_FRACTION : jitterSeconds(target.jitter);
  const jitter = Math.max(0, Math.min(asked, maxJitterSeconds(certificate, target)));
  return {
    halfLife: certificate.notAfter.getTime() - (life * 1000) / 2,
    own: due - Math.floor(jitter * fractionOf(target.name)) * 1000,
    override: overrideOf(certificate, due),
  };
}

function overrideOf({ notAfter }: Validity, due: number): number {
  return due + (notAfter.getTime() - due) * OVERRIDE_FRACTION;
}

/** The longest jitter that leaves a certificate its time. */
function maxJitterSeconds(certificate: Validity, target: Timing): number {
  const due = renewalTimeOf(certificate, target).getTime();
  const issued = certificate.notAfter.getTime() - lifeSecondsOf(certificate, target) * 1000;
  return ((due - issued) / 1000) * MAX_JITTER_FRACTION;
}

function jitterSeconds(text: string): number {
  return text === NO_JITTER ? 0 : durationSeconds(text);
}

/** The only duration that is none. */
export const NO_JITTER = '0s';

interface WindowUse {
  readonly window: RotationWindow;
  /** How far into an opening a target waits that did not come by its own time. */
  readonly share: number;
}

function windowedTime({ halfLife, own, override }: Moments, use: WindowUse, now: number): number {
  if (now >= override) return override;
  const next = turnFrom(use, own, Math.max(own, now));
  if (next !== undefined && next < override) return next;
  // No window is left before it is too late. If there was none from the start, an earlier one does.
  const first = now <= own ? next : turnFrom(use, own, own);
  if (first !== undefined && first < override) return override;
  const early = openingBefore(use.window, own);
  if (!early || early.start < halfLife || now >= early.end) return override;
  return turnIn(early, use.share);
}

/** The first moment from `from` on at which the window lets a target do what it wanted to do at `own`. */
function turnFrom(use: WindowUse, own: number, from: number): number | undefined {
  const open = openingAt(use.window, from);
  if (open) {
    const turn = open.start <= own ? own : turnIn(open, use.share);
    return Math.max(turn, from);
  }
  const next = openingAfter(use.window, from);
  return next && turnIn(next, use.share);
}

function turnIn({ start, end }: Opening, share: number): number {
  return start + Math.floor(((end - start) * share) / 1000) * 1000;
}
