import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DEFAULT_LIMITS, NO_LIMITS } from '../../../../src/rotation/schedule/limits.ts';
import { type Due, RoutinePace } from '../../../../src/rotation/schedule/routine-pace.ts';

const PASS_MS = 300_000;
const DAY_MS = 86_400_000;

/** How many go in each pass, of targets that wait with these deadlines from the beginning. */
function passesOf(deadlines: readonly number[], meanPerSecond: number, limits = DEFAULT_LIMITS) {
  const pace = new RoutinePace(limits);
  let waiting: readonly Due[] = deadlines.map((deadline) => ({ deadline }));
  const passes: { readonly now: number; readonly went: readonly Due[] }[] = [];
  for (let now = 0; waiting.length > 0; now += PASS_MS) {
    const went = pace.admit(waiting, { now, meanPerSecond });
    waiting = waiting.filter((due) => !went.includes(due));
    passes.push({ now, went });
  }
  return passes;
}

describe('the pace of the routine', () => {
  it('lets a few that are due together go at once', () => {
    const [first] = passesOf(Array<number>(50).fill(5 * DAY_MS), 1e-6);
    assert.equal(first?.went.length, 50);
  });

  it('spreads a herd at a fifth more than the average rate', () => {
    const passes = passesOf(Array<number>(500).fill(30 * DAY_MS), 0.01);
    const perPass = passes.slice(1, -1).map(({ went }) => went.length);
    const mean = perPass.reduce((sum, count) => sum + count, 0) / perPass.length;
    assert.ok(Math.abs(mean - 0.012 * 300) < 0.1, `${mean}`);
    assert.ok(Math.max(...perPass) <= 4);
  });

  it('keeps every deadline that is not over yet, however many there are', () => {
    const deadlines = fc.array(fc.integer({ min: PASS_MS, max: DAY_MS }), { maxLength: 300 });
    fc.assert(
      fc.property(deadlines, (all) => {
        for (const { now, went } of passesOf(all, 1e-6)) {
          for (const { deadline } of went) assert.ok(now <= deadline, `${now} > ${deadline}`);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('takes the nearest deadline first', () => {
    const passes = passesOf(
      [3, 1, 2].flatMap((days) => Array<number>(60).fill(days * DAY_MS)),
      0.001,
    );
    const order = passes.flatMap(({ went }) => went.map(({ deadline }) => deadline));
    assert.deepEqual(
      order,
      order.toSorted((one, other) => one - other),
    );
  });

  it('is off where writes come in one burst', () => {
    const [first] = passesOf(Array<number>(5_000).fill(DAY_MS), 1e-6, NO_LIMITS);
    assert.equal(first?.went.length, 5_000);
  });
});
