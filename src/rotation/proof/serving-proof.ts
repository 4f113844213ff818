import type { PlaceFound, ServedState } from './sighting.ts';

/** What was found at one place, and since when it has been so. */
export interface PlaceProof extends PlaceFound {
  /** In words, such as `gateway.example.org:443`. */
  readonly place: string;
  /** When this state, and with it what is served instead, was first seen without a break. */
  readonly since: Date;
  /** When it was last looked at. */
  readonly at: Date;
}

/** What the looks at a target's places have left: proven only where every place is. */
export interface ServingProof {
  readonly state: ServedState;
  readonly since: Date;
  readonly at: Date;
  /** Of the certificate that was looked for. */
  readonly serialNumber: string;
  /** The number of the write that put it there. */
  readonly revision: number;
  /** When that write was first proven; null while it never was. */
  readonly provenAt: Date | null;
  readonly places: readonly PlaceProof[];
  readonly watch: Watch;
}

/** How far a write that is not proven has been followed; all but the touches is forgotten once it is. */
export interface Watch {
  readonly unprovenSince: Date | null;
  readonly staleSince: Date | null;
  readonly touchedAt: Date | null;
  /** Since the write. */
  readonly touches: number;
  /** Which fault has been reported. */
  readonly reported: 'stale' | 'unreachable' | null;
  /** Whether a roll-back was asked for since the target was last proven: it is never done twice in a row. */
  readonly isRolledBack: boolean;
}

/** One look at all places of a target. */
export interface Look {
  readonly time: Date;
  readonly serialNumber: string;
  readonly revision: number;
  readonly places: readonly (PlaceFound & { readonly place: string })[];
}

/** What follows from a look. */
export interface NextStep {
  readonly proof: ServingProof;
  readonly deeds: {
    readonly touch: boolean;
    /** Whoever watches hears of it: a fault once its deadline has passed, and each proof that was not there before. */
    readonly report: ServedState | undefined;
    readonly rollBack: boolean;
  };
  /** Milliseconds until the next look; absent: the next pass over the target is soon enough. */
  readonly lookAgainMs: number | undefined;
}

/** When a write that is not served is reported; an istiod under load takes 10 s for its push (`PILOT_DEBOUNCE_MAX`). */
const DEADLINE_MS = 60_000;
/** Longer than such an istiod takes, so that no push is asked for that is under way. */
const FIRST_TOUCH_MS = 15_000;
const NEXT_TOUCH_MS = 20_000;
/** From when on nothing is touched again, so that the last touch can show before the deadline. */
const LAST_TOUCH_MS = 45_000;
/** For one write, whatever its places do: what needs more is no push that got lost. */
const MAX_TOUCHES = 4;
/** How long a touch may take to show before the fault is reported. */
const TOUCH_PATIENCE_MS = 20_000;

const FIRST_INTERVAL_MS = 250;
/** From the beginning where a place cannot be reached: each look costs a timeout, and it is seldom back within seconds. */
const LAST_INTERVAL_MS = 5_000;

const FRESH_WATCH: Watch = {
  unprovenSince: null,
  staleSince: null,
  touchedAt: null,
  touches: 0,
  reported: null,
  isRolledBack: false,
};

/**
 * What follows from a look, given what the looks before have left. It depends on nothing else, so that a service that
 * was stopped in the middle goes on where it was.
 */
export function nextStep(
  before: ServingProof | undefined,
  look: Look,
  { rollback = false }: { readonly rollback?: boolean },
): NextStep {
  const state = stateOf(look);
  const known = isOf(before, look) ? before : undefined;
  const watched = known?.watch ?? afterWrite(before);
  const watch = state === 'proven' ? afterProof(watched) : watchAt(watched, state, look.time);
  const deeds = deedsOf({ state, watch, watched, isFirstProof: !known?.provenAt, rollback }, look);
  const next = watchAfter(watch, deeds, look.time);
  const provenAt = known?.provenAt ?? (state === 'proven' ? look.time : null);
  const { time: at, serialNumber, revision } = look;
  const since = before?.state === state ? before.since : at;
  const places = look.places.map((place) => placeAt(before, place, at));
  return {
    proof: { state, since, at, serialNumber, revision, provenAt, places, watch: next },
    deeds,
    lookAgainMs: intervalOf(next, state, at),
  };
}

/** Whether more looks are due before the next pass, and not all of what they could tell has been reported. */
export function isFollowed({ state, watch }: Pick<ServingProof, 'state' | 'watch'>): boolean {
  if (state === 'proven') return false;
  return watch.reported === null || (state === 'stale' && watch.reported === 'unreachable');
}

