import { inParallel } from './in-parallel.ts';
import { isWaiting, waiting } from './pass-over.ts';
import { type Outcome, type Passes, type PassTerms, rankOf } from './passes.ts';
import type { TargetRecord } from './rotation-record.ts';
import { laneOf } from './schedule/lane.ts';
import type { Ticker } from './schedule/lanes.ts';
import { meanPerSecondOf } from './schedule/mean-rate.ts';

/** A target in a pass over many, and what that came to in the end. */
export interface Ticket extends PromiseWithResolvers<Outcome> {
  readonly record: TargetRecord;
}

/** What looking through targets has brought to light. */
export interface Findings {
  /** Merely due: nothing is begun for them yet. */
  readonly due: readonly Ticket[];
  /** Rotations a second of all that were looked at, while nothing is wrong with them. */
  readonly meanPerSecond: number;
}

export interface LookThroughDeps {
  readonly now: () => Date;
  readonly ticker: Pick<Ticker, 'sleep'>;
  /** All targets, so many at a time that all together are never in memory. */
  readonly targetPages: () => AsyncIterable<readonly TargetRecord[]>;
  readonly passes: Passes;
}

/** Whoever waits for a pass over all targets. */
export interface Hearing {
  /** Hears of each target, before it is looked at. */
  readonly tell: (ticket: Ticket) => void;
  /** From then on the rest is told of without waiting for what was begun. */
  readonly late?: Promise<void>;
}

/** Enough to keep an API server busy without being a burden to it. */
const LOOKS_AT_ONCE = 8;
/** Before the next page is looked at, though places of this one hang still. */
const PAGE_PATIENCE_MS = 1_000;

/** Looks at all targets, page after page; ends when all are told of, `found` when all were looked at. */
export async function lookThroughAll(
  deps: LookThroughDeps,
  terms: PassTerms,
  { tell, late }: Hearing,
): Promise<{ readonly names: ReadonlySet<string>; readonly found: Promise<Findings> }> {
  const names = new Set<string>();
  const looks: Promise<Findings>[] = [];
  for await (const records of deps.targetPages()) {
    const tickets = ticketsFor(records);
    for (const ticket of tickets) {
      names.add(ticket.record.target.name);
      tell(ticket);
    }
    const look = lookThrough(deps, tickets, terms);
    deps.passes.keepTrackOf(look);
    looks.push(look);
    await atMost(deps, late ? Promise.race([look, late]) : look);
    if (deps.passes.isStopping) break;
  }
  return { names, found: Promise.all(looks).then(together) };
}

/** Looks at all of these at once, as far as their places bear that, and begins what some need. Never throws. */
export async function lookThrough(
  deps: Omit<LookThroughDeps, 'targetPages'>,
  tickets: readonly Ticket[],
  terms: PassTerms,
): Promise<Findings> {
  const due: Ticket[] = [];
  const lookAt = async (ticket: Ticket) => {
    if (await isMerelyDue(deps, ticket, terms)) due.push(ticket);
  };
  const lanes = Map.groupBy(tickets, ({ record }) => laneOf(record.target.destination));
  await Promise.all([...lanes.values()].map((lane) => inParallel(lane, LOOKS_AT_ONCE, lookAt)));
  return { due, meanPerSecond: meanPerSecondOf(tickets.map(({ record }) => record.target)) };
}

export function ticketsFor(records: readonly TargetRecord[]): readonly Ticket[] {
  return records.map((record) => ({ record, ...Promise.withResolvers<Outcome>() }));
}

async function atMost({ ticker }: LookThroughDeps, work: Promise<unknown>): Promise<void> {
  const patience = new AbortController();
  await Promise.race([work, ticker.sleep(PAGE_PATIENCE_MS, patience.signal)]);
  patience.abort();
}

/** All others are dealt with, or have their pass under way. */
async function isMerelyDue(
  { now, passes }: Pick<LookThroughDeps, 'now' | 'passes'>,
  { record, resolve }: Ticket,
  terms: PassTerms,
): Promise<boolean> {
  const { target } = record;
  if (passes.isStopping || (terms.leavesBusy && passes.isBusy(target.name))) {
    resolve(undefined);
  } else if (isWaiting(record, terms, now())) {
    resolve(waiting(record));
  } else {
    const verdict = await passes.verdictOn(record);
    if (verdict === 'due') return true;
    if (verdict === 'current') resolve(passes.current(record, terms.actor));
    else if (verdict === 'wrong') {
      resolve(passes.inTurn(target, rankOf(record, 'wrong'), terms));
    } else resolve(await passes.at(target, terms, { hasTurn: false }));
  }
  return false;
}

function together(all: readonly Findings[]): Findings {
  return {
    due: all.flatMap(({ due }) => due),
    meanPerSecond: all.reduce((sum, { meanPerSecond }) => sum + meanPerSecond, 0),
  };
}
