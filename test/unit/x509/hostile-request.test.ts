import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { PkiError } from '../../../src/errors.ts';
import {
  type CertificationRequest,
  readCertificationRequest,
} from '../../../src/x509/certification-request.ts';
import * as der from '../../../src/x509/der.ts';
import {
  BASIC_CONSTRAINTS,
  COMMON_NAME,
  EXTENSION_REQUEST,
  KEY_USAGE,
  SUBJECT_ALT_NAME,
} from '../../../src/x509/oids.ts';
import { encodePem } from '../../../src/x509/pem.ts';
import { membersOf } from './der-members.ts';
import {
  attribute,
  extensionRequest,
  generalName,
  handMadeRequest,
  handMadeRequestDer,
  keys,
  nameOf,
  nested,
  subjectAltName,
} from './hand-made-request.ts';

/** Far more than any of them takes; a quadratic reader takes longer. */
const TIME_BOUND_MS = 2_000;
const LABEL = 'CERTIFICATE REQUEST';

/** What is read, or `refused`; any other error, and any long wait, fails the test. */
async function readOrRefused(pem: string): Promise<CertificationRequest | 'refused'> {
  const started = performance.now();
  try {
    return await readCertificationRequest(pem);
  } catch (error) {
    assert.ok(error instanceof PkiError, String(error));
    assert.equal(error.code, 'certificate-request-invalid');
    assert.deepEqual([...new Set(error.violations.map(({ pointer }) => pointer))], ['/csr']);
    return 'refused';
  } finally {
    assert.ok(performance.now() - started < TIME_BOUND_MS);
  }
}

const { dns, ip, uri, email, directory, other } = generalName;
const utf8 = (text: string) => nameOf([COMMON_NAME, der.utf8String(text)]);
const deep = nested(12_000);
const CA = der.sequence(der.boolean(true));
const critical = (extension: string, value: Buffer = der.nullValue()) =>
  der.sequence(der.oid(extension), der.boolean(true), der.octetString(value));
const garbled = (extension: string) =>
  der.sequence(der.oid(extension), der.octetString(Buffer.from('garbage')));

/** One honest, and one that a reader of the first alone would overlook. */
const twoValues = attribute(
  EXTENSION_REQUEST,
  der.sequence(subjectAltName(dns('a.b'))),
  der.sequence(subjectAltName(dns('overlooked.example'))),
);

