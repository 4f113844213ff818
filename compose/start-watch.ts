import type { Logger } from 'pino';
import { clockWatch } from './clock-watch.ts';
import type { FirstComposition } from './first-process.ts';
import type { OpenDestinations } from './open-destinations.ts';

/** How often the listener's own certificate, the authorities' remaining lives, clocks and old answers are looked at. */
const WATCH_INTERVAL_MS = 60_000;

/**
 * Renews the listener's certificate in time, warns once of each authority that ends too soon and of clocks that differ,
 * and erases old answers.
 */
export function startWatch(
  service: Pick<FirstComposition, 'authorityWarnings' | 'forgetOldAnswers'> &
    Pick<OpenDestinations, 'clockOffsets'>,
  log: Logger,
  renew: () => Promise<void>,
): NodeJS.Timeout {
  const lookAtClocks = clockWatch(service.clockOffsets, log);
  const warned = new Set<string>();
  const look = async () => {
    await renew();
    for (const [name, { code, detail }] of await service.authorityWarnings()) {
      if (!warned.has(name)) log.warn({ authority: name, code }, detail);
      warned.add(name);
    }
  };
  const safely = (work: Promise<void>, failure: string) => {
    work.catch((err: unknown) => log.error({ err }, failure));
  };
  const watch = () => {
    lookAtClocks();
    safely(look(), 'the look at what ends soon failed');
    safely(service.forgetOldAnswers(), 'old answers could not be erased');
  };
  watch();
  return setInterval(watch, WATCH_INTERVAL_MS);
}
