import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { durationSeconds } from '../../../../src/issuance/duration.ts';
import {
  certificateEndingAt,
  deadlineOf,
  rotationTimeOf,
  type Timing,
} from '../../../../src/rotation/schedule/rotation-time.ts';
import {
  openingAt,
  type RotationWindow,
} from '../../../../src/rotation/schedule/rotation-window.ts';

const DAY_MS = 86_400_000;
const ISSUED = Date.parse('2030-01-01T00:00:00Z');

function targetOf(changes: Partial<Timing> = {}): Timing {
  return { name: 'shop', validity: '30d', ...changes };
}

/** Issued at {@link ISSUED}, for as long as the target says. */
function certificateOf(target: Timing, days = 30) {
  return certificateEndingAt(new Date(ISSUED + days * DAY_MS), target);
}

/** Days from the issue to the rotation, as seen `atDay`. */
function rotationDay(target: Timing, atDay = 0): number {
  const now = new Date(ISSUED + atDay * DAY_MS);
  return (rotationTimeOf(certificateOf(target), target, now).getTime() - ISSUED) / DAY_MS;
}

const names = fc.string({ minLength: 1, maxLength: 63 });
const windows: fc.Arbitrary<RotationWindow> = fc.record({
  cron: fc
    .tuple(fc.nat(59), fc.nat(23), fc.nat(6))
    .map(([minute, hour, day]) => `${minute} ${hour} * * ${day}`),
  duration: fc.constantFrom('5m', '2h', '3d'),
  timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/St_Johns'),
});

describe('a target without a window', () => {
  it('is rotated up to a tenth of its lifetime before it is due, never later, and always at the same time', () => {
    fc.assert(
      fc.property(names, (name) => {
        const day = rotationDay(targetOf({ name }));
        assert.ok(day > 17 && day <= 20, `${day}`);
        assert.equal(day, rotationDay(targetOf({ name }), 19));
      }),
    );
  });

  it('is spread evenly with all others that were issued at the same time', () => {
    const perDay = [0, 0, 0];
    for (let index = 0; index < 3_000; index += 1) {
      const day = Math.ceil(rotationDay(targetOf({ name: `host-${index}` }))) - 18;
      perDay[day] = (perDay[day] ?? 0) + 1;
    }
    assert.equal(perDay.length, 3);
    for (const count of perDay) assert.ok(count > 880 && count < 1_120, String(perDay));
  });

  it('is never due in the first half of its life, nor as soon as it is issued, whatever it asks for', () => {
    const lifetimes = fc.constantFrom('90s', '12m', '24h', '30d', '365d');
    const jitters = fc.constantFrom(undefined, '1s', '10m', '10d', '1y');
    fc.assert(
      fc.property(names, lifetimes, jitters, (name, validity, jitter) => {
        const target = targetOf({ name, validity, ...(jitter ? { jitter } : {}) });
        const lifeMs = durationSeconds(validity) * 1000;
        const certificate = certificateEndingAt(new Date(ISSUED + lifeMs), target);
        const time = rotationTimeOf(certificate, target, new Date(ISSUED)).getTime();
        assert.ok(time >= ISSUED + lifeMs / 2 - 1000, `${validity} ${jitter}`);
      }),
    );
    const early = targetOf({ renewBefore: '29d' });
    fc.assert(
      fc.property(names, (name) => {
        const day = rotationDay({ ...early, name });
        assert.ok(day > 0.7 && day <= 1);
      }),
    );
  });

  it('is rotated exactly when it is due with a jitter of 0s', () => {
    assert.equal(rotationDay(targetOf({ jitter: '0s' })), 20);
  });
});

describe('a target with a window', () => {
  const nights = { cron: '0 2 * * *', duration: '2h' };

  it('is rotated in its window, and never after the time that overrides it', () => {
    fc.assert(
      fc.property(names, windows, fc.integer({ min: 0, max: 30 }), (name, rotationWindow, day) => {
        const target = targetOf({ name, rotationWindow });
        const now = ISSUED + day * DAY_MS;
        const certificate = certificateOf(target);
        const time = rotationTimeOf(certificate, target, new Date(now)).getTime();
        const override = ISSUED + 25 * DAY_MS;
        assert.ok(time <= override && time >= ISSUED + 15 * DAY_MS);
        if (time < override) assert.ok(openingAt(rotationWindow, time), `${time} is in no window`);
      }),
    );
  });

  it('is due then, when it is looked at then, and not before', () => {
    fc.assert(
      fc.property(names, windows, (name, rotationWindow) => {
        const target = targetOf({ name, rotationWindow });
        const certificate = certificateOf(target);
        const time = rotationTimeOf(certificate, target, new Date(ISSUED));
        assert.ok(rotationTimeOf(certificate, target, time) <= time);
        const before = new Date(time.getTime() - 1000);
        assert.ok(rotationTimeOf(certificate, target, before) > before);
      }),
    );
  });

  it('waits for the next one where it has missed one', () => {
    const target = targetOf({ rotationWindow: nights, jitter: '0s' });
    const missed = rotationDay(target, 21.5);
    assert.ok(missed >= 22 + 2 / 24 && missed < 22 + 4 / 24);
  });

  it('takes the last window before its time where no other comes before it is too late', () => {
    // Once a month: on the 17th, in the 16 days after the issue that lie behind the half of its life.
    const rotationWindow = { cron: '0 0 17 * *', duration: '4h' };
    const target = targetOf({ rotationWindow, jitter: '0s' });
    const day = rotationDay(target);
    assert.ok(day >= 16 && day < 16 + 4 / 24, `${day}`);
  });

  it('waits for no window once half of the time from due to expiry is gone', () => {
    const rotationWindow = { cron: '0 0 1 1 *', duration: '1h' };
    assert.equal(rotationDay(targetOf({ rotationWindow })), 25);
    assert.ok(rotationDay(targetOf({ rotationWindow }), 27) <= 25);
  });

  it('spreads those that waited over the first half of the window', () => {
    const hours = Array.from({ length: 400 }, (_, index) => {
      const target = targetOf({ name: `host-${index}`, rotationWindow: nights, jitter: '0s' });
      return (rotationDay(target) % 1) * 24;
    });
    assert.ok(hours.every((hour) => hour >= 2 && hour < 3));
    for (const half of [2, 2.5]) {
      const count = hours.filter((hour) => hour >= half && hour < half + 0.5).length;
      assert.ok(count > 150 && count < 250, `${count} from ${half}`);
    }
  });

  it('is to be done before the window closes, and in any case by the time that overrides it', () => {
    const target = targetOf({ rotationWindow: nights });
    const open = ISSUED + 20 * DAY_MS + 3 * 3_600_000;
    assert.equal(deadlineOf(certificateOf(target), target, open), open + 3_600_000);
    const closed = ISSUED + 20 * DAY_MS;
    assert.equal(deadlineOf(certificateOf(target), target, closed), ISSUED + 25 * DAY_MS);
  });
});
