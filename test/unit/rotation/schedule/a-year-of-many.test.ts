import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_LIMITS, NO_LIMITS } from '../../../../src/rotation/schedule/limits.ts';
import { liveThroughYear } from '../../../support/year-of-rotation.ts';

/** Of the busiest day to the mean, as the project promises it. */
const GOAL = 1.3;

describe('10,000 targets of 30-day certificates over a year, their API server away for three days', () => {
  const year = liveThroughYear({ limits: DEFAULT_LIMITS });

  it('never hold a certificate that has expired', () => {
    assert.deepEqual(year.expired, []);
    assert.ok(year.rotations > 180_000);
  });

  it('are never rotated much faster than on average, neither to catch up nor when those come back together', () => {
    assert.ok(year.peakToMean <= GOAL, `${year.peakToMean}`);
  });

  it('have caught up a life later: no more wait than usual', () => {
    assert.ok(year.rotationsByDay.slice(year.outageEnd + 30).every((count) => count > 0));
  });
});

it('a year without the pace of the routine has herds: the goal is not met by itself', () => {
  const { peakToMean } = liveThroughYear({ limits: { ...NO_LIMITS }, targets: 3_000 });
  assert.ok(peakToMean > 2, `${peakToMean}`);
});

it('a year without jitter has a herd, which the pace spreads only as far as the certificates last', () => {
  const year = liveThroughYear({
    limits: DEFAULT_LIMITS,
    targets: 3_000,
    jitter: '0s',
    areIssuedTogether: true,
  });
  const spread = liveThroughYear({
    limits: DEFAULT_LIMITS,
    targets: 3_000,
    areIssuedTogether: true,
  });
  assert.deepEqual(year.expired, []);
  assert.ok(year.peakToMean > 1.2 * spread.peakToMean, `${year.peakToMean}, ${spread.peakToMean}`);
});
