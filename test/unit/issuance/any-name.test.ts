import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { SUBJECT_ALT_NAME_KINDS } from '../../../src/certificate.ts';
import { nameFormFault, readName } from '../../../src/issuance/names.ts';

describe('a name of any kind', () => {
  const characters = [
    ...'aз9-.ßüйא١あ한〇\u200c·*@:/_x',
    'xn--',
    'xn--bcher-kva',
    '://',
    '::ffff:',
  ];
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.array(fc.constantFrom(...characters), { maxLength: 12 }).map((parts) => parts.join('')),
    fc.domain(),
    fc.emailAddress(),
    fc.webUrl(),
    fc.ipV6(),
  );
  const kind = fc.constantFrom(...SUBJECT_ALT_NAME_KINDS);

  it('that is written once is written the same way ever after, in printable ASCII', () => {
    fc.assert(
      fc.property(kind, text, (ofKind, name) => {
        const read = readName(ofKind, name);
        if ('fault' in read) {
          assert.match(read.fault, /^[ -~]+$/);
          return;
        }
        assert.match(read.name, /^[!-~]+$/);
        assert.deepEqual(readName(ofKind, read.name), read);
      }),
      { numRuns: 1_000 },
    );
  });

  it('that has not even its form is none', () => {
    fc.assert(
      fc.property(kind, text, (ofKind, name) => {
        const isForm = nameFormFault(ofKind, name) === undefined;
        assert.ok(isForm || 'fault' in readName(ofKind, name), name);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is judged in no time, however long and however strange', () => {
    const units = [
      'ü',
      'ب\u200c',
      '😀',
      '中',
      'xn--',
      'a.',
      'ü.',
      '*.',
      '\u0308',
      '1.',
      'l·',
      '@',
      '://',
    ];
    const started = performance.now();
    for (const ofKind of SUBJECT_ALT_NAME_KINDS) {
      for (const unit of units) {
        for (const length of [59, 63, 253, 506, 2_048, 100_000]) {
          readName(ofKind, unit.repeat(Math.ceil(length / unit.length)));
        }
      }
    }
    assert.ok(performance.now() - started < 1_000);
  });
});
