import type { Actor, AuditEntry } from '../audit/entry.ts';
import { PkiError } from '../errors.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import type { DestinationFiles } from './destination.ts';
import { backOffEndOf, type Fight, isOver } from './fight.ts';
import type { Replaced } from './replace-files.ts';
import type { RotationReason } from './rotation-reason.ts';
import {
  type RotationItem,
  retryTimeAfter,
  type TargetProgress,
  type TargetRecord,
} from './rotation-record.ts';
import { rotationTimeOf } from './schedule/rotation-time.ts';
import type { RotationTarget, TargetState } from './target.ts';

/** What a pass over one target came to: the answer, what is kept, and what the journal says. */
export interface TargetPass {
  readonly item: RotationItem;
  readonly progress: TargetProgress;
  readonly auditEntries: readonly AuditEntry[];
  /** The revision that is known to lie at the destination now. */
  readonly writtenRevision?: number;
  /** What that is, where this pass has written it. */
  readonly writtenFiles?: DestinationFiles;
  /** Whatever lies beneath an error, for the log alone. */
  readonly cause?: unknown;
}

/** When, why and for whom a pass is made. */
export interface Occasion {
  readonly actor: Actor;
  readonly time: Date;
  readonly reasons: readonly RotationReason[];
}

/**
 * The destination is good as it is. A certificate that no pass has noted was written by one that was
 * cut off before it could: the journal hears of it now.
 */
export function keptPass(
  { target, progress, revision }: TargetRecord,
  certificate: DecodedCertificate,
  { actor, time }: Occasion,
): TargetPass {
  const { lastRotatedAt, serialNumber } = progress.status;
  const details = { ...writtenDetails(target, certificate), reasons: [], isFoundLater: true };
  const entry: AuditEntry = { time, actor, action: 'destination.written', details };
  const { fight } = progress;
  return {
    item: itemOf(target, certificate, { outcome: 'current', reasons: [] }),
    progress: {
      ...withHold(goodProgress(target, certificate, { lastRotatedAt, now: time }), progress),
      ...(fight && !isOver(fight, time) ? { fight } : {}),
    },
    auditEntries: serialNumber === certificate.serialNumber ? [] : [entry],
    ...(revision.isWritten ? {} : { writtenRevision: revision.number }),
  };
}

/** The destination holds what it ought to: a new key and certificate, or those that were issued for it before. */
export function rotatedPass(
  { target, progress }: TargetRecord,
  {
    certificate,
    revision,
    files,
    isPutBack,
    fight,
  }: Replaced & { readonly fight?: Fight | undefined },
  { actor, time, reasons }: Occasion,
): TargetPass {
  const details = { ...writtenDetails(target, certificate), revision, isPutBack, reasons };
  const { lastRotatedAt, serialNumber } = progress.status;
  const isKnown = serialNumber === certificate.serialNumber;
  const good = goodProgress(target, certificate, {
    lastRotatedAt: isPutBack && isKnown ? lastRotatedAt : time,
    now: time,
  });
  return {
    item: itemOf(target, certificate, { outcome: 'rotated', reasons }),
    progress: { ...withHold(good, progress), ...(fight ? { fight } : {}) },
    auditEntries: [{ time, actor, action: 'destination.written', details }],
    writtenRevision: revision,
    writtenFiles: files,
  };
}

/** The destination is somebody else's, and is left to them. */
export function foreignPass(
  record: TargetRecord,
  owner: string | undefined,
  occasion: Occasion,
): TargetPass {
  const error = `belongs to ${owner}; nothing was written`;
  return failedPass(record, { error, state: 'conflict' }, occasion);
}

/**
 * Another controller keeps writing: nothing is written until a back-off ends, and nothing is issued. The people who look
 * after the place are told once, when that begins.
 */
export function conflictPass(
  record: TargetRecord,
  { fight, rival }: { readonly fight: Fight; readonly rival: string },
  occasion: Occasion,
): TargetPass {
  const retryAt = backOffEndOf(fight);
  const error = `is in conflict with ${rival}, which has changed the destination ${fight.overwrites} times in a row`;
  const failed = failedPass(record, { error, state: 'conflict' }, occasion);
  return { ...failed, progress: { ...failed.progress, failures: 0, fight, retryAt } };
}

/** Nothing was written. The journal hears of a failure once, not on every pass that finds it unchanged. */
export function failedPass(
  { target, progress }: TargetRecord,
  failure: { readonly error: string; readonly state?: TargetState; readonly cause?: unknown },
  { actor, time, reasons }: Occasion,
): TargetPass {
  const { error, state = 'failing', cause } = failure;
  const failures = progress.failures + 1;
  const { name, destination } = target;
  const ownRetry = retryTimeAfter(failures, time, name);
  const { serialNumber, lastError } = progress.status;
  const details = { target: name, destination, reasons, error };
  return {
    item: { target: name, outcome: 'failed', reasons, serialNumber, error },
    progress: {
      ...progress,
      status: { ...progress.status, state, reasons, lastError: error },
      failures,
      retryAt: new Date(Math.max(ownRetry.getTime(), time.getTime() + askedMsOf(cause))),
    },
    auditEntries: lastError === error ? [] : [{ time, actor, action: 'rotation.failed', details }],
    cause,
  };
}

/** For how long a destination that made a pass fail asks to be left alone, in milliseconds. */
export function askedMsOf(cause: unknown): number {
  const isDestinations = cause instanceof PkiError && cause.code === 'target-unavailable';
  return isDestinations ? cause.retryAfterMs : 0;
}

/** A certificate that somebody has put back stays held as long as it is the one in place. */
function withHold(good: TargetProgress, { held }: TargetProgress): TargetProgress {
  if (!held || held.serialNumber !== good.status.serialNumber) return good;
  return { ...good, held, status: { ...good.status, nextRotationAt: held.until } };
}

function itemOf(
  { name }: RotationTarget,
  { serialNumber }: DecodedCertificate,
  outcome: Pick<RotationItem, 'outcome' | 'reasons'>,
): RotationItem {
  return { target: name, ...outcome, serialNumber };
}

function writtenDetails(
  { name, destination }: RotationTarget,
  { serialNumber, notAfter }: DecodedCertificate,
) {
  return { target: name, destination, serialNumber, notAfter };
}

function goodProgress(
  target: RotationTarget,
  certificate: DecodedCertificate,
  { lastRotatedAt, now }: { readonly lastRotatedAt: Date | null; readonly now: Date },
): TargetProgress {
  const { serialNumber, notAfter } = certificate;
  const nextRotationAt = rotationTimeOf(certificate, target, now);
  const found = { serialNumber, notAfter, nextRotationAt, lastRotatedAt };
  const status = { state: 'current', reasons: [], ...found, lastError: null } as const;
  return { status, failures: 0, retryAt: null };
}
