import { hasEnded } from '../has-ended.ts';
import { type Fight, LAST_BACK_OFF_MS } from './fight.ts';
import type { ServingProof } from './proof/serving-proof.ts';
import type { RotationReason } from './rotation-reason.ts';
import { fractionOf } from './schedule/name-fraction.ts';
import type { RotationTarget, TargetStatus } from './target.ts';

/** A target as it is kept, with what the passes over it have left. */
export interface TargetRecord {
  readonly target: RotationTarget;
  /** A target of the settings file follows the file; the HTTP API does not change it. */
  readonly isDeclaredInFile: boolean;
  readonly progress: TargetProgress;
  /** The last revision that was recorded for it. */
  readonly revision: RevisionMark;
  /** Absent where nobody has looked yet at what is served. */
  readonly proof?: ServingProof;
}

export interface RevisionMark {
  /** 0 before the first. */
  readonly number: number;
  /** Whether it is known to lie at the destination. */
  readonly isWritten: boolean;
}

/** What one pass leaves for the next. */
export interface TargetProgress {
  readonly status: TargetStatus;
  /** Passes in a row that failed. */
  readonly failures: number;
  /** The schedule leaves the target alone until then. */
  readonly retryAt: Date | null;
  /** What somebody else has done to the destination of late; absent while nobody has. */
  readonly fight?: Fight;
  /** A certificate that was put back and is not due before a moment of its own. */
  readonly held?: HeldCertificate;
}

/** A certificate that somebody has put back: it is replaced later than its own renewal time says. */
export interface HeldCertificate {
  readonly serialNumber: string;
  readonly until: Date;
}

/** `queued`: it waits for its turn still, and is done without anybody asking again. */
export type RotationOutcome = 'rotated' | 'current' | 'failed' | 'queued';

/** What a pass did with one target, as the HTTP API answers it. */
export interface RotationItem {
  readonly target: string;
  readonly outcome: RotationOutcome;
  readonly reasons: readonly RotationReason[];
  readonly serialNumber: string | null;
  readonly error?: string;
}

/** A target for which nothing was ever written. */
export const NO_REVISION: RevisionMark = { number: 0, isWritten: true };

/** A target that no pass has looked at yet. */
export const NEW_TARGET: TargetProgress = {
  status: {
    state: 'pending',
    reasons: [],
    serialNumber: null,
    notAfter: null,
    nextRotationAt: null,
    lastRotatedAt: null,
    lastError: null,
  },
  failures: 0,
  retryAt: null,
};

/**
 * What is kept of a target's progress under another declaration: it is tried at once, however often the old one failed,
 * and what the new destination holds is nobody's overwriting.
 */
export function declaredAnew({ status, held }: TargetProgress): TargetProgress {
  return {
    ...(held ? { held } : {}),
    status: { ...status, state: 'pending' },
    failures: 0,
    retryAt: null,
  };
}

/** A target as it stands at `now`: current until its time has come, and due from then on. */
export function statusAt({ status }: TargetProgress, now: Date): TargetStatus {
  const isDue = status.nextRotationAt !== null && status.nextRotationAt <= now;
  if (status.state !== 'current' || !isDue) return status;
  const { notAfter } = status;
  const isExpired = notAfter !== null && hasEnded({ notAfter }, now);
  return { ...status, state: 'due', reasons: [isExpired ? 'expired' : 'due'] };
}

const FIRST_RETRY_MS = 5_000;
/** One interval of the default schedule: an outage that has ended is noticed within it. */
const LAST_RETRY_MS = 5 * 60_000;

/** Of the delay, by which a name makes it shorter: targets that failed together do not come back together. */
const RETRY_JITTER_FRACTION = 1 / 4;

/**
 * Whether a target is left alone after a failure. A time that lies further ahead than any that is set was set by a clock
 * that has been put back since, and does not count.
 */
export function isLeftAlone({ retryAt, fight }: TargetProgress, now: Date): boolean {
  if (retryAt === null) return false;
  const leftMs = retryAt.getTime() - now.getTime();
  return leftMs > 0 && leftMs <= (fight ? LAST_BACK_OFF_MS : LAST_RETRY_MS);
}

/** When a target that has failed `failures` times in a row is tried again: 5 s at most, doubled each time. */
export function retryTimeAfter(failures: number, now: Date, name: string): Date {
  const delayMs = Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LAST_RETRY_MS);
  const share = 1 - RETRY_JITTER_FRACTION * fractionOf(name);
  return new Date(now.getTime() + Math.floor(delayMs * share));
}
