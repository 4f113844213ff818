const MINUTE_MS = 60_000;
const LINES_A_MINUTE = 10;

/** How many lines were left out before this one; absent: none. */
export interface LeftOut {
  readonly leftOut?: number;
}

/** Lines of the log that anybody can cause: a few a minute, and with the next one how many were left out. */
export class BoundedLog {
  readonly #now: () => Date;
  #since = Number.NEGATIVE_INFINITY;
  #lines = 0;
  #leftOut = 0;

  constructor(now: () => Date) {
    this.#now = now;
  }

  write(line: (leftOut: LeftOut) => void): void {
    const now = this.#now().getTime();
    // A clock that is set back must not silence it.
    if (Math.abs(now - this.#since) >= MINUTE_MS) {
      this.#since = now;
      this.#lines = 0;
    }
    if (this.#lines >= LINES_A_MINUTE) {
      this.#leftOut += 1;
      return;
    }
    this.#lines += 1;
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    line(leftOut > 0 ? { leftOut } : {});
  }
}
