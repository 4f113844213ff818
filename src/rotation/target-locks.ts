/** Lets one piece of work at a time touch a target; others wait their turn or step aside. */
export class TargetLocks {
  readonly #tails = new Map<string, Promise<void>>();

  /** Whether somebody is at work on the target. */
  isHeld(name: string): boolean {
    return this.#tails.has(name);
  }

  /** Runs `work` after everything that was begun before it for the same target. */
  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(name) ?? Promise.resolve();
    const { promise: tail, resolve: release } = Promise.withResolvers<void>();
    this.#tails.set(name, tail);
    try {
      await before;
      return await work();
    } finally {
      release();
      if (this.#tails.get(name) === tail) this.#tails.delete(name);
    }
  }
}
