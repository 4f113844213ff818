import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgePlace, type Sighting } from '../../../../src/rotation/proof/sighting.ts';
import { fingerprintOf, testCertificate, testChain } from '../../../support/chains.ts';

const { leaf, intermediate, root } = testChain('shop');
const old = testChain('old');
const written = [leaf.der, intermediate.der, root.der];

function served(chain: readonly Uint8Array[], server = ''): Sighting {
  return { server, handshake: { kind: 'served', chain } };
}

function unreachable(words: string, server = ''): Sighting {
  return { server, handshake: { kind: 'unreachable', words } };
}

describe('what is seen at a place', () => {
  it('is proven where it is what was written, to the octet', () => {
    assert.deepEqual(judgePlace([served(written)], written), { state: 'proven' });
  });

  it('is stale where another leaf is served, which is shown', () => {
    const chain = [old.leaf.der, intermediate.der, root.der];
    const found = judgePlace([served(chain)], written);
    const serialNumber = found.servedInstead?.serialNumber ?? '';
    assert.match(serialNumber, /^40[0-9a-f]{30}$/);
    assert.deepEqual(found, {
      state: 'stale',
      servedInstead: {
        fingerprintSha256: fingerprintOf(old.leaf),
        serialNumber,
        notAfter: new Date('2031-06-15T12:00:00Z'),
        subject: 'CN=old.example.org',
      },
      error: 'serves another certificate',
    });
  });

  for (const [title, chain] of Object.entries({
    'without the root': [leaf.der, intermediate.der],
    'in another order': [leaf.der, root.der, intermediate.der],
    'with one more': [...written, old.root.der],
    'with another intermediate': [leaf.der, old.intermediate.der, root.der],
  })) {
    it(`is stale where the leaf comes ${title}`, () => {
      const { state, error } = judgePlace([served(chain)], written);
      const words = 'serves the leaf with other certificates above it than were written';
      assert.deepEqual([state, error], ['stale', words]);
    });
  }

  it('is stale as soon as one server is, and says which', () => {
    const sightings = [
      served(written, 'pod "a"'),
      unreachable('the connection is refused', 'pod "b"'),
      served([old.leaf.der], 'pod "c"'),
    ];
    const { state, error } = judgePlace(sightings, written);
    assert.deepEqual([state, error], ['stale', 'pod "c": serves another certificate']);
    assert.deepEqual(judgePlace(sightings.slice(0, 2), written), {
      state: 'unreachable',
      error: 'pod "b": the connection is refused',
    });
  });

  it('is nothing where nobody was asked', () => {
    assert.equal(judgePlace([], written).state, 'unreachable');
    assert.equal(judgePlace([served([])], written).state, 'unreachable');
  });

  it('shows no more than the fingerprint of what is no certificate', () => {
    const { servedInstead } = judgePlace([served([Buffer.from('anything')])], written);
    assert.deepEqual(
      { ...servedInstead, fingerprintSha256: '' },
      {
        ...{ fingerprintSha256: '', serialNumber: null, notAfter: null },
      },
    );
  });

  it('shows a bounded line of a hostile subject', () => {
    const commonName = `a\n\u2028\u0000${'😀'.repeat(500)}`;
    const hostile = testCertificate({ commonName });
    const { subject = '' } = judgePlace([served([hostile.der])], written).servedInstead ?? {};
    assert.ok(subject.startsWith('CN='));
    assert.ok(subject.isWellFormed() && [...subject].length <= 200);
    assert.doesNotMatch(subject, /[\p{Cc}\u2028\u2029]/u);
  });
});
