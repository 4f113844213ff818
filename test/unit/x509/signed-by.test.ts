import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeCertificate } from '../../../src/x509/decode-certificate.ts';
import { isSignedBy } from '../../../src/x509/signed-by.ts';
import { IssuanceWorld } from '../../support/issuance.ts';

const world = await IssuanceWorld.withAuthorities();
const [issuing, root] = await world.issuers.pathOf('issuing');

async function newLeaf(): Promise<Buffer> {
  const { certificate } = await world.issue({ dnsNames: ['webapp.istioinaction.io'] });
  return Buffer.from(certificate.der);
}

describe('a certificate', () => {
  it('is signed by its issuer, and by nobody else, however often it is asked', async () => {
    const leaf = await newLeaf();
    const [own, above] = [issuing.subjectPublicKeyInfo, root?.subjectPublicKeyInfo ?? Buffer.of()];
    for (let time = 0; time < 2; time += 1) {
      assert.equal(isSignedBy(leaf, own), true);
      assert.equal(isSignedBy(leaf, above), false);
      assert.equal(isSignedBy(issuing.der, above), true);
    }
  });

  it('is not signed where an octet is another one, though the right one was seen before', async () => {
    const leaf = await newLeaf();
    assert.equal(isSignedBy(leaf, issuing.subjectPublicKeyInfo), true);
    const forged = Buffer.from(leaf);
    const { dnsNames } = decodeCertificate(leaf).names;
    const at = forged.indexOf(dnsNames[0] ?? '');
    forged[at] = 'v'.charCodeAt(0);
    assert.equal(isSignedBy(forged, issuing.subjectPublicKeyInfo), false);
  });

  it('is not signed where it or the key cannot be read', async () => {
    assert.equal(isSignedBy(Buffer.from('no certificate'), issuing.subjectPublicKeyInfo), false);
    assert.equal(isSignedBy(await newLeaf(), Buffer.from('no key')), false);
  });

  it('is judged rightly when more were judged since than are remembered', async () => {
    const leaf = await newLeaf();
    for (let count = 0; count < 300; count += 1) isSignedBy(leaf, Buffer.from(`key ${count}`));
    assert.equal(isSignedBy(leaf, issuing.subjectPublicKeyInfo), true);
  });
});
