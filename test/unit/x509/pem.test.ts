import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { PkiError } from '../../../src/errors.ts';
import { decodePem, encodePem } from '../../../src/x509/pem.ts';

const MIB = 1024 * 1024;
/** Reading a mebibyte takes some milliseconds; a regular expression that runs away takes minutes. */
const BOUND_MS = 2_000;

const octets = fc.uint8Array({ minLength: 1, maxLength: 300 });
const label = fc.constantFrom('CERTIFICATE', 'EC PRIVATE KEY', 'X509 CRL');

function isMalformed(error: unknown): boolean {
  return error instanceof PkiError && error.code === 'request-malformed';
}

describe('encodePem', () => {
  it('has lines of 64 characters, and ends with a line feed (RFC 7468 §2)', () => {
    const lines = encodePem('CERTIFICATE', Buffer.alloc(100)).split('\n');
    const lengths = lines.slice(1, -2).map((line) => line.length);
    assert.deepEqual(lengths, [64, 64, 8]);
    assert.equal(lines.at(-1), '');
  });

  it('writes a view into a larger buffer, and nothing beside it', () => {
    const view = new Uint8Array(Buffer.from('..text..').subarray(2, 6));
    assert.equal(decodePem(encodePem('X', view))[0]?.der.toString(), 'text');
  });
});

describe('decodePem', () => {
  it('reads what encodePem writes, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(label, octets), { maxLength: 5 }), (blocks) => {
        const text = blocks.map(([word, der]) => encodePem(word, der)).join('');
        const expected = blocks.map(([word, der]) => ({ label: word, der: Buffer.from(der) }));
        assert.deepEqual(decodePem(text), expected);
      }),
    );
  });

  it('passes over remarks, and takes any line ends and line lengths', () => {
    const text = encodePem(
      'CERTIFICATE',
      Buffer.from('some octets that fill more than a line of base64'),
    );
    const variants = [
      text.replaceAll('\n', '\r\n'),
      `subject=CN=x\n${text}\ntrailing`,
      text.replace(/(?<=[A-Za-z0-9+/])\n(?=[A-Za-z0-9+/])/, ''),
      text.trimEnd(),
    ];
    for (const variant of variants) assert.deepEqual(decodePem(variant), decodePem(text));
    assert.deepEqual(decodePem('no block at all'), []);
  });

  it('refuses a block that is cut off, mislabelled, empty or not Base64', () => {
    const good = encodePem('CERTIFICATE', Buffer.from('octets'));
    const damaged = [
      good.slice(0, -10),
      good.slice(10),
      good.replace('END CERTIFICATE', 'END X509 CRL'),
      encodePem('CERTIFICATE', Buffer.alloc(0)),
      good.replace('b2N0', 'b2N*'),
      good.replace('b2N0', 'b2N'),
      good + good.slice(0, -10),
      `-----BEGIN CERTIFICATE-----\n${good}`,
    ];
    for (const text of damaged) assert.throws(() => decodePem(text), isMalformed);
  });

  it('gives blocks or a PkiError, whatever the text', () => {
    const fragment = fc.oneof(
      fc.string(),
      fc.constantFrom('-----BEGIN ', '-----END ', 'CERTIFICATE', '-----', '\n', 'AAAA', '='),
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 12 }), (fragments) => {
        try {
          assert.ok(Array.isArray(decodePem(fragments.join(''))));
        } catch (error) {
          assert.ok(isMalformed(error), String(error));
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('reads a mebibyte of anything in bounded time', () => {
    const begin = '-----BEGIN CERTIFICATE-----';
    const end = '-----END CERTIFICATE-----';
    const hostile = [
      begin.repeat(MIB / begin.length),
      `${begin}\n`.repeat(MIB / 28),
      `${begin}${'A'.repeat(MIB)}`,
      `${begin}${'A'.repeat(MIB)}=${end}`,
      `${begin}${'\n'.repeat(MIB)}${end}`,
      `${begin}${'A \n'.repeat(MIB / 3)}${end}`,
      `-----BEGIN ${' '.repeat(MIB)}`,
      `-----BEGIN ${'A '.repeat(60)}`.repeat(MIB / 130),
      '-'.repeat(MIB),
      '-----BEGIN A-----AAAA-----END A'.repeat(MIB / 32),
      encodePem('CERTIFICATE', Buffer.of(0)).repeat(MIB / 60),
    ];
    for (const text of hostile) {
      const start = performance.now();
      try {
        decodePem(text);
      } catch (error) {
        assert.ok(isMalformed(error), String(error));
      }
      const name = `${text.slice(0, 40)}…`;
      assert.ok(performance.now() - start < BOUND_MS, name);
    }
  });
});