/** Whether a proof is about the write that was looked for. */
function isOf(proof: ServingProof | undefined, { revision, serialNumber }: Look): boolean {
  return proof?.revision === revision && proof.serialNumber === serialNumber;
}

function stateOf({ places }: Look): ServedState {
  const states = places.map(({ state }) => state);
  if (states.includes('stale')) return 'stale';
  return states.length === 0 || states.includes('unreachable') ? 'unreachable' : 'proven';
}

/** A new write has its own deadlines, and a roll-back is not rolled back. */
function afterWrite(before: ServingProof | undefined): Watch {
  return { ...FRESH_WATCH, isRolledBack: before?.watch.isRolledBack ?? false };
}

function afterProof({ touches }: Watch): Watch {
  return { ...FRESH_WATCH, touches };
}

function watchAt(known: Watch, state: ServedState, now: Date): Watch {
  return {
    ...known,
    unprovenSince: known.unprovenSince ?? now,
    staleSince: known.staleSince ?? (state === 'stale' ? now : null),
  };
}

function deedsOf(
  found: {
    readonly state: ServedState;
    readonly watch: Watch;
    /** The watch that a proof ends. */
    readonly watched: Watch;
    readonly isFirstProof: boolean;
    readonly rollback: boolean;
  },
  { time }: Look,
): NextStep['deeds'] {
  const { state, watch, watched, isFirstProof, rollback } = found;
  if (state === 'proven') {
    const isNew = isFirstProof || watched.reported !== null;
    return { touch: false, report: isNew ? state : undefined, rollBack: false };
  }
  const report = faultToReport(watch, state, time);
  const rollBack = rollback && report === 'stale' && !watch.isRolledBack;
  return { touch: isTouchDue(watch, state, time), report, rollBack };
}

function watchAfter(
  watch: Watch,
  { touch, report, rollBack }: NextStep['deeds'],
  now: Date,
): Watch {
  return {
    ...watch,
    ...(touch ? { touchedAt: now, touches: watch.touches + 1 } : {}),
    ...(report === 'stale' || report === 'unreachable' ? { reported: report } : {}),
    isRolledBack: watch.isRolledBack || rollBack,
  };
}

function isTouchDue(watch: Watch, state: ServedState, now: Date): boolean {
  const isPossible = state === 'stale' && watch.reported !== 'stale';
  if (!isPossible || watch.touches >= MAX_TOUCHES) return false;
  if (watch.touchedAt === null) return hasPassed(watch.staleSince, FIRST_TOUCH_MS, now);
  const isTooLate = hasPassed(watch.staleSince, LAST_TOUCH_MS, now);
  return !isTooLate && hasPassed(watch.touchedAt, NEXT_TOUCH_MS, now);
}

/** A place that cannot be reached is reported as such; should it turn out to be stale, that is worse. */
function faultToReport(
  watch: Watch,
  state: ServedState,
  now: Date,
): 'stale' | 'unreachable' | undefined {
  if (!isFollowed({ state, watch })) return undefined;
  if (state === 'unreachable') {
    return hasPassed(watch.unprovenSince, DEADLINE_MS, now) ? 'unreachable' : undefined;
  }
  const isTouchAnswered =
    watch.touchedAt === null || hasPassed(watch.touchedAt, TOUCH_PATIENCE_MS, now);
  const isLate = hasPassed(watch.staleSince, DEADLINE_MS, now) && isTouchAnswered;
  return isLate && !isTouchDue(watch, state, now) ? 'stale' : undefined;
}

function hasPassed(since: Date | null, milliseconds: number, now: Date): boolean {
  return since !== null && now.getTime() - since.getTime() >= milliseconds;
}

/** As long as the last thing that was done is ago, within bounds: what comes at all mostly comes within a second. */
function intervalOf(watch: Watch, state: ServedState, now: Date): number | undefined {
  if (!isFollowed({ state, watch })) return undefined;
  const since = watch.touchedAt ?? watch.staleSince ?? now;
  if (state === 'unreachable') return LAST_INTERVAL_MS;
  // A clock that was set back makes of it a moment that is still to come.
  const ago = Math.abs(now.getTime() - since.getTime());
  return Math.min(Math.max(FIRST_INTERVAL_MS, ago), LAST_INTERVAL_MS);
}

function placeAt(
  before: ServingProof | undefined,
  found: PlaceFound & { readonly place: string },
  now: Date,
): PlaceProof {
  const known = before?.places.find(({ place }) => place === found.place);
  const isUnchanged =
    known?.state === found.state &&
    known.servedInstead?.fingerprintSha256 === found.servedInstead?.fingerprintSha256;
  return { ...found, since: isUnchanged ? known.since : now, at: now };
}
