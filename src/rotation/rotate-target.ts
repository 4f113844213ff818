import type { Actor } from '../audit/entry.ts';
import { PkiError, refused } from '../errors.ts';
import { assertWritable } from './delivery.ts';
import type { DestinationState } from './destination.ts';
import { type ExpectationDeps, expectationOf } from './expectation.ts';
import { type Fight, isDeclared, isOver, undone } from './fight.ts';
import { couldBeSamePlace } from './overlap.ts';
import {
  conflictPass,
  failedPass,
  foreignPass,
  keptPass,
  rotatedPass,
  type TargetPass,
} from './pass-outcome.ts';
import { type Expectation, type FilesFound, reasonsToRotate } from './reasons.ts';
import { type ReplaceDeps, replaceFiles, unheld, type WritableState } from './replace-files.ts';
import type { RotationReason } from './rotation-reason.ts';
import type { HeldCertificate, RevisionMark, TargetRecord } from './rotation-record.ts';
import type { RotationTarget } from './target.ts';
import { durationViolations } from './target-violations.ts';

/** What one target's rotation needs from outside. */
export interface TargetRotationDeps extends ReplaceDeps, ExpectationDeps {
  readonly findTarget: (name: string) => Promise<TargetRecord | undefined>;
}

interface PassOptions {
  readonly actor: Actor;
  /** Whether a new key is made even where nothing is wrong. */
  readonly isRequested: boolean;
}

/** How often a destination that changes under our hands is judged anew before that is a failure. */
const JUDGEMENTS = 2;

/**
 * Looks at a target's destination and, where there is a reason, puts the right certificate there: the one that was there
 * before somebody else wrote, or a new one. Never throws: what goes wrong with one target stays with that target.
 *
 * Safe to run again after a crash at any point, because it judges the destination as it is.
 */
export async function rotateTarget(
  deps: TargetRotationDeps,
  record: TargetRecord,
  options: PassOptions,
): Promise<TargetPass> {
  for (let judgement = 1; judgement <= JUDGEMENTS; judgement += 1) {
    const pass = await rotateAsFound(deps, record, options);
    if (pass) return pass;
  }
  const occasion = { actor: options.actor, time: deps.now(), reasons: [] };
  const error = 'the destination is changed by somebody else faster than it can be written';
  return failedPass(record, { error }, occasion);
}

/** One look and what follows from it; `undefined` where it no longer held when it came to the write. */
async function rotateAsFound(
  deps: TargetRotationDeps,
  record: TargetRecord,
  { actor, isRequested }: PassOptions,
): Promise<TargetPass | undefined> {
  const { target, progress, revision } = record;
  let reasons: readonly RotationReason[] = isRequested ? ['requested'] : [];
  const occasion = () => ({ actor, time: deps.now(), reasons });
  try {
    // 1. Look at what is there.
    const faults = durationViolations(target, deps.leafProfileOf(target.profile));
    if (faults.length > 0) throw refused(faults);
    const found = await deps.destinations.read(target.destination);
    const owner = await ownerOf(deps, found, target);
    if (found.kind === 'foreign' || owner !== undefined) {
      return foreignPass(record, owner, occasion());
    }

    // 2. Judge it.
    const expected = await expectationOf(deps, target);
    const held = progress.held;
    const judged = judge(found, expected, {
      now: deps.now(),
      held,
      isOlder: isOlder(record, found),
    });
    reasons = [...judged.reasons, ...reasons];
    if (reasons.length === 0) reasons = unfinished(revision, found);
    assertWritable(expected, found, deps.now());
    if (reasons.length === 0 && judged.certificate) {
      return keptPass(record, judged.certificate, occasion());
    }

    // 3. Keep out of a fight with another controller.
    const fight = fightOf(record, found, { now: deps.now(), isRequested });
    if (fight?.isWaiting) return await conflict(deps, record, { fight, found }, occasion());

    // 4. Replace it.
    const replaced = await replaceFiles(deps, {
      expected,
      judged: found,
      reasons,
      revision,
      held: progress.held,
      actor,
      isRequested,
    });
    return replaced && rotatedPass(record, { ...replaced, fight }, occasion());
  } catch (cause) {
    const error = cause instanceof PkiError ? cause.message : 'an unforeseen error; see the log';
    return failedPass(record, { error, cause }, occasion());
  }
}

