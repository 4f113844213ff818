import { setImmediate } from 'node:timers/promises';
import { SharedCommit } from '../storage/database/shared-commit.ts';
import type { Commit } from '../storage/database/statement.ts';
import { Places } from './places.ts';

/** More would fill the thread pool's queue, in which other requests wait for their signatures too. */
const AT_WORK = 8;

/**
 * Does `work` for every item, in their order, and makes durable in one transaction what all of them
 * commit. Once `signal` is aborted nothing is begun any more, and nothing of it all is kept.
 *
 * Other requests get their turn in between: only so many items are at work at once, and none while
 * others wait for the event loop.
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
  const places = new Places(AT_WORK);
  const begun: Promise<Result>[] = [];
  await setImmediate();
  for (const [index, item] of items.entries()) {
    await places.free();
    if (signal.aborted) {
      shared.abandon(signal.reason);
      break;
    }
    const leave = places.take();
    const share = shared.share();
    const commitShare: Commit = (statements) => {
      leave();
      return share.commit(statements);
    };
    const result = work(item, commitShare, index).finally(() => {
      leave();
      share.end();
    });
    // Whether it failed is asked only when all have begun.
    result.catch(() => undefined);
    begun.push(result);
  }
  return Promise.all(begun);
}
