import assert from 'node:assert/strict';
import { PkiError } from '../../src/errors.ts';
import { cpuMillisecondsOf } from '../agreement/mutations/cpu-time.ts';

/** No input may take longer, whatever it is; whoever sends one pays for less than that. */
const MAX_MS = 50;

/**
 * What `work` gives, or `undefined` where it refuses: by an error of the closed list, that says where
 * it was wrong. It is done again where it seems to take long.
 */
export async function grantedBy<T>(
  work: () => T | Promise<T>,
  maxMs = MAX_MS,
): Promise<T | undefined> {
  let result: T | undefined;
  const milliseconds = await cpuMillisecondsOf(async () => {
    try {
      result = await work();
    } catch (error) {
      result = undefined;
      assertRefusal(error);
    }
  }, maxMs);
  assert.ok(milliseconds <= maxMs, `takes ${milliseconds} ms`);
  return result;
}

/** Refusals that concern no member of the request. */
const WITHOUT_PLACE = ['authority-unknown', 'authority-cannot-issue', 'name-taken'];

function assertRefusal(error: unknown): void {
  if (!(error instanceof PkiError)) throw error;
  const { code, message, violations, parameters } = error;
  assert.notEqual(message, '');
  for (const { pointer } of violations) assert.match(pointer, /^(\/|$)/);
  const hasPlace = violations.length + parameters.length > 0;
  assert.ok(hasPlace || WITHOUT_PLACE.includes(code), `${code}: ${message}`);
}
