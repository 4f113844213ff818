import type { Refusal } from '../api/problem.ts';
import type { BatchRoutesDeps, ItemWork } from '../api/routes/batch.ts';
import type { IssuanceDeps } from '../src/issuance/issue-certificate.ts';
import type { Commit } from '../storage/database/statement.ts';
import { inOneCommit } from './in-one-commit.ts';
import { refusalEntryOf } from './refusal-entry.ts';
import type { Parts, Surroundings } from './surroundings.ts';

/** Joins what issues the items of a batch: by the same path as any other, in one transaction a chunk. */
export function composeTogether(
  { now }: Pick<Surroundings, 'now'>,
  parts: Pick<Parts, 'commit' | 'stores'> & {
    readonly issueWith: (record: IssuanceDeps['record']) => ItemWork['issue'];
  },
): BatchRoutesDeps['together'] {
  const { commit, stores, issueWith } = parts;
  const itemWorkBy = (share: Commit): ItemWork => ({
    issue: issueWith((record) => share(stores.records.statementsFor(record))),
    recordRefusal: (refusal: Refusal) =>
      share([stores.journal.statementFor(refusalEntryOf(refusal, now()))]),
  });
  return (items, work, signal) =>
    inOneCommit(items, (item, share, index) => work(item, itemWorkBy(share), index), {
      commit,
      signal,
    });
}
