/** A binary heap: what comes first by `isBefore` comes out first. */
export class PriorityQueue<T> {
  readonly #items: T[] = [];
  readonly #isBefore: (one: T, other: T) => boolean;

  constructor(isBefore: (one: T, other: T) => boolean) {
    this.#isBefore = isBefore;
  }

  get size(): number {
    return this.#items.length;
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  add(item: T): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = items[above];
      if (parent === undefined || !this.#isBefore(item, parent)) break;
      items[at] = parent;
      at = above;
    }
    items[at] = item;
  }

  take(): T | undefined {
    const [first] = this.#items;
    const last = this.#items.pop();
    if (last !== undefined && this.#items.length > 0) this.#sink(last);
    return first;
  }

  /** Takes everything out, in no order. */
  clear(): readonly T[] {
    return this.#items.splice(0);
  }

  #sink(item: T): void {
    const items = this.#items;
    let at = 0;
    for (;;) {
      const below = this.#firstBelow(at);
      const child = items[below];
      if (child === undefined || !this.#isBefore(child, item)) break;
      items[at] = child;
      at = below;
    }
    items[at] = item;
  }

  #firstBelow(at: number): number {
    const [left, right] = [this.#items[2 * at + 1], this.#items[2 * at + 2]];
    const isRight = left !== undefined && right !== undefined && this.#isBefore(right, left);
    return 2 * at + (isRight ? 2 : 1);
  }
}
