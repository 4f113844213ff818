import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as der from '../../../src/x509/der.ts';
import { encodeNameConstraints } from '../../../src/x509/name-constraints.ts';
import * as oids from '../../../src/x509/oids.ts';
import {
  basicConstraints,
  ecKeyPair,
  nameOf,
  type OutsideAuthority,
  type OutsideChanges,
  outsideAuthority,
  rsaKeyPair,
} from '../../support/outside-authority.ts';
import { faultsOf, having, inDays, pathIn } from './judged-path.ts';

const root = outsideAuthority({ subject: 'Root' });
const own = outsideAuthority({ subject: 'Own', issuer: root });
const below = (changes: OutsideChanges) =>
  outsideAuthority({ subject: 'Own', issuer: root, ...changes });

describe('the path of an authority that comes in', () => {
  it('begins with its own certificate, in whatever order they were sent, and ends with a root', async () => {
    const middle = outsideAuthority({ subject: 'Middle', issuer: root });
    const last = outsideAuthority({ subject: 'Last', issuer: middle });
    const { certificates, parent } = await pathIn([last, root, middle]);
    const names = certificates.map(({ decoded }) => decoded.subject.known.commonName);
    assert.deepEqual([names, parent], [['Last', 'Middle', 'Root'], null]);
  });

  it('goes on above an authority that is known, whether that was sent along or not', async () => {
    for (const sent of [[own], [own, root]]) {
      const { certificates, parent } = await pathIn(sent, [root]);
      assert.deepEqual([certificates.length, parent], [1, 'known-0']);
    }
  });

  it('takes the root that was sent for a new one, where a known one has its key and name', async () => {
    const renewed = outsideAuthority({ subject: 'Root', keys: root.keys, notAfter: inDays(9_999) });
    const { certificates, parent } = await pathIn([own, renewed], [root]);
    assert.deepEqual([certificates.length, parent], [2, null]);
  });

  it('may say in a critical extension which policies are alike, as RFC 5280 §4.2.1.5 asks', async () => {
    const alike = der.sequence(der.sequence(der.oid('1.2.3'), der.oid('1.2.4')));
    const { certificates } = await pathIn([below(having(oids.POLICY_MAPPINGS, alike)), root]);
    assert.deepEqual(certificates[0].warnings, []);
  });

  it('may have a root that is signed by SHA-1, since nobody verifies that', async () => {
    const old = outsideAuthority({ subject: 'Old', keys: rsaKeyPair(), hash: 'sha1' });
    const { certificates } = await pathIn([outsideAuthority({ subject: 'Own', issuer: old }), old]);
    assert.equal(certificates.length, 2);
  });
});

