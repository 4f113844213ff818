import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeCertificate } from '../../../src/x509/decode-certificate.ts';
import * as der from '../../../src/x509/der.ts';
import { refusalOf } from '../../support/issuance.ts';
import { generalName, handMadeRequest } from '../x509/hand-made-request.ts';
import { commonNameOf } from './asked.ts';
import { RenewalWorld } from './renewal-world.ts';

const { dns, other } = generalName;
const host = 'webapp.istioinaction.io';
const world = await RenewalWorld.withProfiles();
const { certificate: old, privateKey: oldKey } = await world.issuance.issue({
  dnsNames: [host, `b.${host}`],
  keyAlgorithm: 'ecdsa-p384',
});
const before = decodeCertificate(old.der);

describe('rekeyCertificate', () => {
  it('makes a key of the old algorithm, or of another that is asked for', async () => {
    const { certificate, privateKey } = await world.rekey(old);
    const after = decodeCertificate(certificate.der);
    assert.equal(privateKey?.asymmetricKeyDetails?.namedCurve, 'secp384r1');
    assert.notDeepEqual(after.subjectPublicKeyInfo, before.subjectPublicKeyInfo);
    assert.deepEqual(after.names, before.names);
    assert.deepEqual(after.subjectName, before.subjectName);
    const edwards = await world.rekey(old, { keyAlgorithm: 'ed25519' });
    assert.equal(edwards.privateKey?.asymmetricKeyType, 'ed25519');
  });

  it('keeps the new key where the old one is kept, unless it is told otherwise', async () => {
    const keeping = await RenewalWorld.withProfiles();
    const isKeptWith = async (storePrivateKey?: boolean) => {
      await keeping.rekey(old, storePrivateKey === undefined ? {} : { storePrivateKey });
      return keeping.issuance.records.at(-1)?.wrappedPrivateKey !== undefined;
    };
    assert.deepEqual(
      [await isKeptWith(), await isKeptWith(true), await isKeptWith(false)],
      [false, true, false],
    );
    assert.ok(oldKey);
    keeping.keys.set(old.serialNumber, oldKey);
    assert.deepEqual(
      [await isKeptWith(), await isKeptWith(true), await isKeptWith(false)],
      [true, true, false],
    );
  });

  it('takes the key of a CSR that says nothing else, or the same', async () => {
    const names = [dns(`B.${host}`), dns(host)];
    for (const parts of [{}, { names }, { names, subject: commonNameOf(host) }]) {
      const { certificate, privateKey } = await world.rekey(old, { csr: handMadeRequest(parts) });
      assert.equal(privateKey, undefined);
      const after = decodeCertificate(certificate.der);
      assert.deepEqual(after.names, before.names);
      assert.notDeepEqual(after.subjectPublicKeyInfo, before.subjectPublicKeyInfo);
    }
    assert.equal(
      world.issuance.records.at(-1)?.auditEntries[0]?.details['replaces'],
      old.serialNumber,
    );
  });

  it('is refused for a CSR with the old key', async () => {
    const csr = handMadeRequest({ names: [dns(host)] });
    const { certificate } = await world.issuance.issue({ csr });
    await assert.rejects(world.rekey(certificate, { csr }), /has the key of the certificate/);
    assert.deepEqual(await refusalOf(world.rekey(certificate, { csr })), [
      'request-refused',
      '/csr',
    ]);
  });

  it('is refused for a CSR that names others, fewer, more, or another subject', async () => {
    for (const parts of [
      { names: [dns(host)] },
      { names: [dns(host), dns(`b.${host}`), dns(`c.${host}`)] },
      { names: [dns('evil.example.org')] },
      { subject: commonNameOf(`b.${host}`) },
      { names: [dns(host), dns(`b.${host}`), other('1.2.3', der.utf8String('a'))] },
    ]) {
      const refusal = await refusalOf(world.rekey(old, { csr: handMadeRequest(parts) }));
      assert.deepEqual(refusal, ['request-refused', '/csr']);
    }
  });

  it('is refused for what is no CSR', async () => {
    assert.deepEqual(await refusalOf(world.rekey(old, { csr: 'x' })), [
      'certificate-request-invalid',
      '/csr',
    ]);
  });
});
