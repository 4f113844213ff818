import type { Ticker } from '../../src/rotation/schedule/lanes.ts';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** A ticker that only a test moves on; whoever sleeps is woken in the order of time. */
export class TestTicker implements Ticker {
  #ticks = 0;
  #sleepers: Sleeper[] = [];

  readonly ticks = (): number => this.#ticks;

  readonly sleep = (milliseconds: number, signal?: AbortSignal): Promise<void> => {
    const { promise, resolve: wake } = Promise.withResolvers<void>();
    this.#sleepers.push({ until: this.#ticks + milliseconds, wake });
    signal?.addEventListener('abort', () => wake());
    return promise;
  };

  /** Lets time go by, from one sleeper's end to the next, with everything done that follows from it. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#ticks + milliseconds;
    for (;;) {
      await settled();
      const next = this.#sleepers
        .filter(({ until }) => until <= end)
        .toSorted((one, other) => one.until - other.until)[0];
      if (!next) break;
      this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== next);
      this.#ticks = Math.max(this.#ticks, next.until);
      next.wake();
    }
    this.#ticks = end;
  }
}

/** Until everything that can go on without time has gone on. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
}
