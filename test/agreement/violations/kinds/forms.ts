import * as der from '../../../../src/x509/der.ts';
import { BASIC_CONSTRAINTS, KEY_USAGE, SUBJECT_ALT_NAME } from '../../../../src/x509/oids.ts';
import {
  critical,
  extensionValue,
  type HandMadeExtension,
} from '../../../support/hand-made-certificate.ts';
import { generalName } from '../../../unit/x509/hand-made-request.ts';
import { type Kind, type Kinds, pathBelow, pathOf, served } from '../path-case.ts';
import type { SuiteWithAuthorities } from '../suite.ts';
import { extensionOf, HOST, instant, type Parts, written } from '../written-certificate.ts';

const EXTENSIONS = 'RFC 5280 §4.2';
const DER = 'ITU-T X.690';
const NOBODYS = '1.3.6.1.4.1.99999.1';
const unknown: HandMadeExtension = { value: der.nullValue() };

/** A leaf of `parts`, below the suite's authorities. */
function leaf(what: string, source: string, parts: (suite: SuiteWithAuthorities) => Parts): Kind {
  return { what, source, make: (suite) => pathOf(suite, parts(suite)) };
}

export const extensions: Kinds = {
  'unknown-critical': leaf('The leaf has a critical extension of nobody’s.', EXTENSIONS, () => ({
    extensions: { [NOBODYS]: critical(unknown) },
  })),
  'issuing-unknown-critical': {
    what: 'The issuing authority has a critical extension of nobody’s.',
    source: EXTENSIONS,
    make: (suite) => pathBelow(suite, { extensions: { [NOBODYS]: critical(unknown) } }),
  },
  'extension-twice': leaf('The leaf has two subjectAltNames.', EXTENSIONS, () => ({
    moreExtensions: [
      extensionOf(SUBJECT_ALT_NAME, extensionValue(generalName.dns('ftp.example.org'))),
    ],
  })),
  'unknown-extension-twice': leaf('The leaf has an unknown extension twice.', EXTENSIONS, () => ({
    moreExtensions: [extensionOf(NOBODYS, unknown), extensionOf(NOBODYS, unknown)],
  })),
  'extension-with-trailing-octets': leaf(
    'An octet follows the value of basicConstraints.',
    EXTENSIONS,
    () => ({
      extensions: {
        [BASIC_CONSTRAINTS]: critical({ value: Buffer.concat([der.sequence(), Buffer.of(0)]) }),
      },
    }),
  ),
  'extension-of-another-type': leaf('The keyUsage is an INTEGER.', 'RFC 5280 §4.2.1.3', () => ({
    extensions: { [KEY_USAGE]: critical({ value: der.integer(5) }) },
  })),
  'key-usage-without-bits': leaf('The keyUsage has no bits.', 'RFC 5280 §4.2.1.3', () => ({
    extensions: { [KEY_USAGE]: critical({ value: der.namedBits([]) }) },
  })),
};

/** A leaf as a suite would write it, some octets of which are replaced before it is signed. */
function withVersion(...version: readonly Buffer[]) {
  return () => ({ version, extensions: {} });
}

export const forms: Kinds = {
  'serial-number-negative': leaf('The serial number is negative.', 'RFC 5280 §4.1.2.2', () => ({
    serialNumber: Buffer.of(2, 2, 0x80, 1),
  })),
  'serial-number-zero': leaf('The serial number is zero.', 'RFC 5280 §4.1.2.2', () => ({
    serialNumber: Buffer.of(2, 1, 0),
  })),
  'serial-number-too-long': leaf('The serial number has 21 octets.', 'RFC 5280 §4.1.2.2', () => ({
    serialNumber: der.integer(Buffer.alloc(21, 0x11)),
  })),
  'serial-number-not-minimal': leaf(
    'The serial number begins with octets that say nothing.',
    `${DER} §8.3.2`,
    () => ({ serialNumber: Buffer.of(2, 3, 0, 0, 1) }),
  ),
  'version-1-with-extensions': leaf(
    'The certificate is of version 1 and has extensions.',
    'RFC 5280 §4.1.2.1, §4.1.2.9',
    withVersion(),
  ),
  'version-2-with-extensions': leaf(
    'The certificate is of version 2 and has extensions.',
    'RFC 5280 §4.1.2.1, §4.1.2.9',
    withVersion(der.explicit(0, der.integer(1))),
  ),
  'version-4': leaf(
    'The certificate is of a version that there is not.',
    'RFC 5280 §4.1.2.1',
    withVersion(der.explicit(0, der.integer(3))),
  ),
  'trailing-octets': {
    what: 'An octet follows the certificate.',
    source: `${DER} §8.1`,
    make: (suite) => {
      const good = written(suite, { issuer: suite.issuing });
      const longer = { ...good, der: Buffer.concat([good.der, Buffer.of(0)]) };
      return served(longer, [suite.issuing, suite.root]);
    },
  },
  'trailing-octets-inside': leaf('A NULL follows the extensions.', 'RFC 5280 §4.1', () => ({
    end: [der.nullValue()],
  })),
  'time-without-seconds': leaf('A UTCTime has no seconds.', 'RFC 5280 §4.1.2.5.1', (suite) => ({
    validity: der.sequence(
      der.time(instant(suite, -1)),
      utcTime(instant(suite, 89), (text) => `${text.slice(0, 10)}Z`),
    ),
  })),
  'time-with-offset': leaf('A UTCTime is in local time.', 'RFC 5280 §4.1.2.5.1', (suite) => ({
    validity: der.sequence(
      der.time(instant(suite, -1)),
      utcTime(instant(suite, 89), (text) => text.replace('Z', '+0100')),
    ),
  })),
  'time-not-a-date': leaf(
    'A UTCTime is in a thirteenth month.',
    'RFC 5280 §4.1.2.5.1',
    (suite) => ({
      validity: der.sequence(
        der.time(instant(suite, -1)),
        utcTime(instant(suite, 89), (text) => `${text.slice(0, 2)}13${text.slice(4)}`),
      ),
    }),
  ),
  'boolean-of-ber': leaf('A TRUE is the octet 01.', `${DER} §11.1`, () => ({
    extensions: { [BASIC_CONSTRAINTS]: undefined },
    moreExtensions: [
      der.sequence(der.oid(BASIC_CONSTRAINTS), Buffer.of(1, 1, 1), der.octetString(der.sequence())),
    ],
  })),
  'default-written-out': leaf('A FALSE is written that is the DEFAULT.', `${DER} §11.5`, () => ({
    moreExtensions: [
      der.sequence(der.oid(NOBODYS), der.boolean(false), der.octetString(der.nullValue())),
    ],
  })),
  'length-not-minimal': leaf('A length takes an octet too many.', `${DER} §10.1`, () => {
    const name = Buffer.concat([Buffer.of(0x82, 0x81, HOST.length), Buffer.from(HOST)]);
    return { extensions: { [SUBJECT_ALT_NAME]: extensionValue(name) } };
  }),
  'issuer-empty': leaf('The certificate has no issuer.', 'RFC 5280 §4.1.2.4', () => ({
    issuerName: der.sequence(),
  })),
  'unique-identifier': {
    what: 'A unique identifier stands before the extensions.',
    source: 'RFC 5280 §4.1.2.8',
    make: (suite) => pathOf(suite, { beforeExtensions: [der.implicit(1, Buffer.of(0, 1))] }),
  },
};

function utcTime(time: Date, change: (text: string) => string): Buffer {
  const text = change(der.time(time).subarray(2).toString('latin1'));
  return Buffer.concat([Buffer.of(0x17, text.length), Buffer.from(text)]);
}
