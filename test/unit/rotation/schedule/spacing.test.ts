import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Spacing } from '../../../../src/rotation/schedule/spacing.ts';

const LATENESS_MS = 20;

/** When turns begin that are asked for after these pauses, by somebody who waits for each and comes late. */
function turnsOf(perSecond: number, pauses: readonly number[], lateMs = 0): readonly number[] {
  const spacing = new Spacing(perSecond);
  let now = 0;
  return pauses.map((pause) => {
    now = spacing.next(now + pause) + lateMs;
    return spacing.take(now);
  });
}

describe('turns at a rate', () => {
  it('are never more in any time than the rate allows, and one', () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 2, maxLength: 60 });
    const rates = fc.constantFrom(0.1, 1, 2.5, 5, 200);
    fc.assert(
      fc.property(rates, pauses, (rate, between) => {
        const turns = turnsOf(rate, between);
        for (const [first, start] of turns.entries()) {
          for (const [more, end] of turns.slice(first).entries()) {
            // A turn that was late by less than the tolerance lies on the grid all the same.
            const most = ((end - start + LATENESS_MS) / 1000) * rate + 1e-6;
            assert.ok(more <= most, `${more} turns in ${end - start} ms`);
          }
        }
      }),
    );
  });

  it('keep the rate within 5 % though every timer is late', () => {
    for (const lateMs of [0, 1, 5, 15]) {
      const turns = turnsOf(5, Array<number>(200).fill(0), lateMs);
      const perSecond = 199 / (((turns.at(-1) ?? 0) - (turns[0] ?? 0)) / 1000);
      assert.ok(Math.abs(perSecond - 5) < 0.25, `${perSecond}/s`);
    }
  });

  it('come at once where there is no rate', () => {
    const spacing = new Spacing(undefined);
    assert.deepEqual([spacing.take(7), spacing.take(7), spacing.take(7)], [7, 7, 7]);
  });
});
