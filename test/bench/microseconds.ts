import { medianOf } from './comparison.ts';

const ROUNDS = 5;
const ROUND_MS = 400;
/** Calls between two looks at the clock. */
const CALLS = 16;

/** What one call of `work` takes, which gets one of `items` after the other; a median of rounds. */
export function microsecondsOf<T>(items: readonly T[], work: (item: T) => unknown): number {
  // The first round is for the compiler.
  const rounds = Array.from({ length: ROUNDS + 1 }, () => roundOf(items, work));
  return medianOf(rounds.slice(1));
}

function roundOf<T>(items: readonly T[], work: (item: T) => unknown): number {
  const start = performance.now();
  let calls = 0;
  let elapsedMs = 0;
  while (elapsedMs < ROUND_MS) {
    for (let call = 0; call < CALLS; call += 1, calls += 1) {
      work(items[calls % items.length] as T); // The index is within the list, which is not empty.
    }
    elapsedMs = performance.now() - start;
  }
  return (elapsedMs * 1000) / calls;
}
