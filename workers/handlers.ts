import type { FirstProcess } from '../compose/surroundings.ts';
import { untilEnd } from '../src/idempotency/keys-in-use.ts';
import type { Handlers } from './link.ts';

/** What the first process answers to each of its workers, until that one's `end`. */
export function handlersOf(first: FirstProcess): (end: Promise<unknown>) => Handlers {
  const { createTarget, replaceTarget, deleteTarget, rotate, run } = first;
  const { rollBack, preflightOfTarget, sdsStatuses, coverage, metricsText, shortenLog } = first;
  const targets = { createTarget, replaceTarget, deleteTarget, rotate, run, rollBack };
  const others = { preflightOfTarget, sdsStatuses, coverage, metricsText, shortenLog };
  const forAll = { ...targets, ...others };
  return (end) => {
    const { take, giveBack } = untilEnd(first.keysInUse, end);
    return { ...forAll, takeKey: take, giveKeyBack: giveBack };
  };
}
