import type { Logger } from 'pino';
import { type ClockOffset, likelySeconds } from '../src/rotation/clock-offset.ts';

/** Clocks that are kept right differ by far less, and what is issued is backdated by more. */
const BOUND_MS = 60_000;
const DIFFERS =
  'the clock of this service differs from that of the API server: set the one that is wrong';
const AGREES = 'the clock of this service agrees with that of the API server again';

/** Tells once where our clock and an API server's differ by more than a minute for certain, and once when they agree again. */
export function clockWatch(offsets: () => ReadonlyMap<string, ClockOffset>, log: Logger) {
  const wrong = new Set<string>();
  return (): void => {
    for (const [context, offset] of offsets()) {
      const aheadSeconds = likelySeconds(offset);
      if (isWrong(offset) && !wrong.has(context)) {
        wrong.add(context);
        log.warn({ context, aheadSeconds }, DIFFERS);
      } else if (!isWrong(offset) && wrong.delete(context)) {
        log.info({ context, aheadSeconds }, AGREES);
      }
    }
  };
}

function isWrong({ leastMs, mostMs }: ClockOffset): boolean {
  return leastMs > BOUND_MS || mostMs < -BOUND_MS;
}
