import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import * as der from '../../../src/x509/der.ts';
import { DerError } from '../../../src/x509/der-error.ts';
import { readDer } from '../../../src/x509/der-reader.ts';
import { oidFault } from '../../../src/x509/oid-fault.ts';

const read = (octets: Uint8Array) => readDer(octets, (reader) => reader.oid());
const LARGEST_ARC = 2n ** 128n - 1n;

describe('an object identifier', () => {
  it('is read as it was written, to the last bit of a UUID', () => {
    const arc = fc.oneof(fc.nat().map(BigInt), fc.bigInt({ min: 0n, max: LARGEST_ARC }));
    const start = fc.oneof(
      fc.tuple(fc.constantFrom(0n, 1n), fc.bigInt({ min: 0n, max: 39n })),
      fc.tuple(fc.constant(2n), arc),
    );
    fc.assert(
      fc.property(start, fc.array(arc, { maxLength: 2 }), (first, rest) => {
        const dotted = [...first, ...rest].join('.');
        assert.equal(oidFault(dotted), undefined);
        assert.equal(read(der.oid(dotted)), dotted);
      }),
    );
    for (const arcAround of [2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, LARGEST_ARC]) {
      const dotted = [`2.${arcAround}`, `2.25.${arcAround}.1`];
      for (const one of dotted) assert.equal(read(der.oid(one)), one);
    }
  });

  it('is not read where an arc has more than 128 bits, or is longer than it need be', () => {
    for (const octets of [
      der.oid(`2.25.${LARGEST_ARC + 1n}`),
      der.oid(`2.${LARGEST_ARC + 1n}`),
      Buffer.from('06042a808001', 'hex'),
      Buffer.from('060380812a', 'hex'),
      Buffer.concat([Buffer.of(6, 65), Buffer.alloc(65, 1)]),
    ]) {
      assert.throws(() => read(octets), DerError, octets.toString('hex'));
    }
  });

  it('is refused in words where it could not be written, or not be read again', () => {
    for (const [dotted, words] of [
      ['1.99.1', 'is not an object identifier: under 1 the arcs end at 39'],
      ['0.40.1', 'is not an object identifier: under 0 the arcs end at 39'],
      ['3.1', 'is not an object identifier'],
      ['1', 'is not an object identifier'],
      ['1.2.03', 'is not an object identifier'],
      ['1.2.3.', 'is not an object identifier'],
      [`2.25.${LARGEST_ARC + 1n}`, 'has an arc of more than 128 bits'],
      [`2.25${'.1'.repeat(64)}`, 'takes more than 64 octets'],
    ] as const) {
      assert.equal(oidFault(dotted), words);
    }
    for (const dotted of ['0.39', '1.39.4294967296', '2.999.3', `2.25.${LARGEST_ARC}`]) {
      assert.equal(oidFault(dotted), undefined);
    }
  });
});
