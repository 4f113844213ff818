import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DURATION, durationSeconds } from '../../../src/issuance/duration.ts';
import { periodSeconds, validityAt } from '../../../src/issuance/validity.ts';

const now = new Date('2030-06-15T12:00:00.750Z');
const DAY = 86_400;
const MAXIMUM = 825 * DAY;
const terms = { now, maximumSeconds: MAXIMUM, issuerNotBefore: undefined, backdateSeconds: 300 };

function at(instant: Date): string {
  return instant.toISOString();
}

describe('a duration', () => {
  it('is a number without leading zero, and one unit', () => {
    for (const [text, seconds] of [
      ['1s', 1],
      ['90m', 5_400],
      ['24h', DAY],
      ['30d', 30 * DAY],
      ['999999s', 999_999],
      ['20y', 20 * 365 * DAY],
    ] as const) {
      assert.match(text, DURATION);
      assert.equal(durationSeconds(text), seconds);
    }
    for (const text of [
      '',
      '0d',
      '01d',
      '1000000s',
      '1',
      'd',
      '1w',
      '1D',
      '1.5h',
      '-1d',
      '1d1h',
      '1d\n',
      ' 1d',
    ]) {
      assert.doesNotMatch(text, DURATION);
    }
  });
});

describe('a validity', () => {
  it('begins as long ago as it is told, and ends the last second before its time is over', () => {
    const { notBefore, notAfter } = validityAt({ ...terms, validitySeconds: 30 * DAY });
    assert.equal(at(notBefore), '2030-06-15T11:55:00.000Z');
    assert.equal(at(notAfter), '2030-07-15T11:59:59.000Z');
  });

  it('never begins before its issuer does', () => {
    for (const issuer of ['2030-06-15T11:55:01Z', '2030-06-15T12:00:00Z']) {
      const issuerNotBefore = new Date(issuer);
      const { notBefore } = validityAt({ ...terms, issuerNotBefore, validitySeconds: 60 });
      assert.deepEqual(notBefore, issuerNotBefore);
    }
  });

  it('of the maximum ends early by what it begins early, and is then exactly the maximum', () => {
    const validity = validityAt({ ...terms, validitySeconds: MAXIMUM });
    assert.equal(periodSeconds(validity), MAXIMUM);
    assert.equal(at(validity.notBefore), '2030-06-15T11:55:00.000Z');
  });

  it('of nearly the maximum is exactly the maximum too', () => {
    const validity = validityAt({ ...terms, validitySeconds: MAXIMUM - 299 });
    assert.equal(periodSeconds(validity), MAXIMUM);
    assert.equal(
      periodSeconds(validityAt({ ...terms, validitySeconds: MAXIMUM - 301 })),
      MAXIMUM - 1,
    );
  });

  it('of the maximum, under an issuer of this very second, is the maximum and not longer', () => {
    const issuerNotBefore = new Date('2030-06-15T12:00:00Z');
    const validity = validityAt({ ...terms, issuerNotBefore, validitySeconds: MAXIMUM });
    assert.equal(periodSeconds(validity), MAXIMUM);
  });

  it('is whole seconds, and lasts from now for what was asked', () => {
    const instant = fc.date({
      min: new Date('2000-01-01T00:00:00Z'),
      max: new Date('2100-01-01T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(
        instant,
        fc.integer({ min: 1, max: MAXIMUM - 300 }),
        (moment, validitySeconds) => {
          const { notBefore, notAfter } = validityAt({ ...terms, now: moment, validitySeconds });
          const second = Math.floor(moment.getTime() / 1_000);
          assert.equal(notBefore.getTime(), (second - 300) * 1_000);
          assert.equal(notAfter.getTime(), (second + validitySeconds - 1) * 1_000);
        },
      ),
    );
  });
});
