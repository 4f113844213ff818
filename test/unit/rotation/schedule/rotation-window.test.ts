import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  openingAfter,
  openingAt,
  type RotationWindow,
  windowViolations,
} from '../../../../src/rotation/schedule/rotation-window.ts';

const HOUR_MS = 3_600_000;

function startsAfter(window: RotationWindow, time: string, count: number): readonly string[] {
  const starts: string[] = [];
  for (let at = Date.parse(time); starts.length < count; ) {
    const opening = openingAfter(window, at) ?? assert.fail('never opens');
    starts.push(new Date(opening.start).toISOString().slice(0, 16));
    at = opening.start;
  }
  return starts;
}

describe('a window', () => {
  it('opens when its cron expression says, in UTC unless it says otherwise', () => {
    const window = { cron: '30 2 * * 6', duration: '1h' };
    assert.deepEqual(startsAfter(window, '2030-01-01T00:00:00Z', 2), [
      '2030-01-05T02:30',
      '2030-01-12T02:30',
    ]);
  });

  it('keeps to the time of its place when the clocks there are changed', () => {
    const window = { cron: '0 4 * * *', duration: '1h', timeZone: 'Europe/Berlin' };
    assert.deepEqual(startsAfter(window, '2030-03-29T12:00:00Z', 3), [
      '2030-03-30T03:00',
      '2030-03-31T02:00',
      '2030-04-01T02:00',
    ]);
  });

  it('opens once on a day on which its hour is skipped, and once on one on which it comes twice', () => {
    const window = { cron: '30 2 * * *', duration: '1h', timeZone: 'Europe/Berlin' };
    assert.deepEqual(startsAfter(window, '2030-03-30T12:00:00Z', 2), [
      '2030-03-31T01:00',
      '2030-04-01T00:30',
    ]);
    assert.deepEqual(startsAfter(window, '2030-10-26T12:00:00Z', 2), [
      '2030-10-27T00:30',
      '2030-10-28T01:30',
    ]);
  });

  it('is open from its start on, and no more at its end', () => {
    const window = { cron: '0 2 * * *', duration: '2h' };
    const start = Date.parse('2030-01-02T02:00:00Z');
    assert.equal(openingAt(window, start - 1), undefined);
    assert.deepEqual(openingAt(window, start), { start, end: start + 2 * HOUR_MS });
    assert.ok(openingAt(window, start + 2 * HOUR_MS - 1));
    assert.equal(openingAt(window, start + 2 * HOUR_MS), undefined);
  });

  it('is open all the time where its openings overlap', () => {
    const window = { cron: '0 * * * *', duration: '2h' };
    for (let hour = 0; hour < 48; hour += 0.5) {
      assert.ok(openingAt(window, Date.parse('2030-01-02T00:00:00Z') + hour * HOUR_MS));
    }
  });

  it('answers the same in whatever order it is asked', () => {
    const asked = [20, 1, 9, 30, 2, 2, 11].map(
      (day) => Date.parse('2030-01-01') + day * 24 * HOUR_MS,
    );
    const shared = { cron: '15 3 * * 1,4', duration: '1h' };
    for (const at of asked) {
      assert.deepEqual(openingAfter(shared, at), openingAfter({ ...shared }, at));
      assert.deepEqual(openingAt(shared, at), openingAt({ ...shared }, at));
    }
  });

  it('is at fault in each member by itself', () => {
    const faulty = { cron: '0 0 30 2 *', duration: '1s', timeZone: 'Mars/Base' };
    assert.deepEqual(
      windowViolations(faulty).map(({ pointer }) => pointer),
      ['/cron', '/duration', '/timeZone'],
    );
    assert.deepEqual(windowViolations({ cron: '0 0 29 2 *', duration: '7d' }), []);
  });
});
