/**
 * Lets work begin in groups: what is returned ends for all who asked since the last time at once, `most` of them at most,
 * as soon as the event loop has heard out everybody else.
 *
 * A group goes through its work in step: what one of its members does between two awaits, the others do next, before
 * any of them goes further ({@link nextStep}). The code and the tables of that stretch are in the processor's caches
 * then (docs/decisions/0027).
 */
export function inGroups(most: number): () => Promise<void> {
  const waiting: (() => void)[] = [];
  const begin = () => {
    const group = waiting.splice(0, most);
    if (waiting.length > 0) setImmediate(begin);
    for (const beginOne of group) beginOne();
  };
  return () =>
    new Promise((resolve) => {
      if (waiting.push(resolve) === 1) setImmediate(begin);
    });
}

/** Awaited where a stretch of work ends that its group is to do in step. */
export function nextStep(): Promise<void> {
  return DONE;
}

const DONE = Promise.resolve();
