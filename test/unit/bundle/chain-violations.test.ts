import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { certificationPathOf, type ForeignChain } from '../../../src/bundle/certification-path.ts';
import { PkiError, type Violation } from '../../../src/errors.ts';
import {
  ecKeys,
  foreignChain,
  keyPem,
  type TestCertificate,
  testCertificate,
  testChain,
} from '../../support/chains.ts';

const { root, intermediate, leaf } = testChain('good');
const stranger = testChain('stranger');

function chainOf(certificates: readonly TestCertificate[], changes: Partial<ForeignChain> = {}) {
  return foreignChain(leaf, certificates, changes);
}

/** The violations of a `chain-invalid` refusal. */
function faultsOf(input: ForeignChain): readonly Violation[] {
  try {
    certificationPathOf(input);
  } catch (error) {
    assert.ok(error instanceof PkiError);
    assert.equal(error.code, 'chain-invalid');
    assert.ok(error.violations.length > 0);
    return error.violations;
  }
  return assert.fail('the chain was accepted');
}

/** What is wrong with the certificates, one fault a line, where nothing else is. */
function detailsOf(input: ForeignChain): string {
  const faults = faultsOf(input);
  assert.ok(faults.every(({ pointer }) => pointer === '/certificates'));
  return faults.map(({ detail }) => detail).join('\n');
}

describe('certificationPathOf', () => {
  it('refuses a root and its cross certificate together, since one is off the path', () => {
    const cross = testCertificate({
      commonName: root.commonName,
      keys: root.keys,
      isAuthority: true,
      issuer: stranger.root,
    });
    const details = detailsOf(chainOf([leaf, intermediate, cross, root]));
    assert.match(details, /^certificate 3 \("CN=good root"\) is not on the path of the leaf$/);
  });

  it('refuses a certificate that is not on the path', () => {
    const details = detailsOf(chainOf([leaf, stranger.root, intermediate, root]));
    assert.match(details, /^certificate 2 \("CN=stranger root"\) is not on the path of the leaf$/);
  });

  it('refuses a whole path beside the path', () => {
    const others = [stranger.leaf, stranger.intermediate, stranger.root];
    const faults = faultsOf(chainOf([leaf, ...others, intermediate, root]));
    assert.equal(faults.length, 3);
  });

  it('refuses two leaves, whichever the key belongs to', () => {
    const second = testCertificate({ commonName: 'b.example.org', issuer: intermediate });
    const certificates = [leaf, second, intermediate, root];
    assert.match(detailsOf(chainOf(certificates)), /^certificate 2 .* is not on the path/);
    const privateKey = keyPem(stranger.leaf);
    const details = detailsOf(chainOf(certificates, { privateKey }));
    assert.match(details, /only the leaf issued none.*good\.example\.org.*b\.example\.org/);
  });

  it('refuses a leaf and its renewal with the same key', () => {
    const { keys, commonName } = leaf;
    const renewal = testCertificate({ commonName, keys, issuer: intermediate });
    assert.match(detailsOf(chainOf([leaf, renewal, intermediate])), /only the leaf issued none/);
  });

  it("refuses a key that is another certificate's, and points at the key", () => {
    const privateKey = keyPem(intermediate);
    const faults = faultsOf(chainOf([leaf, intermediate, root], { privateKey }));
    assert.deepEqual(
      faults.map(({ pointer }) => pointer),
      ['/privateKey'],
    );
    assert.match(faults[0]?.detail ?? '', /good\.example\.org/);
  });

  it('refuses a link that is one by name only', () => {
    const forged = testCertificate({
      commonName: 'good intermediate',
      keys: intermediate.keys,
      isAuthority: true,
      issuer: root,
      signedWith: ecKeys().privateKey,
    });
    const details = detailsOf(chainOf([root, leaf, forged]));
    assert.match(
      details,
      /^certificate 3 \("CN=good intermediate"\) names certificate 1 .*not verify$/,
    );
  });

  it('refuses a root whose own signature is broken', () => {
    const broken = testCertificate({
      commonName: 'good root',
      keys: root.keys,
      isAuthority: true,
      signedWith: ecKeys().privateKey,
    });
    assert.match(detailsOf(chainOf([leaf, intermediate, broken])), /signature of certificate 3/);
  });

  it('refuses a gap between the certificates given', () => {
    assert.match(
      detailsOf(chainOf([leaf, root])),
      /the intermediate "CN=good intermediate", which issued certificate 1 .* is missing/,
    );
  });

  it('refuses a lone leaf whose issuer is no known root', () => {
    assert.match(
      detailsOf(chainOf([leaf])),
      /^the intermediate "CN=good intermediate".* is missing$/,
    );
  });

  it('refuses a path below one of our own intermediates, and names it', () => {
    const ownAuthorities = [root.der, intermediate.der];
    const missing = /^the intermediate "CN=good intermediate".* is missing$/;
    assert.match(detailsOf(chainOf([leaf], { ownAuthorities })), missing);

    const below = { isAuthority: true, issuer: intermediate };
    const lower = testCertificate({ commonName: 'lower', ...below });
    const lowest = testCertificate({ commonName: 'lowest.example.org', issuer: lower });
    const input = foreignChain(lowest, [lowest, lower], { ownAuthorities });
    assert.match(detailsOf(input), missing);
  });

  it('refuses an issuer that is no authority', () => {
    const posing = testCertificate({ commonName: 'posing', issuer: root });
    const below = testCertificate({ commonName: 'below.example.org', issuer: posing });
    const input = foreignChain(below, [below, posing, root]);
    assert.match(detailsOf(input), /^certificate 2 .* issued certificate 1 .*no authority's$/);
  });

  it('refuses certificates that issued each other in a circle', () => {
    const [first, second] = [ecKeys(), ecKeys()];
    const common = { isAuthority: true } as const;
    const a = testCertificate({ ...common, commonName: 'a', keys: first });
    const b = testCertificate({ ...common, commonName: 'b', keys: second, issuer: a });
    const aByB = testCertificate({ ...common, commonName: 'a', keys: first, issuer: b });
    assert.match(detailsOf(chainOf([aByB, b])), /in a circle/);
    const below = testCertificate({ commonName: 'below.example.org', issuer: aByB });
    const input = foreignChain(below, [below, aByB, b]);
    assert.match(detailsOf(input), /in a circle/);
  });

  it('names every fault of both fields at once', () => {
    const input = chainOf([], { privateKey: 'no key', certificates: 'no certificate' });
    assert.throws(
      () => certificationPathOf(input),
      (error: unknown) => {
        assert.ok(error instanceof PkiError);
        assert.equal(error.code, 'request-malformed');
        const pointers = error.violations.map(({ pointer }) => pointer);
        assert.deepEqual(pointers, ['/privateKey', '/certificates']);
        return true;
      },
    );
    const faults = faultsOf(chainOf([leaf, root], { privateKey: keyPem(stranger.leaf) }));
    assert.deepEqual(new Set(faults.map(({ pointer }) => pointer)).size, 2);
  });
});
