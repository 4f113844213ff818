import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as der from '../../../src/x509/der.ts';
import { DerError } from '../../../src/x509/der-error.ts';
import { derOfBer } from '../../../src/x509/der-of-ber.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('derOfBer', () => {
  it('gives what has no definite length one, and makes one string of pieces', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['30 80 02 01 03 00 00', '30 03 02 01 03'],
      ['30 80 30 80 00 00 00 00', '30 02 30 00'],
      ['30 06 a0 80 05 00 00 00', '30 04 a0 02 05 00'],
      ['24 80 04 01 61 24 80 04 02 62 63 00 00 00 00', '04 03 61 62 63'],
      ['24 03 04 01 61', '04 01 61'],
      // Whether these are pieces, only their place shows.
      ['a0 80 04 01 61 04 01 62 00 00', 'a0 06 04 01 61 04 01 62'],
    ];
    for (const [ber, expected] of cases) assert.deepEqual(derOfBer(hex(ber)), hex(expected), ber);
  });

  it('leaves DER as it is, and what follows it', () => {
    const whole = der.sequence(
      der.octetString(Buffer.alloc(300, 1)),
      der.explicit(0, der.integer(1)),
    );
    assert.deepEqual(derOfBer(whole), whole);
    const followed = Buffer.concat([whole, Buffer.of(0)]);
    assert.deepEqual(derOfBer(followed), followed);
  });

  it('refuses what is cut off, has no end, is nested without one, or in pieces of another type', () => {
    for (const [ber, words] of [
      ['', /the end comes too early/],
      ['30 80 02 01 03', /the end comes too early/],
      ['30 80 02 01 03 00', /the end comes too early/],
      ['30 05 30 80 05 00 00 00', /the end comes too early/],
      ['30 05 02 01 03', /a length beyond the end/],
      ['30 81 03 02 01 03', /shortest form/],
      ['04 80 00 00', /shortest form/],
      ['24 80 05 00 00 00', /another tag/],
      ['3f 80 05 00 00 00', /another tag/],
      ['30 80'.repeat(40), /nested deeper than 32/],
    ] as const) {
      assert.throws(() => derOfBer(hex(ber)), isFault(words), ber);
    }
  });
});

function isFault(words: RegExp) {
  return (error: unknown) => error instanceof DerError && words.test(error.message);
}
