import { setImmediate } from 'node:timers/promises';
import { SharedCommit } from '../storage/database/shared-commit.ts';
import type { Commit } from '../storage/database/statement.ts';

/** More would fill the thread pool's queue, in which other requests wait for their signatures too. */
const AT_WORK = 10;

/**
 * Does `work` for every item, in their order, and makes durable in one transaction what all of them
 * commit. Once `signal` is aborted nothing is begun any more, and nothing of it all is kept.
 *
 * A few items go through their work in step, and other requests get their turn before the next few.
 */
export async function inOneCommit<Item, Result>(
  items: readonly Item[],
  work: (item: Item, commit: Commit, index: number) => Promise<Result>,
  terms: { readonly commit: Commit; readonly signal: AbortSignal },
): Promise<readonly Result[]> {
  const { commit, signal } = terms;
  const shared = new SharedCommit(items.length, async (statements) => {
    signal.throwIfAborted();
    await commit(statements);
  });
  const begun: Promise<Result>[] = [];
  for (let start = 0; start < items.length; start += AT_WORK) {
    await setImmediate();
    if (signal.aborted) {
      shared.abandon(signal.reason);
      break;
    }
    const few = items.slice(start, start + AT_WORK).map((item, index) => {
      const share = shared.share();
      const { promise: isHandedIn, resolve: handIn } = Promise.withResolvers<void>();
      const commitShare: Commit = (statements) => {
        handIn();
        return share.commit(statements);
      };
      const result = work(item, commitShare, start + index).finally(() => {
        handIn();
        share.end();
      });
      // Whether it failed is asked only when all have begun.
      result.catch(() => undefined);
      begun.push(result);
      return isHandedIn;
    });
    await Promise.all(few);
  }
  return Promise.all(begun);
}
