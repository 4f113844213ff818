/** What is slow only once was held up by something else, such as the garbage collector. */
const ATTEMPTS = 4;

/**
 * The time that this process computes while `work` is done, its thread pool included; a machine that is
 * busy otherwise does not count. Work that takes longer than `enough` is done again, and its best time told.
 */
export function cpuMillisecondsOf(work: () => Promise<void>, enough: number): Promise<number> {
  return cpuMillisecondsWithin(work, () => enough);
}

/** The same for work of which it is known only afterwards how long it may take. */
export async function cpuMillisecondsWithin(
  work: () => Promise<void>,
  enough: () => number,
): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < ATTEMPTS && (attempt === 0 || best > enough()); attempt += 1) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1_000);
  }
  return best;
}
