import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as der from '../../../src/x509/der.ts';
import { readAny } from '../../../src/x509/der-any.ts';
import { DerError } from '../../../src/x509/der-error.ts';
import { readDer } from '../../../src/x509/der-reader.ts';

function isTaken(octets: Uint8Array): boolean {
  try {
    return readDer(octets, readAny).length === octets.length;
  } catch (error) {
    assert.ok(error instanceof DerError);
    return false;
  }
}

const hex = (text: string) => Buffer.from(text, 'hex');

describe('a value that nobody looks at', () => {
  it('is taken with all that is inside', () => {
    const values = [
      der.boolean(false),
      der.integer(128),
      der.nullValue(),
      der.oid('2.999'),
      der.bitString(Buffer.of(0xf0), 4),
      der.bitString(Buffer.alloc(0)),
      der.octetString(Buffer.of(0xff, 0)),
      der.utf8String('Zürich'),
      der.implicit(0, Buffer.of(2, 2, 0, 1)),
      der.explicit(1, der.setOf(der.integer(1), der.integer(2))),
    ];
    assert.ok(isTaken(der.sequence(...values)));
  });

  const faults: Readonly<Record<string, string>> = {
    'an end where there was no beginning': '0000',
    'a BOOLEAN of another value': '010101',
    'a BOOLEAN of two octets': '0102ffff',
    'an INTEGER without octets': '0200',
    'an INTEGER with a superfluous zero': '02020001',
    'an ENUMERATED with a superfluous octet': '0a02ffff',
    'a BIT STRING without its first octet': '0300',
    'a BIT STRING with eight unused bits': '030208ff',
    'a BIT STRING with unused bits of no octets': '030104',
    'a BIT STRING whose unused bits are set': '03020401',
    'a NULL with content': '050100',
    'an OBJECT IDENTIFIER that is cut off': '06022a86',
    'text with octets that its type does not allow': '0c02c080',
    'a NumericString with a letter': '120141',
    'half a character of a BMPString': '1e0141',
    'a SEQUENCE whose tag says that no values are inside': '1000',
    'a SET whose tag says so': '1100',
    'an OCTET STRING in pieces': '2403040100',
    'octets that are no value': '3001ff',
  };
  for (const [fault, octets] of Object.entries(faults)) {
    it(`is not taken for ${fault}, on its own or inside of others`, () => {
      assert.ok(!isTaken(hex(octets)));
      assert.ok(!isTaken(der.sequence(der.explicit(3, hex(octets)))));
    });
  }

  it('is not taken where values stand within values without end', () => {
    let octets: Buffer = der.nullValue();
    for (let depth = 0; depth < 100; depth += 1) octets = der.sequence(octets);
    assert.ok(!isTaken(octets));
  });
});
