import type { KeyObject } from 'node:crypto';
import type { Actor, AuditEntry } from '../audit/entry.ts';
import { type Certificate, SUBJECT_ALT_NAME_KINDS } from '../certificate.ts';
import { PkiError, refused } from '../errors.ts';
import type { LeafRequest } from '../issuance/issue-leaf.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import type { DestinationState, DestinationStore } from './destination.ts';
import { expectationOf, filesOf } from './expectation.ts';
import { type Expectation, reasonsToRotate, renewalTimeOf } from './reasons.ts';
import type { RotationReason } from './rotation-reason.ts';
import {
  type RotationItem,
  retryTimeAfter,
  type TargetProgress,
  type TargetRecord,
} from './rotation-record.ts';
import type { RotationTarget, TargetState } from './target.ts';
import { durationViolations } from './target-violations.ts';

/** What one target's rotation needs from outside. */
export interface TargetRotationDeps {
  readonly now: () => Date;
  readonly pathOf: (authority: string) => Promise<readonly DecodedCertificate[]>;
  readonly issue: (
    request: LeafRequest,
    actor: Actor,
  ) => Promise<{ readonly certificate: Certificate; readonly privateKey?: KeyObject }>;
  readonly destinations: Pick<DestinationStore, 'read' | 'write'>;
}

/** What a pass over one target came to: the answer, what is kept, and what the journal says. */
export interface TargetPass {
  readonly item: RotationItem;
  readonly progress: TargetProgress;
  readonly auditEntries: readonly AuditEntry[];
  /** Whatever lies beneath an error, for the log alone. */
  readonly cause?: unknown;
}

/**
 * Looks at a target's destination and, where there is a reason, makes a new key and certificate and
 * replaces what is there. Never throws: what goes wrong with one target stays with that target.
 *
 * Safe to run again after a crash at any point, because it judges the destination as it is.
 */
export async function rotateTarget(
  deps: TargetRotationDeps,
  record: TargetRecord,
  { actor, isRequested }: { readonly actor: Actor; readonly isRequested: boolean },
): Promise<TargetPass> {
  const { target } = record;
  let reasons: readonly RotationReason[] = isRequested ? ['requested'] : [];
  try {
    // 1. Look at what is there.
    const faults = durationViolations(target);
    if (faults.length > 0) throw refused(faults);
    const found = await deps.destinations.read(target.destination, target.name);
    if (found.kind === 'foreign') {
      const error = `belongs to ${found.owner}; nothing was written`;
      return failed(deps, record, { reasons, error, actor, state: 'conflict' });
    }

    // 2. Judge it.
    const expected = await expectationOf(target, deps.pathOf);
    const judged = judge(found, expected, deps.now());
    reasons = [...judged.reasons, ...reasons];
    const obstacle = found.kind === 'present' ? found.obstacle : undefined;
    if (obstacle !== undefined) {
      return failed(deps, record, { reasons, error: obstacle, actor });
    }
    if (reasons.length === 0 && judged.certificate) {
      return {
        item: current(target, judged.certificate),
        ...kept(deps, record, { certificate: judged.certificate, actor }),
      };
    }

    // 3. Issue, check what is about to be written, and write it in one go.
    const certificate = await replace(deps, { expected, found, actor });
    return rotated(deps, record, { certificate, reasons, actor });
  } catch (cause) {
    const error = cause instanceof PkiError ? cause.message : 'an unforeseen error; see the log';
    return { ...failed(deps, record, { reasons, error, actor }), cause };
  }
}

function judge(
  found: Exclude<DestinationState, { kind: 'foreign' }>,
  expected: Expectation,
  now: Date,
) {
  if (found.kind === 'absent') {
    return { reasons: ['missing'] as const, certificate: undefined };
  }
  const judged = reasonsToRotate(found.files, expected, now);
  // A change that our rules do not tell from what we wrote is a change all the same.
  return judged.reasons.length === 0 && !found.isAsWritten
    ? { ...judged, reasons: ['specChanged'] as const }
    : judged;
}

