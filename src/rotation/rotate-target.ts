import type { Actor } from '../audit/entry.ts';
import { PkiError, refused } from '../errors.ts';
import type { DestinationState } from './destination.ts';
import { type ExpectationDeps, expectationOf } from './expectation.ts';
import { couldBeSamePlace } from './overlap.ts';
import { failedPass, keptPass, rotatedPass, type TargetPass } from './pass-outcome.ts';
import { type Expectation, type FilesFound, reasonsToRotate } from './reasons.ts';
import { type ReplaceDeps, replaceFiles, type WritableState } from './replace-files.ts';
import type { RotationReason } from './rotation-reason.ts';
import type { TargetRecord } from './rotation-record.ts';
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
 * Looks at a target's destination and, where there is a reason, makes a new key and certificate and
 * replaces what is there. Never throws: what goes wrong with one target stays with that target.
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
  const { target } = record;
  let reasons: readonly RotationReason[] = isRequested ? ['requested'] : [];
  const occasion = () => ({ actor, time: deps.now(), reasons });
  try {
    // 1. Look at what is there.
    const faults = durationViolations(target, deps.leafProfileOf(target.profile));
    if (faults.length > 0) throw refused(faults);
    const found = await deps.destinations.read(target.destination);
    const owner = await ownerOf(deps, found, target);
    if (found.kind === 'foreign' || owner !== undefined) {
      const error = `belongs to ${owner}; nothing was written`;
      return failedPass(record, { error, state: 'conflict' }, occasion());
    }

    // 2. Judge it.
    const expected = await expectationOf(deps, target);
    const judged = judge(found, expected, deps.now());
    reasons = [...judged.reasons, ...reasons];
    const obstacle = found.kind === 'present' ? found.obstacle : undefined;
    if (obstacle !== undefined) return failedPass(record, { error: obstacle }, occasion());
    if (reasons.length === 0 && judged.certificate) {
      return keptPass(record, judged.certificate, occasion());
    }

    // 3. Replace it.
    const certificate = await replaceFiles(deps, { expected, judged: found }, actor);
    return certificate && rotatedPass(record, certificate, occasion());
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
async function ownerOf(
  { findTarget }: TargetRotationDeps,
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

function judge(found: WritableState, expected: Expectation, now: Date): FilesFound {
  if (found.kind === 'absent') return { reasons: ['missing'], certificate: undefined };
  const judged = reasonsToRotate(found.files, expected, now);
  // A change that our rules do not tell from what we wrote is a change all the same.
  const isChanged = !found.isAsWritten || found.writer?.target !== expected.target.name;
  return judged.reasons.length === 0 && isChanged
    ? { ...judged, reasons: ['specChanged'] }
    : judged;
}