/**
 * Who else keeps the destination, in words: another controller, a target of another Certwright, or
 * another target of ours, as long as that is declared for this place. What a former target of ours has
 * left may be taken on; and a service that begins anew with its old targets takes its places back.
 */
export async function ownerOf(
  { findTarget }: Pick<TargetRotationDeps, 'findTarget'>,
  found: DestinationState,
  { name, destination }: RotationTarget,
): Promise<string | undefined> {
  if (found.kind === 'foreign') return found.owner;
  const writer = found.kind === 'present' ? found.writer : undefined;
  if (writer === undefined || writer.target === name) return undefined;
  if (!writer.isThisService) return `target "${writer.target}" of another Certwright`;
  const other = await findTarget(writer.target);
  const isStillThere = other && couldBeSamePlace(other.target.destination, destination);
  return isStillThere ? `target "${writer.target}" of this service` : undefined;
}

function judge(
  found: WritableState,
  expected: Expectation,
  {
    now,
    held,
    isOlder,
  }: { readonly now: Date; readonly held: HeldCertificate | undefined; readonly isOlder: boolean },
): FilesFound {
  if (found.kind === 'absent') return { reasons: ['missing'], certificate: undefined };
  const { reasons, certificate } = reasonsToRotate(found.files, expected, now);
  const counting = certificate ? unheld(reasons, certificate, held, now) : reasons;
  if (counting.length > 0) return { reasons: counting, certificate };
  // A change that our rules do not tell from what we wrote is a change all the same.
  if (!found.isAsWritten || isOlder) return { reasons: ['overwritten'], certificate };
  const isOfAnother = found.writer?.target !== expected.target.name;
  return { reasons: isOfAnother ? ['specChanged'] : [], certificate };
}

/** The fight with whoever has undone our last write; `undefined` where nobody has, or where all that was long ago. */
function fightOf(
  record: TargetRecord,
  found: WritableState,
  { now, isRequested }: { readonly now: Date; readonly isRequested: boolean },
): Fight | undefined {
  const { fight } = record.progress;
  if (!isUndone(record, found)) return fight && !isOver(fight, now) ? fight : undefined;
  return isRequested ? fight && { ...fight, isWaiting: false } : undone(fight, now);
}

/** Whether somebody has put back what was there before our last write, with our marks or without any. */
function isOlder({ progress: { status }, revision }: TargetRecord, found: WritableState): boolean {
  const isKnown = revision.isWritten && KNOWN_THERE.includes(status.state);
  return isKnown && found.kind === 'present' && found.revision < revision.number;
}

function isUndone(record: TargetRecord, found: WritableState): boolean {
  const {
    progress: { status },
    revision,
    target,
  } = record;
  if (revision.number === 0) return false;
  if (found.kind === 'absent') return KNOWN_THERE.includes(status.state);
  if (isOlder(record, found)) return true;
  // Another Certwright with a target of the same name writes what is whole, and not ours.
  const isOthers = found.writer?.isThisService === false;
  return found.writer?.target === target.name && (isOthers || !found.isAsWritten);
}

/** A revision that was recorded and is not in its place is a reason by itself. */
function unfinished(
  { number, isWritten }: RevisionMark,
  found: WritableState,
): readonly RotationReason[] {
  const isThere = found.kind === 'present' && found.revision >= number;
  return isWritten || isThere ? [] : ['unfinished'];
}

/** What a target's state is while its destination is known to hold something of ours. */
const KNOWN_THERE: readonly string[] = ['current', 'due', 'conflict'];

/** The other is named, and whoever looks after the place is told when the fight is first seen to be one. */
async function conflict(
  { destinations }: TargetRotationDeps,
  record: TargetRecord,
  { fight, found }: { readonly fight: Fight; readonly found: WritableState },
  occasion: Parameters<typeof conflictPass>[2],
): Promise<TargetPass> {
  const pass = conflictPass(record, { fight, rival: rivalIn(found) }, occasion);
  if (!isDeclared(fight) || record.progress.fight?.isWaiting === true) return pass;
  try {
    const message = `${pass.item.error}; Certwright writes again after ${pass.progress.retryAt?.toISOString()}`;
    await destinations.announce(record.target.destination, { reason: 'Conflict', message });
    return pass;
  } catch (cause) {
    return { ...pass, cause };
  }
}

function rivalIn(found: WritableState): string {
  if (found.kind === 'absent') return 'somebody who deletes it';
  return found.changedBy ?? 'somebody else';
}
