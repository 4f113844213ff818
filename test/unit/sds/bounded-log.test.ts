import assert from 'node:assert/strict';
import { it } from 'node:test';
import { BoundedLog } from '../../../api/sds/bounded-log.ts';
import { TestClock } from '../../support/rotation.ts';

it('ten lines a minute are written, and the next one tells how many were left out, also after the clock is set back', () => {
  const clock = new TestClock();
  const log = new BoundedLog(clock.now);
  const written: object[] = [];
  const flood = () => {
    for (let line = 0; line < 1_000; line += 1) log.write((leftOut) => written.push(leftOut));
  };
  flood();
  assert.equal(written.length, 10);
  for (const minutes of [1, -30]) {
    clock.advance(minutes * 60_000);
    flood();
  }
  assert.equal(written.length, 30);
  assert.deepEqual(
    [written[0], written[10], written[11], written[20]],
    [{}, { leftOut: 990 }, {}, { leftOut: 990 }],
  );
});
