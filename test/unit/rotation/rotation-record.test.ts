import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isLeftAlone, NEW_TARGET } from '../../../src/rotation/rotation-record.ts';

const NOW = new Date('2030-01-01T00:00:00Z');
const MINUTE_MS = 60_000;
const inMinutes = (minutes: number) => new Date(NOW.getTime() + minutes * MINUTE_MS);
const fight = { overwrites: 9, lastAt: NOW, isWaiting: true };

describe('a target that has failed', () => {
  it('is left alone until its time has come', () => {
    assert.equal(isLeftAlone(NEW_TARGET, NOW), false);
    assert.equal(isLeftAlone({ ...NEW_TARGET, retryAt: inMinutes(5) }, NOW), true);
    assert.equal(isLeftAlone({ ...NEW_TARGET, retryAt: NOW }, NOW), false);
    assert.equal(isLeftAlone({ ...NEW_TARGET, fight, retryAt: inMinutes(60) }, NOW), true);
  });

  it('does not wait for a time that was set by a clock which was ahead', () => {
    assert.equal(isLeftAlone({ ...NEW_TARGET, retryAt: inMinutes(5.1) }, NOW), false);
    assert.equal(isLeftAlone({ ...NEW_TARGET, fight, retryAt: inMinutes(60.1) }, NOW), false);
  });
});
