import { Turns } from '../turns.ts';
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
  const lookAtSome = lookingBy(deps, terms);
  for await (const records of deps.targetPages()) {
    const tickets = ticketsFor(records);
    for (const ticket of tickets) {
      names.add(ticket.record.target.name);
      tell(ticket);
    }
    const look = lookAtSome(tickets);
    deps.passes.keepTrackOf(look);
    looks.push(look);
    await atMost(deps, late ? Promise.race([look, late]) : look);
    if (deps.passes.isStopping) break;
  }
  return { names, found: Promise.all(looks).then(together) };
}

/** Looks at these, and begins what some of them need. Never throws. */
export function lookThrough(
  deps: Omit<LookThroughDeps, 'targetPages'>,
  tickets: readonly Ticket[],
  terms: PassTerms,
): Promise<Findings> {
  return lookingBy(deps, terms)(tickets);
}

/** Looks at some targets after others, at all at once as far as their places bear that. */
function lookingBy(
  deps: Omit<LookThroughDeps, 'targetPages'>,
  terms: PassTerms,
): (tickets: readonly Ticket[]) => Promise<Findings> {
  const turns = new Map<string, Turns>();
  const turnsOf = (lane: string) => {
    const known = turns.get(lane) ?? new Turns(LOOKS_AT_ONCE);
    turns.set(lane, known);
    return known;
  };
  return async (tickets) => {
    const due: Ticket[] = [];
    const lookAt = async (ticket: Ticket) => {
      if (await isMerelyDue(deps, ticket, terms)) due.push(ticket);
    };
    const looks = tickets.map((ticket) =>
      turnsOf(laneOf(ticket.record.target.destination)).run(() => lookAt(ticket)),
    );
    await Promise.all(looks);
    return { due, meanPerSecond: meanPerSecondOf(tickets.map(({ record }) => record.target)) };
  };
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
