import type { Refusal } from '../api/problem.ts';
import type { BatchRoutesDeps, ItemWork } from '../api/routes/batch.ts';
import type { Commit } from '../storage/database/statement.ts';
import { inOneCommit } from './in-one-commit.ts';
import { type IssuingBy, recordingInto } from './issuing.ts';
import { refusalEntryOf } from './refusal-entry.ts';
import type { Parts, Surroundings } from './surroundings.ts';

/** Joins what issues the items of a batch: by the same path as any other, in one transaction a chunk. */
export function composeTogether(
  { now }: Pick<Surroundings, 'now'>,
  parts: Pick<Parts, 'commit' | 'stores' | 'newKeyPairUntil'> & { readonly issuingBy: IssuingBy },
): BatchRoutesDeps['together'] {
  const { commit, stores, issuingBy } = parts;
  const itemWorkBy = (share: Commit, signal: AbortSignal): ItemWork => ({
    issue: issuingBy({
      ...recordingInto(share, stores),
      newKeyPair: (algorithm) => parts.newKeyPairUntil(signal, algorithm),
    }).issue,
    recordRefusal: (refusal: Refusal) =>
      share([stores.journal.statementFor(refusalEntryOf(refusal, now()))]),
  });
  return (items, work, signal) =>
    inOneCommit(items, (item, share, index) => work(item, itemWorkBy(share, signal), index), {
      commit,
      signal,
    });
}
