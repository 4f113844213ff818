/** Less is not worth the pause. */
const WORTH_OCTETS = 32 * 1024 * 1024;
/** Of the process with its code and nothing else. */
const FIRST_OCTETS = process.memoryUsage.rss();

/**
 * What gives the free part of the heap back to the system, where that has become worth it since the last time. V8 keeps
 * the pages of what was thrown away, whether it comes to need them or not, and a start or a pass with thousands of targets
 * throws away more than all that stays. Only such a collection makes it let go of them; it stops the process
 * for one or two milliseconds for each megabyte in use.
 *
 * Without Node's `--expose-gc`, which `npm start` has, nothing happens.
 */
export function memoryRelease(): () => void {
  let octetsBefore = FIRST_OCTETS;
  return () => {
    if (process.memoryUsage.rss() - octetsBefore < WORTH_OCTETS) return;
    globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    octetsBefore = process.memoryUsage.rss();
  };
}
