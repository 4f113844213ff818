import 'reflect-metadata';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  AsnConvert,
  AsnIntegerBigIntConverter,
  AsnProp,
  AsnPropTypes,
  AsnType,
  AsnTypeTypes,
  type IAsnConverter,
} from '@peculiar/asn1-schema';
import { BasicConstraints, KeyUsage, Time } from '@peculiar/asn1-x509';
import fc from 'fast-check';
import * as der from '../../../src/x509/der.ts';

/**
 * What another implementation reads in `octets`, once it is certain that it would have written the very
 * same: DER has one encoding for each value.
 */
function readBack(type: AsnPropTypes, octets: Buffer, converter?: IAsnConverter): unknown {
  class Holder {
    value: unknown = undefined;
  }
  AsnType({ type: AsnTypeTypes.Sequence })(Holder);
  AsnProp({ type, ...(converter ? { converter } : {}) })(Holder.prototype, 'value');
  const whole = der.sequence(octets);
  const holder = AsnConvert.parse(whole, Holder);
  assert.deepEqual(Buffer.from(AsnConvert.serialize(holder)), whole);
  return holder.value;
}

function integerFrom(octets: Buffer): unknown {
  return readBack(AsnPropTypes.Integer, octets, AsnIntegerBigIntConverter);
}

describe('the DER writer', () => {
  it('writes INTEGERs of any size', () => {
    fc.assert(
      fc.property(fc.nat(Number.MAX_SAFE_INTEGER), (value) => {
        assert.equal(integerFrom(der.integer(value)), BigInt(value));
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (octets) => {
        const value = BigInt(`0x${Buffer.from(octets).toString('hex')}`);
        assert.equal(integerFrom(der.integer(octets)), value);
      }),
    );
    assert.equal(der.integer(0).toString('hex'), '020100');
    assert.equal(der.integer(128).toString('hex'), '02020080');
    assert.equal(der.integer(Buffer.of(0, 0, 1)).toString('hex'), '020101');
  });

  it('writes OBJECT IDENTIFIERs', () => {
    const arc = fc.nat(2 ** 31);
    const first = fc.oneof(fc.tuple(fc.nat(1), fc.nat(39)), fc.tuple(fc.constant(2), fc.nat(47)));
    fc.assert(
      fc.property(first, fc.array(arc, { minLength: 1, maxLength: 10 }), (start, rest) => {
        const dotted = [...start, ...rest].join('.');
        assert.equal(readBack(AsnPropTypes.ObjectIdentifier, der.oid(dotted)), dotted);
      }),
    );
    assert.equal(der.oid('2.999.3').toString('hex'), '0603883703');
    // X.667 §6.2.
    const uuid = der.oid('2.25.329800735698586629295641978511506172918').toString('hex');
    assert.equal(uuid, '06146983f09da7ebcfdee0c7a1a7b2c0948cc8f9d776');
  });

  it('writes lengths in as few octets as they need', () => {
    for (const length of [0, 1, 127, 128, 255, 256, 65_535, 65_536]) {
      const octets = Buffer.alloc(length, 7);
      const read = readBack(AsnPropTypes.OctetString, der.octetString(octets)) as ArrayBuffer;
      assert.deepEqual(Buffer.from(read), octets);
    }
    assert.equal(der.octetString(Buffer.alloc(200)).subarray(0, 3).toString('hex'), '0481c8');
  });

  it('writes strings', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.equal(readBack(AsnPropTypes.Utf8String, der.utf8String(text)), text);
      }),
    );
    const basicPlane = fc.string({
      unit: fc.integer({ min: 0x20, max: 0xd7ff }).map(String.fromCharCode),
    });
    fc.assert(
      fc.property(basicPlane, (text) => {
        assert.equal(readBack(AsnPropTypes.BmpString, der.bmpString(text)), text);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        assert.equal(readBack(AsnPropTypes.IA5String, der.ia5String(text)), text);
      }),
    );
    const printable = der.printableString("Denial (US), 42 o'clock.");
    assert.equal(readBack(AsnPropTypes.PrintableString, printable), "Denial (US), 42 o'clock.");
  });

  it('writes BOOLEANs, NULL and whole BIT STRINGs', () => {
    assert.equal(readBack(AsnPropTypes.Boolean, der.boolean(true)), true);
    assert.equal(readBack(AsnPropTypes.Boolean, der.boolean(false)), false);
    assert.equal(readBack(AsnPropTypes.Null, der.nullValue()), null);
    const read = readBack(AsnPropTypes.BitString, der.bitString(Buffer.of(1, 2))) as ArrayBuffer;
    assert.deepEqual(Buffer.from(read), Buffer.of(1, 2));
  });

  it('leaves out the trailing zero bits of named bit lists', () => {
    const flagNumbers = fc.uniqueArray(fc.nat(8), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(flagNumbers, (bits) => {
        const flags = bits.reduce((sum, bit) => sum | (1 << bit), 0);
        const octets = der.namedBits(bits);
        assert.equal(AsnConvert.parse(octets, KeyUsage).toNumber(), flags);
        assert.deepEqual(Buffer.from(AsnConvert.serialize(new KeyUsage(flags))), octets);
      }),
    );
    assert.equal(der.namedBits([]).toString('hex'), '030100');
  });

  it('writes times as UTCTime until 2049, and as GeneralizedTime from 2050', () => {
    const from1950To9999 = fc.date({
      min: new Date('1950-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(from1950To9999, (instant) => {
        const wholeSeconds = new Date(Math.floor(instant.getTime() / 1000) * 1000);
        const octets = der.time(instant);
        assert.equal(octets[0], instant.getUTCFullYear() < 2050 ? 0x17 : 0x18);
        assert.deepEqual(AsnConvert.parse(octets, Time).getTime(), wholeSeconds);
      }),
    );
    const lastUtcTime = der.time(new Date('2049-12-31T23:59:59Z'));
    assert.equal(lastUtcTime.toString('latin1', 2), '491231235959Z');
    const firstGeneralizedTime = der.time(new Date('2050-01-01T00:00:00Z'));
    assert.equal(firstGeneralizedTime.toString('latin1', 2), '20500101000000Z');
  });

  it('sorts a SET OF, whatever the order given', () => {
    const members = ['0500', '020101', '0203010000', '0c0161', '3000'].map((hex) =>
      Buffer.from(hex, 'hex'),
    );
    const sorted = '31 0f 020101 0203010000 0500 0c0161 3000'.replaceAll(' ', '');
    fc.assert(
      fc.property(fc.shuffledSubarray(members, { minLength: members.length }), (shuffled) => {
        assert.equal(der.setOf(...shuffled).toString('hex'), sorted);
      }),
    );
  });

  it('writes context-specific tags', () => {
    assert.equal(der.explicit(0, der.integer(2)).toString('hex'), 'a003020102');
    assert.equal(der.implicit(2, Buffer.from('a')).toString('hex'), '820161');
    const members = [der.integer(2), der.integer(1)];
    assert.equal(der.implicitConstructed(0, ...members).toString('hex'), 'a006020102020101');
  });

  it('nests', () => {
    const octets = der.sequence(der.boolean(true), der.integer(3));
    const constraints = AsnConvert.parse(octets, BasicConstraints);
    assert.deepEqual([constraints.cA, constraints.pathLenConstraint], [true, 3]);
    assert.deepEqual(Buffer.from(AsnConvert.serialize(constraints)), octets);
  });
});
