import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeSubject } from '../../../src/x509/decode-subject.ts';
import * as der from '../../../src/x509/der.ts';
import { DerError } from '../../../src/x509/der-error.ts';
import { unissuedAttributes } from '../../../src/x509/unissued-attributes.ts';
import { nameOf } from './hand-made-request.ts';

const POSTAL_ADDRESS = '2.5.4.16';
const UNIQUE_IDENTIFIER = '2.5.4.45';
const TELEPHONE = '2.5.4.20';

describe('a distinguished name', () => {
  it('may hold attributes unknown here: texts, a list of texts, bits', () => {
    const name = nameOf(
      [TELEPHONE, Buffer.from('1203343120', 'hex')],
      [POSTAL_ADDRESS, der.sequence(der.utf8String('1 Main Street'), der.utf8String('Zug'))],
      [UNIQUE_IDENTIFIER, der.bitString(Buffer.of(1))],
    );
    const { attributes, known, others } = decodeSubject(name);
    const types = [TELEPHONE, POSTAL_ADDRESS, UNIQUE_IDENTIFIER];
    assert.deepEqual([known, others], [{}, types]);
    assert.deepEqual(
      attributes.map(({ type }) => type),
      types,
    );
  });

  it('is told in words where it says what is not issued: what, or that it stands there twice', () => {
    const text = der.utf8String('a');
    const name = nameOf(
      ['2.5.4.3', text],
      ['1.2.840.113549.1.9.1', der.ia5String('a@b')],
      ['0.9.2342.19200300.100.1.25', der.ia5String('b')],
      ['0.9.2342.19200300.100.1.25', der.ia5String('c')],
      ['0.9.2342.19200300.100.1.1', text],
      ['1.2.3', text],
      ['2.5.4.3', text],
      ['2.5.4.3', text],
      ['2.5.4.11', der.bitString(Buffer.of(1))],
    );
    assert.deepEqual(unissuedAttributes(decodeSubject(name)), [
      'names emailAddress (1.2.840.113549.1.9.1), which is not issued here; leave it out of the subject',
      'names domainComponent (0.9.2342.19200300.100.1.25), which is not issued here; leave it out of the subject',
      'names userId (0.9.2342.19200300.100.1.1), which is not issued here; leave it out of the subject',
      'names 1.2.3, which is not issued here; leave it out of the subject',
      'names commonName twice',
      'names organizationalUnitName by a value that is no text',
    ]);
    assert.deepEqual(unissuedAttributes(decodeSubject(nameOf(['2.5.4.3', text]))), []);
  });

  const values: Readonly<Record<string, Buffer>> = {
    'a number': der.integer(1),
    'nothing at all': der.nullValue(),
    'a value that has its meaning from its place': der.implicit(0, Buffer.from('a')),
    'digits with a letter among them': Buffer.from('120131', 'hex').fill(0x41, 2),
    'a list of what is no value': Buffer.from('300141', 'hex'),
    'bits of which more are unused than there are': Buffer.from('030107', 'hex'),
  };
  for (const [what, value] of Object.entries(values)) {
    it(`is refused where an attribute is ${what}, as OpenSSL refuses it`, () => {
      assert.throws(() => decodeSubject(nameOf(['2.5.4.3', value])), DerError);
    });
  }
});
