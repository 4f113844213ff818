import { randomUUID } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { realPart } from './real-part.ts';
import type { World } from './world.ts';

/** A clock that one service sees, while the rest of the machine keeps the right time. */
export interface WrongClock {
  /** What makes a service see it, in its environment. */
  readonly settings: Readonly<Record<string, string>>;
  /** Sets it ahead of the machine's by so many seconds; less than 0: behind. The service sees it within a second. */
  readonly set: (seconds: number) => void;
}

/** A clock that is right until it is set. */
export function wrongClock(world: World): WrongClock {
  const file = join(world.folder, `clock-${randomUUID()}`);
  const set = (seconds: number) => {
    // One that is read while it is written would be taken for right.
    writeFileSync(`${file}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    renameSync(`${file}.new`, file);
  };
  set(0);
  const settings = {
    LD_PRELOAD: realPart('libfaketime'),
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_CACHE_DURATION: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    NO_FAKE_STAT: '1',
  };
  return { settings, set };
}
