import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { ProfileBody } from '../../../api/schemas/profile.ts';
import { decodeCertificate } from '../../../src/x509/decode-certificate.ts';
import { IssuanceWorld, NOW, refusalOf } from '../../support/issuance.ts';
import { generalName, handMadeRequest } from '../x509/hand-made-request.ts';

import { hosts, outcomesUnder, worldWith } from './profile-world.ts';

const DAY_MS = 86_400_000;

describe('a profile of the settings file', () => {
  it('names the purposes of a key, and what its algorithm can do of the rest', async () => {
    const world = await worldWith({
      keyUsage: ['digitalSignature', 'keyEncipherment', 'keyAgreement'],
      extKeyUsage: ['clientAuth', '1.3.6.1.4.1.99999.1'],
    });
    for (const [keyAlgorithm, keyUsage] of [
      ['rsa-2048', ['digitalSignature', 'keyEncipherment']],
      ['ecdsa-p384', ['digitalSignature', 'keyAgreement']],
      ['ed25519', ['digitalSignature']],
    ] as const) {
      const { certificate } = await world.issue({ profile: 'shop', keyAlgorithm, ...hosts('a.b') });
      const decoded = decodeCertificate(certificate.der);
      assert.deepEqual(decoded.keyUsage, keyUsage);
      assert.deepEqual(decoded.extKeyUsage, ['1.3.6.1.5.5.7.3.2', '1.3.6.1.4.1.99999.1']);
    }
  });

  it('makes the purpose of a time stamper critical (RFC 3161 §2.3), and no other', async () => {
    const subjectAltNames = { allowed: ['dnsNames'] };
    for (const [purpose, critical] of [
      ['timeStamping', ['2.5.29.19', '2.5.29.15', '2.5.29.37']],
      ['codeSigning', ['2.5.29.19', '2.5.29.15']],
    ] as const) {
      const world = await worldWith({ extKeyUsage: [purpose], subjectAltNames });
      const subject = { commonName: 'Stamps' };
      const { certificate } = await world.issue({ profile: 'shop', subject });
      assert.deepEqual(decodeCertificate(certificate.der).criticalExtensions, critical);
    }
  });

  it('decides which keys are taken, and which is made where nobody says', async () => {
    const terms = { keyAlgorithms: ['rsa-3072', 'rsa-2048'] };
    const names = [generalName.dns('a.example.org')];
    assert.deepEqual(
      await outcomesUnder(
        terms,
        { keyAlgorithm: 'ecdsa-p256', ...hosts('a.example.org') },
        { keyAlgorithm: 'rsa-2048', ...hosts('a.example.org') },
        { csr: handMadeRequest({ names }) },
      ),
      ['request-refused /keyAlgorithm', 'granted', 'request-refused /csr'],
    );
    const { certificate } = await (await worldWith(terms)).issue({
      profile: 'shop',
      ...hosts('a.b'),
    });
    const { publicKey } = new X509Certificate(certificate.der);
    assert.equal(publicKey.asymmetricKeyDetails?.modulusLength, 3072);
  });

  it('bounds the validity from below and above, and says what it is by default', async () => {
    const terms = { validity: { minimum: '2h', default: '12h', maximum: '2d' } };
    assert.deepEqual(
      await outcomesUnder(
        terms,
        { validity: '119m', ...hosts('a.b') },
        { validity: '2h', ...hosts('a.b') },
        { validity: '2d', ...hosts('a.b') },
        { validity: '49h', ...hosts('a.b') },
      ),
      ['request-refused /validity', 'granted', 'granted', 'request-refused /validity'],
    );
    const { certificate } = await (await worldWith(terms)).issue({
      profile: 'shop',
      ...hosts('a.b'),
    });
    assert.equal(certificate.notAfter.getTime(), NOW.getTime() + DAY_MS / 2 - 1_000);
  });

  it('says how far the start lies before the issue; 5 minutes where it does not', async () => {
    for (const [validity, minutes] of [
      [{ default: '1d' }, 5],
      [{ default: '1d', backdate: '1h' }, 60],
    ] as const) {
      const world = await worldWith({ validity });
      // The authorities are as old as the longer of the two.
      world.now = new Date(NOW.getTime() + DAY_MS);
      const { certificate } = await world.issue({ profile: 'shop', ...hosts('a.b') });
      assert.equal(world.now.getTime() - certificate.notBefore.getTime(), minutes * 60_000);
    }
  });

  it('refuses what would outlive its issuer, or lets it end with the first authority above that ends', async () => {
    const late = { validity: '30d', ...hosts('a.b') };
    for (const clampToIssuer of [false, true]) {
      const world = await worldWith({ clampToIssuer });
      world.now = new Date(NOW.getTime() + 5 * 365 * DAY_MS - 10 * DAY_MS);
      const issuing = world.authorities.get('issuing')?.certificate ?? assert.fail();
      const order = world.issue({ profile: 'shop', ...late });
      if (!clampToIssuer) {
        assert.deepEqual(await refusalOf(order), ['request-refused', '/validity']);
        continue;
      }
      const { notAfter, warnings } = (await order).certificate;
      assert.deepEqual(notAfter, issuing.notAfter);
      assert.deepEqual(
        warnings.map(({ code }) => code),
        ['ends-with-its-issuer'],
      );
      const early = (await world.issue({ profile: 'shop', ...late, validity: '1d' })).certificate;
      assert.deepEqual(early.warnings, []);
    }
  });

  it('never lets clamping fall below its minimum', async () => {
    const world = await worldWith({
      clampToIssuer: true,
      validity: { minimum: '10d', default: '30d' },
    });
    world.now = new Date(NOW.getTime() + 5 * 365 * DAY_MS - 9 * DAY_MS);
    const order = world.issue({ profile: 'shop', ...hosts('a.b') });
    assert.deepEqual(await refusalOf(order), ['request-refused', '/validity']);
  });

  it('of a built-in name takes that one’s place, with what it leaves out', async () => {
    const world = await worldWith({
      name: 'server',
      keyAlgorithms: ['ed25519'],
    });
    const issued = await world.issue(hosts('*.a.b'));
    assert.deepEqual(decodeCertificate(issued.certificate.der).extKeyUsage, ['1.3.6.1.5.5.7.3.1']);
    assert.deepEqual(await refusalOf(world.issue({ keyAlgorithm: 'rsa-2048', ...hosts('a.b') })), [
      'request-refused',
      '/keyAlgorithm',
    ]);
  });

  it('rules authorities too', async () => {
    const root = ProfileBody.parse({
      name: 'root',
      keyAlgorithms: ['ecdsa-p384'],
      validity: { maximum: '10y' },
    });
    const world = new IssuanceWorld({}, [root]);
    assert.deepEqual(await refusalOf(world.createRoot()), [
      'request-refused',
      '/keyAlgorithm',
      '/validity',
    ]);
  });
});
