import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeCertificate } from '../../../src/x509/decode-certificate.ts';
import { nullValue, sequence } from '../../../src/x509/der.ts';

import { hosts, worldWith } from './profile-world.ts';

const OCSP_NOCHECK = '1.3.6.1.5.5.7.48.1.5';

describe('the extensions of a profile', () => {
  it('adds its extensions as they are, after all others, which openssl-like readers see', async () => {
    const policies = sequence(sequence(Buffer.from('06032a0304', 'hex')));
    const world = await worldWith({
      name: 'ocsp-responder',
      extKeyUsage: ['OCSPSigning'],
      subject: {},
      extensions: [
        { oid: OCSP_NOCHECK, value: nullValue().toString('base64') },
        { oid: '2.5.29.32', critical: true, value: policies.toString('base64') },
      ],
    });
    const { certificate } = await world.issue({
      profile: 'ocsp-responder',
      subject: { commonName: 'OCSP responder' },
    });
    const { extensions } = decodeCertificate(certificate.der);
    assert.deepEqual(
      extensions.slice(-2).map(({ id, isCritical, value }) => [id, isCritical, Buffer.from(value)]),
      [
        [OCSP_NOCHECK, false, nullValue()],
        ['2.5.29.32', true, policies],
      ],
    );
  });
});

describe('the public URL', () => {
  it('puts the issuer’s address into certificates, and what else the profile asks for', async () => {
    const publicUrl = 'http://pki.example.org';
    const world = await worldWith({ urls: { ocsp: true, crl: true } }, { publicUrl });
    const shop = decodeCertificate(
      (await world.issue({ profile: 'shop', ...hosts('a.b') })).certificate.der,
    );
    assert.deepEqual(shop.caIssuers, ['http://pki.example.org/pki/authorities/issuing.cer']);
    assert.deepEqual(shop.ocsp, ['http://pki.example.org/pki/ocsp']);
    assert.deepEqual(shop.crlDistributionPoints, ['http://pki.example.org/pki/crls/issuing.crl']);
    const server = decodeCertificate((await world.issue(hosts('a.b'))).certificate.der);
    assert.deepEqual(
      [server.caIssuers.length, server.ocsp, server.crlDistributionPoints],
      [1, [], []],
    );
    const [issuing, root] = await world.issuers.pathOf('issuing');
    assert.deepEqual(issuing.caIssuers, ['http://pki.example.org/pki/authorities/root.cer']);
    assert.deepEqual(root?.caIssuers, []);
  });

  it('is nowhere where it is not set', async () => {
    const world = await worldWith({ urls: { ocsp: true, crl: true } });
    const { certificate } = await world.issue({ profile: 'shop', ...hosts('a.b') });
    const { caIssuers, ocsp, crlDistributionPoints } = decodeCertificate(certificate.der);
    assert.deepEqual([caIssuers, ocsp, crlDistributionPoints], [[], [], []]);
  });
});