describe('the path of an authority that comes in is refused', () => {
  const other = outsideAuthority({ subject: 'Root' });
  const sha1Root = outsideAuthority({ subject: 'SHA-1', keys: rsaKeyPair() });
  const [one, two] = [ecKeyPair(), ecKeyPair()];
  const signedByOther = outsideAuthority({
    subject: 'A',
    keys: one,
    issuer: outsideAuthority({ subject: 'B', keys: two }),
  });
  const signedBack = outsideAuthority({ subject: 'B', keys: two, issuer: signedByOther });
  const constrained = outsideAuthority({
    subject: 'Root',
    keys: root.keys,
    ...having(
      oids.NAME_CONSTRAINTS,
      encodeNameConstraints({
        permitted: { dnsNames: ['example.org'], directoryNames: [nameOf('Elsewhere')] },
      }),
    ),
  });
  const issuersAddress = der.sequence(
    der.sequence(der.oid(oids.ACCESS_CA_ISSUERS), der.implicit(6, Buffer.from('http://a.b/c.cer'))),
  );
  const dnsNameOf = (host: string) => der.implicit(2, Buffer.from(host));
  const dnsName = der.sequence(dnsNameOf('ca.example.net'));
  const oneBelow = outsideAuthority({
    ...{ subject: 'Root', keys: root.keys },
    ...having(oids.BASIC_CONSTRAINTS, basicConstraints(1)),
  });
  const tooMany = Array.from({ length: 17 }).reduce<readonly OutsideAuthority[]>(
    (path) => [
      outsideAuthority({
        subject: `Depth ${path.length}`,
        ...(path[0] ? { issuer: path[0] } : {}),
      }),
      ...path,
    ],
    [],
  );

  for (const [why, sent, words] of [
    [
      'where a link is missing',
      [own],
      /"CN=Root", whose certificate was not sent and is not known/,
    ],
    ['where the signature does not hold', [below({ signedWith: two.privateKey }), root], /fit/],
    ['where only the names agree', [own, other], /names certificate 2 .* does not fit/],
    [
      'where the key identifier is another one',
      [
        below(
          having(oids.AUTHORITY_KEY_IDENTIFIER, der.sequence(der.implicit(0, Buffer.of(1))), false),
        ),
        root,
      ],
      /key identifier/,
    ],
    [
      'where its own signature is a lie',
      [outsideAuthority({ subject: 'Root', signedWith: two.privateKey })],
      /is not its own/,
    ],
    [
      'where two have signed each other',
      [signedByOther, signedBack],
      /signed each other in a circle/,
    ],
    [
      'where something is not on it',
      [own, root, sha1Root],
      /certificate 3 \("CN=SHA-1"\) is not on the path/,
    ],
    [
      'where it is no authority’s',
      [below(having(oids.BASIC_CONSTRAINTS, null)), root],
      /is no authority/,
    ],
    [
      'where it may not sign',
      [below(having(oids.KEY_USAGE, der.namedBits([0, 6]))), root],
      /certificate 1 \("CN=Own"\) is an issuer’s without keyCertSign/,
    ],
    ['where it has no subject', [below({ subject: der.sequence() }), root], /has no subject/],
    ['where it has expired', [below({ notAfter: inDays(-1) }), root], /expired at/],
    ['where it is not valid yet', [below({ notBefore: inDays(1) }), root], /is not valid before/],
    [
      'where a signature is by SHA-1',
      [outsideAuthority({ subject: 'Own', issuer: sha1Root, hash: 'sha1' }), sha1Root],
      /is signed by an algorithm that is too weak/,
    ],
    [
      'where a critical extension is unknown',
      [below(having('1.2.3.4', der.nullValue())), root],
      /critical extension 1\.2\.3\.4, which others do not know/,
    ],
    [
      'where an address is critical, which no verifier processes',
      [below(having(oids.AUTHORITY_INFO_ACCESS, issuersAddress)), root],
      /critical extension authorityInfoAccess/,
    ],
    [
      'where a subject is not permitted',
      [own, constrained],
      /the subject of certificate 1 \("CN=Own"\): certificate 2 \("CN=Root"\) permits only "CN=Elsewhere"/,
    ],
    [
      'where a name is not permitted',
      [below(having(oids.SUBJECT_ALT_NAME, dnsName, false)), constrained],
      /"ca.example.net" of certificate 1 \("CN=Own"\): certificate 2 \("CN=Root"\) permits only "example.org"/,
    ],
    [
      'where several names are not permitted, each by name',
      [
        below(
          having(oids.SUBJECT_ALT_NAME, der.sequence(dnsNameOf('a.b'), dnsNameOf('c.d')), false),
        ),
        constrained,
      ],
      /"a\.b" of certificate 1 .* permits only "example\.org"; "c\.d" of certificate 1 /,
    ],
    [
      'where a directoryName is not permitted',
      [
        below(having(oids.SUBJECT_ALT_NAME, der.sequence(der.explicit(4, nameOf('No'))), false)),
        constrained,
      ],
      /a directoryName of certificate 1 \("CN=Own"\): certificate 2 \("CN=Root"\) permits only/,
    ],
    [
      'where an authority that is its own issuer is one more than Go counts as allowed',
      [outsideAuthority({ subject: 'Own', issuer: own }), own, oneBelow],
      /certificate 3 \("CN=Root"\) allows 1 authorities below it, and has 2/,
    ],
    ['where it is too long', tooMany, /the path has 17 certificates, more than 16/],
  ] as const) {
    it(why, async () => {
      const faults = await faultsOf(sent);
      assert.ok(
        faults.some((fault) => words.test(fault)),
        faults.join('\n'),
      );
    });
  }

  it('where an authority above leaves no path length, has expired, or both, known or not', async () => {
    const narrow = outsideAuthority({
      ...{ subject: 'Root', keys: root.keys, notAfter: inDays(-1) },
      ...having(oids.BASIC_CONSTRAINTS, basicConstraints(0)),
    });
    const expected = [/"CN=Root"\)? allows 0 authorities below it, and has 1/, /expired at/];
    for (const [sent, known] of [
      [[own, narrow], []],
      [[own], [narrow]],
    ] as const) {
      const faults = await faultsOf(sent, known);
      for (const words of expected) assert.ok(faults.some((fault) => words.test(fault)));
      assert.equal(faults.length, 2);
    }
  });

  it('with everything that is wrong at once', async () => {
    const bad = below({
      notAfter: inDays(-1),
      extensions: {
        [oids.BASIC_CONSTRAINTS]: null,
        '1.2.3.4': { isCritical: true, value: der.nullValue() },
      },
    });
    assert.equal((await faultsOf([bad, sha1Root])).length, 5);
  });
});
