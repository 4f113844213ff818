/** Marks keys whose requests are being worked on. */
export interface KeysInUse {
  /** `false` where the key is in use already. */
  readonly take: (id: string) => Promise<boolean>;
  readonly giveBack: (id: string) => Promise<void>;
}

/**
 * The marks of all processes. They are held in memory, so that none outlives the work that it stands for: what is
 * durable is the answer alone, and of two with one key only the first can become so.
 */
export class Marks implements KeysInUse {
  readonly #ids = new Set<string>();

  readonly take = (id: string): Promise<boolean> => {
    const isFree = !this.#ids.has(id);
    this.#ids.add(id);
    return Promise.resolve(isFree);
  };

  readonly giveBack = (id: string): Promise<void> => {
    this.#ids.delete(id);
    return Promise.resolve();
  };
}

/** The marks of one process that may end at any instant: those that it has left are given back at its `end`. */
export function untilEnd(marks: KeysInUse, end: Promise<unknown>): KeysInUse {
  const own = new Set<string>();
  let hasEnded = false;
  void end.then(() => {
    hasEnded = true;
    for (const id of own) void marks.giveBack(id);
  });
  return {
    take: async (id) => {
      // Its questions may be read after its end.
      if (hasEnded || !(await marks.take(id))) return false;
      own.add(id);
      return true;
    },
    giveBack: async (id) => {
      if (own.delete(id)) await marks.giveBack(id);
    },
  };
}
