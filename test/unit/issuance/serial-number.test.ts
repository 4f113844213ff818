import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { newSerialNumber, parseSerialNumber, pooled } from '../../../src/issuance/serial-number.ts';
import { integer } from '../../../src/x509/der.ts';

const sixteen = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe('a serial number', () => {
  it('is positive and of 16 octets in DER, whatever the random octets', () => {
    fc.assert(
      fc.property(sixteen, (octets) => {
        const serialNumber = newSerialNumber(() => octets);
        assert.match(serialNumber, /^[4-7][0-9a-f]{31}$/);
        const der = integer(Buffer.from(serialNumber, 'hex')).toString('hex');
        assert.equal(der, `0210${serialNumber}`);
      }),
    );
  });

  it('keeps 126 random bits, and leaves the random octets as they were', () => {
    fc.assert(
      fc.property(sixteen, (octets) => {
        const before = Buffer.from(octets);
        const made = Buffer.from(
          newSerialNumber(() => octets),
          'hex',
        );
        assert.deepEqual(Buffer.from(octets), before);
        assert.deepEqual(made.subarray(1), before.subarray(1));
        assert.equal(made.readUInt8(0) & 0x3f, before.readUInt8(0) & 0x3f);
      }),
    );
  });

  it('asks for as many random octets as it holds, and is new each time', () => {
    const sizes: number[] = [];
    const made = new Set(
      Array.from({ length: 1_000 }, () =>
        newSerialNumber((size) => {
          sizes.push(size);
          return randomBytes(size);
        }),
      ),
    );
    assert.equal(made.size, 1_000);
    assert.deepEqual(new Set(sizes), new Set([16]));
  });

  it('is looked up in any spelling of hexadecimal', () => {
    const serialNumber = '4a0b'.padEnd(32, '0');
    const colons = serialNumber.match(/../g)?.join(':') ?? '';
    for (const text of [serialNumber, serialNumber.toUpperCase(), colons, colons.toUpperCase()]) {
      assert.equal(parseSerialNumber(text), serialNumber);
      assert.equal(parseSerialNumber(`0x${text}`), serialNumber);
    }
    for (const text of ['', '0x', 'g'.repeat(32), 'a'.repeat(41), `${serialNumber}\n`, 'a b']) {
      assert.equal(parseSerialNumber(text), undefined, text);
    }
  });

  it('from elsewhere has 1 to 20 octets, with leading zeros or without', () => {
    const twenty = '9f'.repeat(20);
    for (const [text, expected] of [
      ['1', '01'],
      ['0x3e8', '03e8'],
      ['0', '00'],
      ['00', '00'],
      ['00:9F', '9f'],
      [`00${twenty}`, twenty],
      [twenty, twenty],
      [`01${twenty}`, undefined],
    ] as const) {
      assert.equal(parseSerialNumber(text), expected, text);
    }
  });
});

describe('pooled random octets', () => {
  it('are those of their source, each handed out once, in any portions', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(sizes, (portions) => {
        const drawn: Buffer[] = [];
        const draw = pooled((size) => {
          const octets = randomBytes(size);
          drawn.push(octets);
          return octets;
        });
        let source: Buffer = Buffer.alloc(0);
        for (const size of portions) {
          const before = drawn.length;
          const octets = draw(size);
          // What is left of a pool that is too small is not handed out at all.
          if (drawn.length > before) source = drawn.at(-1) ?? source;
          assert.deepEqual(Buffer.from(octets), source.subarray(0, size));
          source = source.subarray(size);
        }
      }),
    );
  });

  it('are drawn once for many serial numbers', () => {
    let draws = 0;
    const draw = pooled((size) => {
      draws += 1;
      return randomBytes(size);
    });
    const numbers = new Set(Array.from({ length: 256 }, () => newSerialNumber(draw)));
    assert.equal(numbers.size, 256);
    assert.equal(draws, 1);
  });
});
