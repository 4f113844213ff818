import { setTimeout as delay } from 'node:timers/promises';

/** How long to go on asking, and how often. */
export interface Patience {
  readonly withinMs?: number;
  readonly everyMs?: number;
}

/**
 * Asks again and again until there is an answer (neither `undefined` nor `false`), and gives it.
 * Past the deadline it fails with `what` was awaited and the last thing that went wrong.
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  { withinMs = 15_000, everyMs = 50 }: Patience = {},
): Promise<T> {
  const deadline = Date.now() + withinMs;
  let cause: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      cause = undefined;
    } catch (failure) {
      cause = failure;
    }
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`, { cause });
    await delay(everyMs);
  }
}
