import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { subjectValueFault } from '../../../src/issuance/subject-checks.ts';
import { oid } from '../../../src/x509/der.ts';
import {
  AUTHORITY_KEY_IDENTIFIER,
  BASIC_CONSTRAINTS,
  EXT_KEY_USAGE,
  KEY_USAGE,
  NAME_CONSTRAINTS,
  SUBJECT_ALT_NAME,
  SUBJECT_KEY_IDENTIFIER,
} from '../../../src/x509/oids.ts';
import {
  encodeTbsCertificate,
  encodeTemplate,
  type OwnParts,
} from '../../../src/x509/tbs-certificate.ts';
import { IssuanceWorld } from '../../support/issuance.ts';
import { tbsPartsOf } from './der-members.ts';

const world = await IssuanceWorld.withAuthorities();
const host = 'webapp.istioinaction.io';

/** The extensions of a certificate in their order, critical ones with a `!`. */
function extensionsOf(certificate: { readonly der: Uint8Array }): readonly string[] {
  return tbsPartsOf(certificate.der).extensionList.map(
    ({ id, isCritical }) => `${isCritical ? '!' : ''}${id}`,
  );
}

function extensionValue(certificate: { readonly der: Uint8Array }, extension: string): string {
  const id = oid(extension).toString('hex');
  const found = tbsPartsOf(certificate.der).extensionList.find((one) => one.id === id);
  return found?.value.toString('hex') ?? 'absent';
}

const critical = (extension: string) => `!${oid(extension).toString('hex')}`;
const plain = (extension: string) => oid(extension).toString('hex');

describe('the certificate of an authority', () => {
  it('has its extensions in one order, constraints and usage critical', async () => {
    const { certificate } = await world.createIntermediate({
      name: 'ordered',
      subject: { commonName: 'Ordered' },
      pathLenConstraint: 0,
      nameConstraints: { permitted: { dnsNames: ['example.org'] } },
    });
    assert.deepEqual(extensionsOf(certificate), [
      critical(BASIC_CONSTRAINTS),
      critical(KEY_USAGE),
      plain(SUBJECT_KEY_IDENTIFIER),
      plain(AUTHORITY_KEY_IDENTIFIER),
      critical(NAME_CONSTRAINTS),
    ]);
    assert.equal(extensionValue(certificate, BASIC_CONSTRAINTS), '30060101ff020100');
    assert.equal(extensionValue(certificate, KEY_USAGE), '03020106');
  });

  it('names no path length where none is asked for', () => {
    const root = world.authorities.get('root')?.certificate ?? assert.fail();
    assert.equal(extensionValue(root, BASIC_CONSTRAINTS), '30030101ff');
    assert.equal(extensionValue(root, EXT_KEY_USAGE), 'absent');
  });
});

describe('the certificate of a leaf', () => {
  it('has its extensions in one order, constraints and usage critical', async () => {
    const { certificate } = await world.issue({ dnsNames: [host] });
    assert.deepEqual(extensionsOf(certificate), [
      critical(BASIC_CONSTRAINTS),
      critical(KEY_USAGE),
      plain(EXT_KEY_USAGE),
      plain(SUBJECT_KEY_IDENTIFIER),
      plain(AUTHORITY_KEY_IDENTIFIER),
      plain(SUBJECT_ALT_NAME),
    ]);
  });

  it('has an empty basicConstraints, since cA is false by default', async () => {
    const { certificate } = await world.issue({ dnsNames: [host] });
    assert.equal(extensionValue(certificate, BASIC_CONSTRAINTS), '3000');
  });

  it('has a critical subjectAltName where the subject is empty', async () => {
    const { certificate } = await world.issue({ ipAddresses: ['192.0.2.7'] });
    assert.ok(extensionsOf(certificate).includes(critical(SUBJECT_ALT_NAME)));
    assert.equal(tbsPartsOf(certificate.der).subject?.toString('hex'), '3000');
  });

  it('has no subjectAltName where a common name is all there is', async () => {
    const request = { profile: 'client', subject: { commonName: 'Büro 7' } } as const;
    assert.equal(
      extensionValue((await world.issue(request)).certificate, SUBJECT_ALT_NAME),
      'absent',
    );
  });

  it('names its issuer octet for octet, and its key by the issuer’s own identifier', async () => {
    const line = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
    const hasNoDot = (text: string) => !text.includes('.');
    const subject = fc
      // Without a dot, a common name looks like no host, which could be a homograph.
      .record({ commonName: line.filter(hasNoDot), organization: line, locality: line })
      .map((values) => ({ ...values, country: 'CH' }));
    const isPlain = (text: string) => subjectValueFault('commonName', text) === undefined;
    let count = 0;
    await fc.assert(
      fc.asyncProperty(
        subject.filter((values) => Object.values(values).every(isPlain)),
        async (values) => {
          const name = `issuer-${++count}`;
          const issuer = await world.createIntermediate({ name, subject: values });
          const { certificate } = await world.issue({ authority: name, dnsNames: [host] });
          const above = tbsPartsOf(issuer.certificate.der);
          assert.deepEqual(tbsPartsOf(certificate.der).issuer, above.subject);
          const identifier = extensionValue(issuer.certificate, SUBJECT_KEY_IDENTIFIER).slice(4);
          assert.equal(
            extensionValue(certificate, AUTHORITY_KEY_IDENTIFIER),
            `30168014${identifier}`,
          );
        },
      ),
      { numRuns: 15 },
    );
  });

  it('names the algorithm of its signature twice, in the same octets', async () => {
    const { signature, signatureAlgorithm } = tbsPartsOf(
      (await world.issue({ dnsNames: [host] })).certificate.der,
    );
    assert.deepEqual(signature, signatureAlgorithm);
  });
});

describe('what is to be signed', () => {
  const template = encodeTemplate({
    signatureAlgorithm: Buffer.from('3000', 'hex'),
    issuer: Buffer.from('3000', 'hex'),
    authorityKeyIdentifier: Buffer.alloc(20),
    isAuthority: false,
    keyUsage: ['digitalSignature'],
    extKeyUsage: [],
    caIssuers: [],
    ocsp: [],
    crlDistributionPoints: [],
    extraExtensions: [],
  });
  const own: OwnParts = {
    serialNumber: '40'.padEnd(32, '0'),
    subject: Buffer.from('3000', 'hex'),
    subjectPublicKeyInfo: Buffer.from('3000', 'hex'),
    subjectKeyIdentifier: Buffer.alloc(20),
    dnsNames: [host],
    ipAddresses: [],
    emailAddresses: [],
    uris: [],
    notBefore: new Date('2049-12-31T23:59:59Z'),
    notAfter: new Date('2050-01-01T00:00:00Z'),
  };

  it('has UTCTime until the end of 2049, and GeneralizedTime from 2050', () => {
    const octets = encodeTbsCertificate(template, own).toString('latin1');
    assert.ok(octets.includes('\x17\x0d491231235959Z\x18\x0f20500101000000Z'));
  });

  it('is a version 3 certificate with a serial number of 16 positive octets', () => {
    const start = encodeTbsCertificate(template, own).subarray(3).toString('hex');
    assert.ok(start.startsWith(`a0030201020210${own.serialNumber}`), start);
  });
});
