import assert from 'node:assert/strict';
import { randomBytes, X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { PkiError } from '../../../src/errors.ts';
import { decodeCertificate } from '../../../src/x509/decode-certificate.ts';
import * as der from '../../../src/x509/der.ts';
import { IssuanceWorld } from '../../support/issuance.ts';
import { membersOf } from './der-members.ts';
import { nested } from './hand-made-request.ts';

const TIME_BOUND_MS = 2_000;

const world = await IssuanceWorld.withAuthorities();
const { certificate } = await world.issue({
  dnsNames: ['webapp.istioinaction.io', '*.apps.istioinaction.io'],
  ipAddresses: ['192.0.2.7', '2001:db8::7'],
  emailAddresses: ['ops@example.org'],
  uris: ['spiffe://example.org/webapp'],
});

/** Whether `octets` are read, or refused as they should be; nothing else may happen. */
function isRead(octets: Uint8Array): boolean {
  const started = performance.now();
  try {
    decodeCertificate(octets);
    return true;
  } catch (error) {
    assert.ok(error instanceof PkiError, String(error));
    assert.equal(error.code, 'request-malformed');
    return false;
  } finally {
    assert.ok(performance.now() - started < TIME_BOUND_MS);
  }
}

describe('a certificate that is read', () => {
  it('says what node:crypto reads in it', () => {
    const read = decodeCertificate(certificate.der);
    const known = new X509Certificate(certificate.der);
    assert.equal(read.serialNumber, known.serialNumber.toLowerCase());
    assert.equal(read.isAuthority, known.ca);
    assert.deepEqual([...read.extKeyUsage], known.keyUsage);
    assert.deepEqual([read.notBefore, read.notAfter], [known.validFromDate, known.validToDate]);
    assert.deepEqual(
      Buffer.from(read.subjectPublicKeyInfo),
      known.publicKey.export({ type: 'spki', format: 'der' }),
    );
    assert.equal(
      known.subjectAltName,
      [
        ...read.names.dnsNames.map((name) => `DNS:${name}`),
        'IP Address:192.0.2.7',
        'IP Address:2001:DB8:0:0:0:0:0:7',
        'email:ops@example.org',
        'URI:spiffe://example.org/webapp',
      ].join(', '),
    );
    assert.deepEqual(read.names.ipAddresses, ['192.0.2.7', '2001:db8::7']);
  });

  it('is refused where a unique identifier, which nobody reads, is no BIT STRING', () => {
    const [tbsCertificate = Buffer.alloc(0), ...rest] = membersOf(Buffer.from(certificate.der));
    const members = membersOf(tbsCertificate);
    const withIdentifier = (octets: Buffer) =>
      der.sequence(
        der.sequence(...members.slice(0, -1), der.implicit(1, octets), ...members.slice(-1)),
        ...rest,
      );
    assert.equal(isRead(withIdentifier(Buffer.of(4, 0xf0))), true);
    assert.equal(isRead(withIdentifier(Buffer.of(4, 0xff))), false);
    assert.equal(isRead(withIdentifier(Buffer.of(8, 0))), false);
    assert.equal(isRead(withIdentifier(Buffer.alloc(0))), false);
  });

  it('is refused as malformed, and as nothing else, whatever octets stand there', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => !isRead(octets)));
    for (const octets of [nested(12_000), randomBytes(48_000), certificate.der.subarray(0, 200)]) {
      assert.equal(isRead(octets), false);
    }
  });

  it('is read or refused as malformed after any octet of it has changed', () => {
    const change = fc.tuple(fc.nat(certificate.der.length - 1), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const octets = Buffer.from(certificate.der);
        for (const [at, bits] of changes) octets.writeUInt8(octets.readUInt8(at) ^ bits, at);
        isRead(octets);
      }),
      { numRuns: 300 },
    );
  });
});