describe('a CSR that no tool would make', () => {
  for (const [what, parts] of [
    ['one extension twice', { names: [dns('a.b')], extensions: [subjectAltName(dns('c.d'))] }],
    ['two extension requests', { names: [dns('a.b')], attributes: [extensionRequest()] }],
    ['an extension request of two values', { attributes: [twoValues] }],
    ['a garbled subjectAltName', { extensions: [garbled(SUBJECT_ALT_NAME)] }],
    ['a garbled basicConstraints', { extensions: [garbled(BASIC_CONSTRAINTS)] }],
    ['a dNSName outside ASCII', { names: [dns('Łbc')] }],
    ['an iPAddress of five octets', { names: [ip(Buffer.alloc(5))] }],
    ['an iPAddress of none', { names: [ip(Buffer.alloc(0))] }],
    ['a subjectAltName of none', { names: [] }],
    ['an x400Address', { names: [dns('a.b'), der.implicitConstructed(3)] }],
    ['an ediPartyName', { names: [dns('a.b'), der.implicitConstructed(5)] }],
    ['a name of a tag that does not exist', { names: [der.implicit(15, Buffer.of(1))] }],
    ['a deep subject', { subject: nested(12_000) }],
    ['an attribute without a value', { attributes: [attribute('1.2.3')] }],
    ['one attribute twice', { attributes: [attribute('1.2.3', deep), attribute('1.2.3', deep)] }],
    ['a critical extension of no known kind', { extensions: [critical('1.2.3')] }],
    ['a critical wish to be an authority', { extensions: [critical(BASIC_CONSTRAINTS, CA)] }],
    ['ten thousand names', { names: Array(10_000).fill(dns('a.b')) as Buffer[] }],
    ['a key that is none', { subjectPublicKeyInfo: der.sequence() }],
  ] as const) {
    it(`is refused: ${what}`, async () => {
      assert.equal(await readOrRefused(handMadeRequest(parts)), 'refused');
    });
  }

  for (const [what, name] of [
    ['a directoryName', directory(utf8('a'))],
    ['a user principal name', other('1.3.6.1.4.1.311.20.2.3', der.utf8String('a@b'))],
    ['a registeredID', der.implicit(8, Buffer.of(0x2a, 3))],
  ] as const) {
    it(`tells of ${what}, for the policy to refuse`, async () => {
      const request = await readOrRefused(handMadeRequest({ names: [dns('a.b'), name] }));
      assert.ok(request !== 'refused' && request.names.otherKinds.length === 1);
    });
  }

  it('keeps what is odd in its names, for the policy to refuse', async () => {
    const names = [dns('a\0b'), dns('a b'), dns(''), uri('\u007f'), email('@')];
    const request = await readOrRefused(handMadeRequest({ names }));
    assert.ok(request !== 'refused');
    assert.equal(request.names.dnsNames[0], 'a\0b');
    assert.deepEqual(request.names.dnsNames, ['a\0b', 'a b', '']);
  });

  it('gives its key in the form that everybody reads, though it was compressed', async () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const { x = '', y = '' } = keys.publicKey.export({ format: 'jwk' });
    const odd = Buffer.from(y, 'base64url').readUInt8(31) & 1;
    const point = Buffer.concat([Buffer.of(2 + odd), Buffer.from(x, 'base64url')]);
    const [algorithm = Buffer.alloc(0)] = membersOf(
      publicKey.export({ type: 'spki', format: 'der' }),
    );
    const subjectPublicKeyInfo = der.sequence(algorithm, der.bitString(point));
    const request = await readOrRefused(handMadeRequest({ subjectPublicKeyInfo }));
    assert.ok(request !== 'refused');
    const written = { type: 'spki', format: 'der' } as const;
    assert.deepEqual(request.publicKey.subjectPublicKeyInfo, keys.publicKey.export(written));
  });

  it('may bring attributes of its own, unless they are nested without end', async () => {
    const within = handMadeRequest({ attributes: [attribute('1.2.3', nested(20))] });
    assert.ok((await readOrRefused(within)) !== 'refused');
    const without = handMadeRequest({ attributes: [attribute('1.2.3', deep)] });
    assert.equal(await readOrRefused(without), 'refused');
  });

  it('may ask for what it is granted anyway, or the profile decides, as urgently as it likes', async () => {
    const extensions = [
      critical(BASIC_CONSTRAINTS, der.sequence()),
      critical(KEY_USAGE, der.namedBits([0])),
    ];
    const request = await readOrRefused(handMadeRequest({ extensions }));
    assert.ok(request !== 'refused');
    assert.deepEqual(request.requested.values.keyUsage, ['digitalSignature']);
  });

  it('may bring a challenge password, which goes no further', async () => {
    const password = attribute('1.2.840.113549.1.9.7', der.utf8String('secret'));
    const pem = handMadeRequest({ names: [dns('a.b')], attributes: [password] });
    const request = await readOrRefused(pem);
    assert.ok(request !== 'refused');
    assert.doesNotMatch(JSON.stringify(request), /secret/);
  });

  it('is read, or refused, within a time bound, whatever its octets', async () => {
    for (const octets of [randomBytes(48_000), nested(16_000), Buffer.alloc(48_000, 0x30)]) {
      assert.equal(await readOrRefused(encodePem(LABEL, octets)), 'refused');
    }
    for (const text of ['-----BEGIN '.repeat(6_000), `-----BEGIN ${LABEL}-----`.repeat(2_000)]) {
      assert.equal(await readOrRefused(text), 'refused');
    }
    await readOrRefused(handMadeRequest({ subject: utf8('x'.repeat(48_000)) }));
    await readOrRefused(
      handMadeRequest({ names: Array.from({ length: 3_000 }, (_, at) => dns(`${at}.b`)) }),
    );
  });

  it('is read, or refused, after any octets of it have changed', async () => {
    const honest = handMadeRequestDer({
      subject: utf8('a.b'),
      names: [dns('a.b'), ip(Buffer.of(192, 0, 2, 1)), directory(utf8('a'))],
    });
    const change = fc.record({
      at: fc.nat(honest.length - 1),
      remove: fc.nat(3),
      insert: fc.uint8Array({ maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        let octets: Buffer = honest;
        for (const { at, remove, insert } of changes) {
          octets = Buffer.concat([octets.subarray(0, at), insert, octets.subarray(at + remove)]);
        }
        await readOrRefused(encodePem(LABEL, octets));
      }),
      { numRuns: 300 },
    );
  });

  it('is read, or refused, whatever its unsigned parts say', async () => {
    const octets = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
    await fc.assert(
      fc.asyncProperty(octets, octets, octets, async (value, name, extension) => {
        const parts = {
          subject: nameOf([COMMON_NAME, value]),
          names: [name],
          extensions: [der.sequence(der.oid('1.2.3'), der.octetString(extension))],
        };
        await readOrRefused(handMadeRequest(parts));
        await readOrRefused(handMadeRequest({ extensions: [value], attributes: [extension] }));
      }),
      { numRuns: 150 },
    );
  });
});
