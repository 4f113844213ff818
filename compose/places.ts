/** So many places, for whoever waits for one to be free. */
export class Places {
  #free: number;
  #wake: (() => void) | undefined;

  constructor(count: number) {
    this.#free = count;
  }

  /** Ends when there is a free place; only one may wait at a time. */
  async free(): Promise<void> {
    while (this.#free === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Takes a place; the result gives it back, once, however often it is called. */
  take(): () => void {
    this.#free -= 1;
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.#free += 1;
      this.#wake?.();
    };
  }
}
