import type { Lane } from './lane.ts';
import { ELSEWHERE } from './lane.ts';
import type { RotationLimits } from './limits.ts';
import { PriorityQueue } from './priority-queue.ts';
import { isBefore, type Rank } from './rank.ts';
import { type Spacing, spacingOf } from './spacing.ts';

/** A clock that is never set, for what is paced. */
export interface Ticker {
  /** Milliseconds since some moment. */
  readonly ticks: () => number;
  /** Ends early where the signal says so. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

/** Enough to keep an API server busy without being a burden to it. */
const AT_ONCE = 24;

interface Waiting extends Rank {
  /** Of two that stand alike, the one that came first begins first. */
  readonly order: number;
  /** `false`: it will not be begun any more. */
  readonly begin: (isBegun: boolean) => Promise<void>;
}

/** What somebody waits for is not held up by places that hang. */
function mayBegin({ queue, running }: LaneState): boolean {
  const { first } = queue;
  return first !== undefined && (running < AT_ONCE || first.urgency === 'requested');
}

interface LaneState {
  readonly spacing: Spacing;
  readonly queue: PriorityQueue<Waiting>;
  running: number;
  /** Nothing is begun before. */
  restsUntil: number;
  isSleeping: boolean;
}

/** Where rotations wait for their turns: one lane for each API server, so that none holds up another. */
export class Lanes {
  readonly #ticker: Ticker;
  readonly #limits: RotationLimits;
  readonly #issuing: Spacing;
  readonly #lanes = new Map<Lane, LaneState>();
  #order = 0;
  #isStopping = false;

  constructor(ticker: Ticker, limits: RotationLimits) {
    this.#ticker = ticker;
    this.#limits = limits;
    this.#issuing = spacingOf(limits.issuesPerSecond);
  }

  /** How many wait for a turn. */
  get waiting(): number {
    return this.#lanes.values().reduce((sum, { queue }) => sum + queue.size, 0);
  }

  /**
   * Runs `work` when it has its turn to write in the lane: at once, where nobody waits. `undefined` where everything
   * is stopped before.
   */
  run<T>(lane: Lane, rank: Rank, work: () => Promise<T>): Promise<T | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<T | undefined>();
    const state = this.#stateOf(lane);
    const begin = async (isBegun: boolean) => {
      await (isBegun ? work() : Promise.resolve(undefined)).then(resolve, reject);
    };
    this.#order += 1;
    state.queue.add({ ...rank, begin, order: this.#order });
    this.#pump(state);
    return promise;
  }

  /** Ends when there is one more turn to write in the lane, ahead of all that wait to begin. */
  async turnToWrite(lane: Lane): Promise<void> {
    await this.#until(this.#stateOf(lane).spacing.take(this.#ticker.ticks()));
  }

  /** Begins nothing more in the lane for so long, since its API server has asked for that; nobody else waits. */
  rest(lane: Lane, milliseconds: number): void {
    const state = this.#stateOf(lane);
    state.restsUntil = Math.max(state.restsUntil, this.#ticker.ticks() + milliseconds);
  }

  /** Ends when a certificate may be issued. */
  async turnToIssue(): Promise<void> {
    await this.#until(this.#issuing.take(this.#ticker.ticks()));
  }

  /** Begins nothing more. */
  stop(): void {
    this.#isStopping = true;
    for (const { queue } of this.#lanes.values()) {
      for (const { begin } of queue.clear()) void begin(false);
    }
  }

  #pump(lane: LaneState): void {
    if (this.#isStopping) {
      for (const { begin } of lane.queue.clear()) void begin(false);
      return;
    }
    while (mayBegin(lane) && !lane.isSleeping) {
      const now = this.#ticker.ticks();
      const turn = Math.max(lane.spacing.next(now), lane.restsUntil);
      if (turn > now) {
        this.#wake(lane, turn - now);
        return;
      }
      lane.spacing.take(now);
      this.#begin(lane);
    }
  }

  #begin(lane: LaneState): void {
    const next = lane.queue.take();
    if (!next) return;
    lane.running += 1;
    void next.begin(true).finally(() => {
      lane.running -= 1;
      this.#pump(lane);
    });
  }

  #wake(lane: LaneState, milliseconds: number): void {
    lane.isSleeping = true;
    void this.#ticker.sleep(milliseconds).then(() => {
      lane.isSleeping = false;
      this.#pump(lane);
    });
  }

  async #until(turn: number): Promise<void> {
    const wait = turn - this.#ticker.ticks();
    if (wait > 0) await this.#ticker.sleep(wait);
  }

  #stateOf(lane: Lane): LaneState {
    const known = this.#lanes.get(lane);
    if (known) return known;
    const spacing = spacingOf(lane === ELSEWHERE ? 'unlimited' : this.#limits.writesPerSecond);
    const queue = new PriorityQueue<Waiting>(
      (one, other) => isBefore(one, other) || (!isBefore(other, one) && one.order < other.order),
    );
    const restsUntil = Number.NEGATIVE_INFINITY;
    const state = { spacing, queue, running: 0, restsUntil, isSleeping: false };
    this.#lanes.set(lane, state);
    return state;
  }
}
