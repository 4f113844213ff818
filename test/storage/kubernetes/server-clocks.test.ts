import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServerClocks } from '../../../storage/kubernetes/server-clocks.ts';

const MINUTE_MS = 60_000;
const dateAt = (ms: number) => new Date(ms).toUTCString();

/** The offset that follows from an answer that says `date`, `roundTripMs` after it was asked for. */
function heard(date: string | undefined, roundTripMs = 0) {
  const clocks = new ServerClocks();
  clocks.note(undefined, date, performance.now() - roundTripMs);
  return clocks.offsetOf(undefined);
}

describe('the clock of an API server', () => {
  it('is where its answers say, to the second and the time that an answer took', () => {
    for (const aheadMs of [0, 10 * MINUTE_MS, -10 * MINUTE_MS]) {
      const offset = heard(dateAt(Date.now() - aheadMs), 300) ?? assert.fail();
      assert.ok(offset.leastMs <= aheadMs && aheadMs <= offset.mostMs, JSON.stringify(offset));
      const uncertainMs = offset.mostMs - offset.leastMs;
      // A second more where the machine is busy meanwhile.
      assert.ok(uncertainMs >= 1_300 && uncertainMs < 2_400, String(uncertainMs));
    }
  });

  it('is not known from an answer without a date, which forgets nothing either', () => {
    for (const date of [undefined, '', 'soon']) assert.equal(heard(date), undefined);
    const clocks = new ServerClocks();
    clocks.note('edge', dateAt(Date.now()), performance.now());
    clocks.note('edge', undefined, performance.now());
    assert.ok(clocks.offsetOf('edge'));
    assert.deepEqual(clocks.contexts, ['edge']);
    assert.equal(clocks.offsetOf(undefined), undefined);
  });

  it('goes on between answers, so that a jump of our own is seen without another', (t) => {
    const clocks = new ServerClocks();
    const start = Date.now();
    clocks.note(undefined, dateAt(start), performance.now());
    t.mock.timers.enable({ apis: ['Date'], now: start + 10 * MINUTE_MS });
    const { leastMs, mostMs } = clocks.offsetOf(undefined) ?? assert.fail();
    assert.ok(leastMs > 9.9 * MINUTE_MS && mostMs < 10.1 * MINUTE_MS, `${leastMs} ${mostMs}`);
  });
});
