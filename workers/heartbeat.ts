import type { Deadlines } from './deadlines.ts';

/**
 * Asks another process again and again whether it is still there. Silence is counted in turns of this one and not by
 * the clock: where the machine slept, or this process was blocked itself, everybody would seem to have been silent.
 */
export class Heartbeat {
  readonly #ask: () => Promise<unknown>;
  readonly #deadlines: Deadlines;
  readonly #onLost: () => void;
  #timer: NodeJS.Timeout | undefined;
  #isAsked = false;
  #silentTurns = 0;

  /** `onLost` is called once, when the other one has been silent for too long. */
  constructor(ask: () => Promise<unknown>, deadlines: Deadlines, onLost: () => void) {
    this.#ask = ask;
    this.#deadlines = deadlines;
    this.#onLost = onLost;
  }

  begin(): void {
    this.#timer = setInterval(() => this.#turn(), this.#deadlines.turnMs).unref();
  }

  end(): void {
    clearInterval(this.#timer);
  }

  /** Whether it has been silent for so long that nothing new should be given to it. */
  get isDoubted(): boolean {
    return this.#silentTurns >= this.#deadlines.doubtedAfter;
  }

  #turn(): void {
    if (this.#isAsked) {
      this.#silentTurns += 1;
      if (this.#silentTurns === this.#deadlines.lostAfter) this.#onLost();
      return;
    }
    this.#isAsked = true;
    this.#ask().then(
      () => {
        this.#isAsked = false;
        this.#silentTurns = 0;
      },
      // It has ended, or is about to.
      () => this.end(),
    );
  }
}
