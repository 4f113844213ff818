import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import tls from 'node:tls';
import fc from 'fast-check';
import { certificationPathOf, type ForeignChain } from '../../../src/bundle/certification-path.ts';
import { PkiError } from '../../../src/errors.ts';
import {
  foreignChain,
  LAST_YEAR,
  type TestCertificate,
  testCertificate,
  testChain,
} from '../../support/chains.ts';

const { root, intermediate, leaf } = testChain('good');
const stranger = testChain('stranger');

function chainOf(certificates: readonly TestCertificate[], changes: Partial<ForeignChain> = {}) {
  return foreignChain(leaf, certificates, changes);
}

function namesOf(input: ForeignChain): readonly string[] {
  const { certificates } = certificationPathOf(input);
  return certificates.map((der) => new X509Certificate(der).subject.replace('CN=', ''));
}

function warningsOf(input: ForeignChain): readonly string[] {
  return certificationPathOf(input).warnings.map(({ code }) => code);
}

const wholePath = ['good.example.org', 'good intermediate', 'good root'];

describe('certificationPathOf', () => {
  it('puts certificates of any order into the order of the path', () => {
    const orders = fc.shuffledSubarray([leaf, intermediate, root], { minLength: 3 });
    fc.assert(
      fc.property(orders, (certificates) => {
        assert.deepEqual(namesOf(chainOf(certificates)), wholePath);
        assert.deepEqual(warningsOf(chainOf(certificates)), []);
      }),
      { numRuns: 20 },
    );
  });

  it('counts a certificate that is there twice once', () => {
    assert.deepEqual(namesOf(chainOf([intermediate, leaf, root, intermediate, leaf])), wholePath);
  });

  it('completes a fullchain.pem by a public root', () => {
    const publicRoots = [...tls.rootCertificates, root.pem];
    assert.deepEqual(namesOf(chainOf([leaf, intermediate], { publicRoots })), wholePath);
  });

  it("completes it by this service's own root", () => {
    const ownAuthorities = [stranger.root.der, intermediate.der, root.der];
    assert.deepEqual(namesOf(chainOf([leaf, intermediate], { ownAuthorities })), wholePath);
  });

  it('completes a leaf that a known root issued itself', () => {
    const direct = testCertificate({ commonName: 'direct.example.org', issuer: root });
    const input = foreignChain(direct, [direct], { publicRoots: [root.pem] });
    assert.deepEqual(namesOf(input), ['direct.example.org', 'good root']);
  });

  it('does not take a known root of the same name and another key', () => {
    const namesake = testCertificate({ commonName: 'good root', isAuthority: true });
    const input = chainOf([leaf, intermediate], {
      publicRoots: [namesake.pem],
      ownAuthorities: [namesake.der],
    });
    assert.deepEqual(namesOf(input), ['good.example.org', 'good intermediate']);
    assert.deepEqual(warningsOf(input), ['root-missing']);
  });

  it('does without a root that nobody knows, and warns', () => {
    const input = chainOf([leaf, intermediate], { publicRoots: tls.rootCertificates });
    assert.deepEqual(namesOf(input), ['good.example.org', 'good intermediate']);
    const [warning] = certificationPathOf(input).warnings;
    assert.equal(warning?.code, 'root-missing');
    assert.match(warning.detail, /CN=good root/);
  });

  it('takes a lone self-signed certificate for its own path', () => {
    const lone = testCertificate({ commonName: 'lone.example.org' });
    const input = foreignChain(lone, [lone]);
    assert.deepEqual(namesOf(input), ['lone.example.org']);
    assert.deepEqual(warningsOf(input), []);
  });

  it('goes by way of a cross certificate to the root that signed it', () => {
    const cross = testCertificate({
      commonName: root.commonName,
      keys: root.keys,
      isAuthority: true,
      issuer: stranger.root,
    });
    const names = [...wholePath, 'stranger root'];
    assert.deepEqual(namesOf(chainOf([cross, leaf, stranger.root, intermediate])), names);
    const publicRoots = [stranger.root.pem, root.pem];
    assert.deepEqual(namesOf(chainOf([leaf, intermediate, cross], { publicRoots })), names);
  });

  it('warns of an expired certificate, and of one that outlives its issuer', () => {
    const expired = testCertificate({
      commonName: 'old.example.org',
      issuer: root,
      notAfter: LAST_YEAR,
    });
    const old = foreignChain(expired, [expired, root]);
    assert.deepEqual(warningsOf(old), ['expired']);

    const short = testCertificate({
      commonName: 'short',
      issuer: root,
      isAuthority: true,
      notAfter: new Date('2030-07-01T00:00:00Z'),
    });
    const long = testCertificate({ commonName: 'long.example.org', issuer: short });
    const input = foreignChain(long, [long, short, root]);
    assert.deepEqual(warningsOf(input), ['outlives-issuer']);
  });

  it('gives a path or a PkiError, whatever is between the certificate dashes', () => {
    const octet = fc.tuple(fc.nat(leaf.der.length - 1), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(fc.array(octet, { minLength: 1, maxLength: 4 }), (changes) => {
        const der = Buffer.from(leaf.der);
        for (const [index, mask] of changes) der[index] = (der[index] ?? 0) ^ mask;
        const damaged = { ...leaf, pem: leaf.pem.replace(/(?<=-\n)[^-]+/, der.toString('base64')) };
        try {
          certificationPathOf(chainOf([damaged, intermediate, root]));
        } catch (error) {
          assert.ok(error instanceof PkiError, String(error));
        }
      }),
      { numRuns: 500 },
    );
  });
});
