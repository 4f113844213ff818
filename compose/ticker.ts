import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';

/** The monotonic clock of this machine, which nobody sets; sleepers do not keep the process from ending. */
export const ticker = {
  ticks: (): number => performance.now(),
  sleep: async (milliseconds: number, signal?: AbortSignal): Promise<void> => {
    try {
      await setTimeout(milliseconds, undefined, { ref: false, ...(signal ? { signal } : {}) });
    } catch {
      // Woken early.
    }
  },
};
