import { performance } from 'node:perf_hooks';
import { schedule } from 'node-cron';

const LOOK_MS = 1_000;
const JUMP_MS = 2_000;

/**
 * Begins passes by a cron expression, until it is destroyed. node-cron waits for a time that it has worked out before, which
 * a clock that is set back puts off: for a year, where the clock was a year ahead. After a jump it works it out anew.
 */
export function schedulePasses(expression: string, begin: () => unknown) {
  const task = schedule(expression, begin);
  let zero = clockZero();
  const watch = setInterval(() => {
    if (Math.abs(clockZero() - zero) < JUMP_MS) return;
    zero = clockZero();
    void task.stop();
    void task.start();
  }, LOOK_MS);
  return {
    destroy: async (): Promise<void> => {
      clearInterval(watch);
      await task.destroy();
    },
  };
}

/** What the clock showed when the one that nobody sets was at 0. */
function clockZero(): number {
  return Date.now() - performance.now();
}
