import type { Actor, AuditEntry } from '../audit/entry.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import { renewalTimeOf } from './reasons.ts';
import type { RotationReason } from './rotation-reason.ts';
import {
  type RotationItem,
  retryTimeAfter,
  type TargetProgress,
  type TargetRecord,
} from './rotation-record.ts';
import type { RotationTarget, TargetState } from './target.ts';

/** What a pass over one target came to: the answer, what is kept, and what the journal says. */
export interface TargetPass {
  readonly item: RotationItem;
  readonly progress: TargetProgress;
  readonly auditEntries: readonly AuditEntry[];
  /** Whatever lies beneath an error, for the log alone. */
  readonly cause?: unknown;
}

interface Occasion {
  readonly actor: Actor;
  readonly time: Date;
  readonly reasons: readonly RotationReason[];
}

/**
 * The destination is good as it is. A certificate that no pass has noted was written by one that was
 * cut off before it could: the journal hears of it now.
 */
export function keptPass(
  { target, progress }: TargetRecord,
  certificate: DecodedCertificate,
  { actor, time }: Occasion,
): TargetPass {
  const { lastRotatedAt, serialNumber } = progress.status;
  const details = { ...writtenDetails(target, certificate), reasons: [], isFoundLater: true };
  const entry: AuditEntry = { time, actor, action: 'destination.written', details };
  return {
    item: itemOf(target, certificate, { outcome: 'current', reasons: [] }),
    progress: goodProgress(target, certificate, lastRotatedAt),
    auditEntries: serialNumber === certificate.serialNumber ? [] : [entry],
  };
}

/** The destination holds a new key and certificate. */
export function rotatedPass(
  { target }: TargetRecord,
  certificate: DecodedCertificate,
  { actor, time, reasons }: Occasion,
): TargetPass {
  const details = { ...writtenDetails(target, certificate), reasons };
  return {
    item: itemOf(target, certificate, { outcome: 'rotated', reasons }),
    progress: goodProgress(target, certificate, time),
    auditEntries: [{ time, actor, action: 'destination.written', details }],
  };
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
  const { serialNumber, lastError } = progress.status;
  const details = { target: name, destination, reasons, error };
  return {
    item: { target: name, outcome: 'failed', reasons, serialNumber, error },
    progress: {
      status: { ...progress.status, state, reasons, lastError: error },
      failures,
      retryAt: retryTimeAfter(failures, time),
    },
    auditEntries: lastError === error ? [] : [{ time, actor, action: 'rotation.failed', details }],
    cause,
  };
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
  lastRotatedAt: Date | null,
): TargetProgress {
  const { serialNumber, notAfter } = certificate;
  const nextRotationAt = renewalTimeOf(certificate, target);
  const found = { serialNumber, notAfter, nextRotationAt, lastRotatedAt };
  const status = { state: 'current', reasons: [], ...found, lastError: null } as const;
  return { status, failures: 0, retryAt: null };
}
