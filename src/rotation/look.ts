import type { DestinationState, DestinationStore } from './destination.ts';
import { type ExpectationDeps, expectationOf } from './expectation.ts';
import type { KnownGood } from './known-good.ts';
import { reasonsToRotate } from './reasons.ts';
import type { TargetRecord } from './rotation-record.ts';

export interface LookDeps extends ExpectationDeps {
  readonly now: () => Date;
  readonly destinations: Pick<DestinationStore, 'read'>;
  readonly knownGood: KnownGood;
}

/**
 * What a first look at a target says: all is well and is known to be; it is due, and nothing else is wrong with it; it
 * must be written; or its pass has to say, and that need not end with a write.
 */
export type Verdict = 'current' | 'due' | 'wrong' | 'unknown';

/** Looks at a target's destination and changes nothing. Never throws: whatever goes wrong, its pass tells. */
export async function look(deps: LookDeps, record: TargetRecord): Promise<Verdict> {
  if (record.progress.status.state === 'pending') return 'wrong';
  try {
    const found = await deps.destinations.read(record.target.destination);
    if (found.kind === 'absent') return 'wrong';
    return found.kind === 'foreign' ? 'unknown' : await verdictOn(deps, record, found);
  } catch {
    return 'unknown';
  }
}

async function verdictOn(
  deps: LookDeps,
  record: TargetRecord,
  found: Extract<DestinationState, { kind: 'present' }>,
): Promise<Verdict> {
  const { target, progress } = record;
  const { state, nextRotationAt } = progress.status;
  const now = deps.now();
  if (state === 'current' && nextRotationAt !== null && now < nextRotationAt) {
    return (await deps.knownGood.holds(record, found)) ? 'current' : 'unknown';
  }
  if (!found.isAsWritten || found.writer?.target !== target.name) return 'unknown';
  const { reasons } = reasonsToRotate(found.files, await expectationOf(deps, target), now);
  if (reasons.length === 0) return 'unknown';
  return reasons.every((reason) => reason === 'due') ? 'due' : 'wrong';
}
