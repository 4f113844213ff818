import 'reflect-metadata';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Name } from '@peculiar/x509';
import fc from 'fast-check';
import { decodeSubject } from '../../../src/x509/decode-subject.ts';
import { encodeName } from '../../../src/x509/distinguished-name.ts';

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const subject = fc.record(
  {
    commonName: text,
    organization: text,
    organizationalUnit: text,
    country: fc.stringMatching(/^[A-Z]{2}$/),
    stateOrProvince: text,
    locality: text,
  },
  { requiredKeys: [] },
);

describe('a distinguished name', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(subject, (wanted) => {
        const { known, others } = decodeSubject(encodeName(wanted));
        assert.deepEqual({ known, others }, { known: { ...wanted }, others: [] });
      }),
    );
  });

  it('has its attributes in one order: C, ST, L, O, OU, CN', () => {
    const written = encodeName({
      commonName: 'webapp',
      organizationalUnit: 'Ops',
      organization: 'Dis',
      locality: 'Springfield',
      stateOrProvince: 'Denial',
      country: 'US',
    });
    assert.equal(
      new Name(Uint8Array.from(written)).toString(),
      'C=US, ST=Denial, L=Springfield, O=Dis, OU=Ops, CN=webapp',
    );
  });

  it('has a PrintableString for the country, and UTF8Strings for all else', () => {
    assert.equal(
      encodeName({ country: 'CH', commonName: 'Zoë' }).toString('hex'),
      // SEQUENCE { SET { SEQUENCE { 2.5.4.6, PrintableString CH } }, SET { … 2.5.4.3, UTF8String Zoë } }
      `301c${'310b3009060355040613024348'}${'310d300b06035504030c045a6fc3ab'}`,
    );
  });

  it('is an empty SEQUENCE where nothing is said', () => {
    assert.equal(encodeName({}).toString('hex'), '3000');
  });
});
