import { isDeepStrictEqual } from 'node:util';
import type { Actor } from '../audit/entry.ts';
import type { DestinationState } from './destination.ts';
import type { KnownGood } from './known-good.ts';
import { askedMsOf, type TargetPass } from './pass-outcome.ts';
import { rotateTarget, type TargetRotationDeps } from './rotate-target.ts';
import { isLeftAlone, type RotationItem, type TargetRecord } from './rotation-record.ts';
import { laneOf } from './schedule/lane.ts';
import type { Lanes } from './schedule/lanes.ts';

export interface PassOverDeps extends TargetRotationDeps {
  /** Keeps what a pass left, together with its audit entries; a target deleted since is passed over. */
  readonly recordPass: (
    target: string,
    pass: Pick<TargetPass, 'progress' | 'auditEntries' | 'writtenRevision'>,
  ) => Promise<void>;
  /** Hears of every pass over a target, for log and metrics. */
  readonly report: (pass: TargetPass, actor: Actor) => void;
}

export interface PassOptions {
  readonly actor: Actor;
  /** Whether targets that failed lately are tried all the same. */
  readonly ignoresBackOff: boolean;
  /** Whether a new key is made even where nothing is wrong. */
  readonly isRequested: boolean;
}

/** What passes over single targets have in common. */
export interface PassTools {
  readonly lanes: Lanes;
  readonly knownGood: KnownGood;
}

/**
 * One target's pass, recorded where it has changed anything. The first write has had its turn where `hasTurn` says so;
 * each other write, and what is issued, waits for one.
 */
export async function passOver(
  deps: PassOverDeps,
  { lanes, knownGood }: PassTools,
  { record, options, hasTurn }: { record: TargetRecord; options: PassOptions; hasTurn: boolean },
): Promise<RotationItem> {
  const { target, progress } = record;
  if (isWaiting(record, options, deps.now())) return waiting(record);
  const lane = laneOf(target.destination);
  const paced = pacedDeps(deps, lanes, { lane, hasTurn });
  const basis = await knownGood.basisOf(target);
  const pass = await rotateTarget(paced.deps, record, options);
  lanes.rest(lane, askedMsOf(pass.cause));
  const isNew = pass.writtenRevision !== undefined || pass.auditEntries.length > 0;
  if (isNew || !isDeepStrictEqual(pass.progress, progress)) {
    await deps.recordPass(target.name, pass);
  }
  const state = pass.item.outcome === 'current' ? paced.lastFound() : writtenBy(pass, target.name);
  if (basis && state) knownGood.keep(target, { basis, state, progress: pass.progress });
  deps.report(pass, options.actor);
  return pass.item;
}

/** What the next pass finds after one that has written, unless somebody else writes; that it is good was judged before. */
function writtenBy(
  { writtenFiles: files, writtenRevision: revision }: TargetPass,
  target: string,
): DestinationState | undefined {
  if (!files || revision === undefined) return undefined;
  const writer = { target, isThisService: true };
  return { kind: 'present', files, isAsWritten: true, revision, writer, version: '' };
}

/** Whether a target is left alone after a failure. */
export function isWaiting(
  { progress }: TargetRecord,
  { ignoresBackOff }: PassOptions,
  now: Date,
): boolean {
  return !ignoresBackOff && isLeftAlone(progress, now);
}

/** What is answered for a target that is left alone after a failure. */
export function waiting({ target, progress }: TargetRecord): RotationItem {
  const { reasons, serialNumber, lastError } = progress.status;
  const error = `${lastError ?? ''}; tried again after ${progress.retryAt?.toISOString()}`;
  return { target: target.name, outcome: 'failed', reasons, serialNumber, error };
}

function pacedDeps(
  deps: PassOverDeps,
  lanes: Lanes,
  { lane, hasTurn }: { readonly lane: string; readonly hasTurn: boolean },
) {
  const { destinations } = deps;
  let isTurnLeft = hasTurn;
  let lastFound: DestinationState | undefined;
  const paced: TargetRotationDeps = {
    ...deps,
    issue: async (...args) => {
      await lanes.turnToIssue();
      return deps.issue(...args);
    },
    destinations: {
      announce: (...args) => destinations.announce(...args),
      clockOffset: (destination) => destinations.clockOffset?.(destination),
      read: async (destination) => {
        lastFound = await destinations.read(destination);
        return lastFound;
      },
      write: async (...args) => {
        if (!isTurnLeft) await lanes.turnToWrite(lane);
        isTurnLeft = false;
        await destinations.write(...args);
      },
    },
  };
  return { deps: paced, lastFound: () => lastFound };
}
