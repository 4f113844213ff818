import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

/** What one test file has started: a folder of its own, and how each thing is ended again. */
export interface World {
  readonly folder: string;
  /** Remembers how to end something; the last one started is the first one ended. */
  readonly defer: (end: () => Promise<unknown> | undefined) => void;
}

/**
 * A world that ends with the `describe` (or file) in which it is made.
 *
 * Everything that is started registers its own end at once, so that a start that fails half way
 * leaves nothing behind.
 */
export function newWorld(): World {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'certwright-e2e-')));
  const ends: (() => Promise<unknown> | undefined)[] = [];
  after(async () => {
    const failures: unknown[] = [];
    for (const end of ends.reverse()) {
      try {
        await end();
      } catch (failure) {
        failures.push(failure);
      }
    }
    rmSync(folder, { recursive: true, force: true });
    if (failures.length > 0) throw new AggregateError(failures, 'something did not end cleanly');
  });
  return { folder, defer: (end) => ends.push(end) };
}