async function replace(
  deps: TargetRotationDeps,
  work: {
    readonly expected: Expectation;
    readonly found: Exclude<DestinationState, { kind: 'foreign' }>;
    readonly actor: Actor;
  },
): Promise<DecodedCertificate> {
  const { expected, found, actor } = work;
  const { target } = expected;
  const { certificate, privateKey } = await deps.issue(leafRequestOf(target), actor);
  const privateKeyPem = String(privateKey?.export({ type: 'pkcs8', format: 'pem' }) ?? '');
  const files = filesOf({ der: certificate.der, privateKeyPem }, expected);
  const judged = reasonsToRotate(files, expected, deps.now());
  if (judged.reasons.length > 0 || !judged.certificate) {
    const faults = judged.reasons.join(', ');
    throw new PkiError('request-refused', `a fresh certificate would be ${faults}`);
  }
  const { serialNumber, notAfter } = certificate;
  const write = { targetName: target.name, serialNumber, notAfter, files, found };
  await deps.destinations.write(target.destination, write);
  return judged.certificate;
}

function leafRequestOf(target: RotationTarget): LeafRequest {
  const { authority, profile, subject, keyAlgorithm, validity } = target;
  const names = Object.fromEntries(SUBJECT_ALT_NAME_KINDS.map((kind) => [kind, target[kind]]));
  return { authority, profile, subject, keyAlgorithm, validity, ...names };
}

function current(target: RotationTarget, { serialNumber }: DecodedCertificate): RotationItem {
  return { target: target.name, outcome: 'current', reasons: [], serialNumber };
}

/**
 * A certificate that no pass has noted was written by one that was cut off before it could: the journal
 * hears of it now.
 */
function kept(
  { now }: TargetRotationDeps,
  { target, progress }: TargetRecord,
  { certificate, actor }: { readonly certificate: DecodedCertificate; readonly actor: Actor },
): Pick<TargetPass, 'progress' | 'auditEntries'> {
  const { lastRotatedAt, serialNumber } = progress.status;
  const details = { ...writtenDetails(target, certificate), reasons: [], isFoundLater: true };
  const entry: AuditEntry = { time: now(), actor, action: 'destination.written', details };
  return {
    progress: goodProgress(target, certificate, lastRotatedAt),
    auditEntries: serialNumber === certificate.serialNumber ? [] : [entry],
  };
}

function writtenDetails(
  { name, destination }: RotationTarget,
  { serialNumber, notAfter }: DecodedCertificate,
) {
  return { target: name, destination, serialNumber, notAfter };
}

function rotated(
  { now }: TargetRotationDeps,
  { target }: TargetRecord,
  done: {
    readonly certificate: DecodedCertificate;
    readonly reasons: readonly RotationReason[];
    readonly actor: Actor;
  },
): TargetPass {
  const { certificate, reasons, actor } = done;
  const { serialNumber } = certificate;
  const time = now();
  const details = { ...writtenDetails(target, certificate), reasons };
  return {
    item: { target: target.name, outcome: 'rotated', reasons, serialNumber },
    progress: goodProgress(target, certificate, time),
    auditEntries: [{ time, actor, action: 'destination.written', details }],
  };
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

/** The journal hears of a failure once, not on every pass that finds it unchanged. */
function failed(
  { now }: TargetRotationDeps,
  { target, progress }: TargetRecord,
  failure: {
    readonly reasons: readonly RotationReason[];
    readonly error: string;
    readonly actor: Actor;
    readonly state?: TargetState;
  },
): TargetPass {
  const { reasons, error, actor, state = 'failing' } = failure;
  const time = now();
  const failures = progress.failures + 1;
  const status = { ...progress.status, state, reasons, lastError: error };
  const details = { target: target.name, destination: target.destination, reasons, error };
  const isNews = progress.status.lastError !== error;
  return {
    item: {
      target: target.name,
      outcome: 'failed',
      reasons,
      serialNumber: progress.status.serialNumber,
      error,
    },
    progress: { status, failures, retryAt: retryTimeAfter(failures, time) },
    auditEntries: isNews ? [{ time, actor, action: 'rotation.failed', details }] : [],
  };
}
