import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeCertificatesOnly } from '../../../src/x509/pkcs7.ts';
import { testChain } from '../../support/chains.ts';

const { root, intermediate, leaf } = testChain('p7b');

describe('encodeCertificatesOnly', () => {
  it('is SignedData with neither content nor signers, around the certificates (RFC 5652 §5.1)', () => {
    // SEQUENCE { signedData, [0] { SEQUENCE { 1, SET {}, SEQUENCE { data }, [0] …, SET {} } } }
    const octets = encodeCertificatesOnly([Buffer.from('3000', 'hex')]);
    const signedData = '020101' + '3100' + '300b06092a864886f70d010701' + 'a0023000' + '3100';
    assert.equal(octets.toString('hex'), `302706092a864886f70d010702a01a3018${signedData}`);
  });

  it('keeps the order given, so that readers show the leaf first', () => {
    const octets = encodeCertificatesOnly([leaf.der, intermediate.der, root.der]);
    const positions = [leaf, intermediate, root].map(({ der }) => octets.indexOf(der));
    assert.ok(positions.every((position) => position > 0));
    assert.deepEqual(
      positions,
      positions.toSorted((a, b) => a - b),
    );
  });
});
