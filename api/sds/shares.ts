/** How many of something each holder has, so that none takes all of it. */
export class Shares {
  readonly #most: number;
  readonly #of = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  hasRoomFor(holder: string): boolean {
    return (this.#of.get(holder) ?? 0) < this.#most;
  }

  /** One more; the result gives it back, and is to be called once. */
  take(holder: string): () => void {
    this.#of.set(holder, (this.#of.get(holder) ?? 0) + 1);
    return () => {
      const left = (this.#of.get(holder) ?? 1) - 1;
      if (left > 0) this.#of.set(holder, left);
      else this.#of.delete(holder);
    };
  }
}
