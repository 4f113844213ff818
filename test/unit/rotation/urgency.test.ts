import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { TARGET_STATES } from '../../../src/rotation/target.ts';
import {
  compareUrgency,
  needsAttention,
  type Standing,
  urgencyOf,
} from '../../../src/rotation/urgency.ts';

const NOW = new Date('2030-01-01T00:00:00Z');

function days(count: number): Date {
  return new Date(NOW.getTime() + count * 86_400_000);
}

function standing(changes: Partial<Standing> = {}): Standing {
  return { state: 'current', notAfter: days(30), nextRotationAt: days(20), ...changes };
}

function sorted(standings: Readonly<Record<string, Standing>>): readonly string[] {
  return Object.entries(standings)
    .map(([name, one]) => urgencyOf(name, one, NOW))
    .toSorted(compareUrgency)
    .map(([, , name]) => name);
}

describe('the order of targets', () => {
  it('begins with what rotation does not mend by itself', () => {
    const standings = {
      fine: standing(),
      due: standing({ state: 'due', nextRotationAt: days(-1) }),
      stale: standing({ isStale: true, notAfter: days(9) }),
      failing: standing({ state: 'failing', notAfter: days(3) }),
      conflict: standing({ state: 'conflict', notAfter: days(2) }),
      expired: standing({ state: 'due', notAfter: days(-1), nextRotationAt: days(-11) }),
      empty: standing({ state: 'failing', notAfter: null, nextRotationAt: null }),
    };
    const order = ['empty', 'expired', 'conflict', 'failing', 'stale', 'due', 'fine'];
    assert.deepEqual(sorted(standings), order);
  });

  it('goes by the end where that comes before the rotation, as where an authority ends', () => {
    const late = standing({ notAfter: days(5), nextRotationAt: days(50) });
    assert.deepEqual(sorted({ a: standing({ nextRotationAt: days(6) }), b: late }), ['b', 'a']);
  });

  it('goes by the name where nothing else decides', () => {
    assert.deepEqual(sorted({ b: standing(), A: standing(), a: standing() }), ['A', 'a', 'b']);
  });

  it('is an order: for any two one is first, and whatever is before the first is before the second', () => {
    const instant = fc.option(fc.integer({ min: -50, max: 50 }).map(days));
    const any = fc.record({
      state: fc.constantFrom(...TARGET_STATES),
      notAfter: instant,
      nextRotationAt: instant,
    });
    const some = fc.uniqueArray(fc.tuple(fc.string(), any), {
      minLength: 2,
      maxLength: 12,
      selector: ([name]) => name,
    });
    fc.assert(
      fc.property(some, (targets) => {
        const places = targets
          .map(([name, one]) => urgencyOf(name, one, NOW))
          .toSorted(compareUrgency);
        for (const [index, one] of places.entries()) {
          for (const later of places.slice(index + 1)) {
            assert.ok(compareUrgency(one, later) < 0);
            assert.ok(compareUrgency(later, one) > 0);
          }
        }
      }),
    );
  });
});

describe('needsAttention', () => {
  it('is for a certificate that has ended, but not for one that is due', () => {
    assert.equal(needsAttention(standing({ notAfter: days(-1) }), NOW), true);
    assert.equal(needsAttention(standing({ state: 'due', nextRotationAt: days(-1) }), NOW), false);
    assert.equal(needsAttention(standing({ state: 'pending', notAfter: null }), NOW), false);
  });
});
