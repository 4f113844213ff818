import type { Actor } from '../audit/entry.ts';
import { PkiError } from '../errors.ts';
import { hasEnded } from '../has-ended.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import { assertAccepted, assertWritable } from './delivery.ts';
import type { DestinationFiles } from './destination.ts';
import { expectationOf, filesOf } from './expectation.ts';
import {
  failedPass,
  foreignPass,
  type Occasion,
  rotatedPass,
  type TargetPass,
} from './pass-outcome.ts';
import type { PassOverDeps } from './pass-over.ts';
import { type Expectation, reasonsToRotate } from './reasons.ts';
import { nextRevision, unheld, type WritableState, writeOver } from './replace-files.ts';
import type { KeptCertificate, Revision } from './revision.ts';
import { ownerOf, type TargetRotationDeps } from './rotate-target.ts';
import type { RotationReason } from './rotation-reason.ts';
import type { HeldCertificate, TargetRecord } from './rotation-record.ts';

export interface RollBackDeps extends TargetRotationDeps, Pick<PassOverDeps, 'recordPass'> {
  readonly listRevisions: (
    target: string,
    page: { readonly limit: number; readonly before: number | undefined },
  ) => Promise<readonly Revision[]>;
}

/** Mostly the second one is what is looked for. */
const REVISIONS_AT_ONCE = 100;

const REASONS: readonly RotationReason[] = ['rolledBack'];

/**
 * Puts the certificate back that was there before the present one, as a revision of its own. It is held there for half of
 * the life that it has left: its own renewal time is mostly over, and the next pass would undo what was asked for.
 *
 * @throws {PkiError} `revision-unavailable` where there is none that could be used; what goes wrong after that is told
 *   in the pass
 */
export async function rollBackTarget(
  deps: RollBackDeps,
  record: TargetRecord,
  actor: Actor,
): Promise<TargetPass> {
  const kept = await previousCertificate(deps, record);
  const occasion = () => ({ actor, time: deps.now(), reasons: REASONS });
  try {
    const expected = await expectationOf(deps, record.target);
    const prepared = preparedFrom(kept, expected, deps.now());
    const found = await deps.destinations.read(record.target.destination);
    const owner = await ownerOf(deps, found, record.target);
    if (found.kind === 'foreign' || owner !== undefined) {
      return foreignPass(record, owner, occasion());
    }
    return await putInPlace(deps, { ...prepared, record, kept, expected, found }, occasion());
  } catch (cause) {
    if (cause instanceof PkiError && cause.code === 'revision-unavailable') throw cause;
    const error = cause instanceof PkiError ? cause.message : 'an unforeseen error; see the log';
    const latest = (await deps.findTarget(record.target.name)) ?? record;
    return failedPass(latest, { error, cause }, occasion());
  }
}

interface Prepared {
  readonly files: DestinationFiles;
  readonly certificate: DecodedCertificate;
  readonly held: HeldCertificate;
}

/** @throws {PkiError} `revision-unavailable` for a certificate that the target's declaration no longer asks for */
function preparedFrom(kept: KeptCertificate, expected: Expectation, now: Date): Prepared {
  const files = filesOf(kept, expected);
  const { reasons, certificate } = reasonsToRotate(files, expected, now);
  if (!certificate) throw unavailable('the one before it cannot be read');
  const held = heldAt(certificate, now);
  const faults = unheld(reasons, certificate, held, now);
  if (faults.length === 0) return { files, certificate, held };
  throw unavailable(`the one before it would be replaced: ${faults.join(', ')}`);
}

async function putInPlace(
  deps: RollBackDeps,
  work: Prepared & {
    readonly record: TargetRecord;
    readonly kept: KeptCertificate;
    readonly expected: Expectation;
    readonly found: WritableState;
  },
  occasion: Occasion,
): Promise<TargetPass> {
  const { files, certificate, held, record, kept, expected, found } = work;
  assertWritable(expected, found, occasion.time);
  const clockOffset = deps.destinations.clockOffset?.(record.target.destination);
  assertAccepted(files, { expected, found, held, now: occasion.time, clockOffset });
  const { revision: mark } = record;
  const { actor } = occasion;
  const revision = nextRevision({
    expected,
    judged: found,
    reasons: REASONS,
    revision: mark,
    actor,
  });
  // Kept before the revision is: the pass that completes it must not take the certificate for due.
  const intended = { ...record.progress, held };
  await deps.recordPass(record.target.name, { progress: intended, auditEntries: [] });
  await deps.addRevision(revision, kept);
  const { target: targetName, number } = revision;
  const { serialNumber, notAfter } = certificate;
  const write = { targetName, revision: number, serialNumber, notAfter, files };
  if (!(await writeOver(deps, record.target, { judged: found, write }))) {
    const message = 'the destination was changed by somebody else meanwhile';
    throw new PkiError('target-unavailable', message);
  }
  const replaced = { certificate, revision: number, files, isPutBack: true, fight: undefined };
  const progress = { ...record.progress, held };
  return rotatedPass({ ...record, progress }, replaced, occasion);
}

/** The last certificate that was in place before the present one, and can be put back. */
async function previousCertificate(
  deps: RollBackDeps,
  { target: { name } }: TargetRecord,
): Promise<KeptCertificate> {
  const previous = await previousRevision(deps, name);
  if (!previous) throw unavailable('no other certificate was there before it');
  if (hasEnded(previous, deps.now())) {
    throw unavailable(`the one before it, ${previous.serialNumber}, has expired`);
  }
  const kept = previous.isKeyKept ? await deps.keptCertificate(name, previous.number) : undefined;
  if (!kept)
    throw unavailable(
      `the key of the one before it, ${previous.serialNumber}, is not kept any more`,
    );
  return kept;
}

/** Past all revisions in a row that put one and the same certificate back. */
async function previousRevision(deps: RollBackDeps, name: string): Promise<Revision | undefined> {
  let present: string | undefined;
  let before: number | undefined;
  for (;;) {
    const page = await deps.listRevisions(name, { limit: REVISIONS_AT_ONCE, before });
    const written = page.filter(({ writtenAt }) => writtenAt !== null);
    present ??= written[0]?.serialNumber;
    const found = written.find(({ serialNumber }) => serialNumber !== present);
    if (found || page.length < REVISIONS_AT_ONCE) return found;
    before = page.at(-1)?.number;
  }
}

function heldAt(
  { serialNumber, notAfter }: { readonly serialNumber: string; readonly notAfter: Date },
  now: Date,
): HeldCertificate {
  return { serialNumber, until: new Date((now.getTime() + notAfter.getTime()) / 2) };
}

function unavailable(why: string): PkiError {
  return new PkiError('revision-unavailable', `there is no certificate to go back to: ${why}`);
}
