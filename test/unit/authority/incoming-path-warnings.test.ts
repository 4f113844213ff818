import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as der from '../../../src/x509/der.ts';
import { TAG } from '../../../src/x509/der-tags.ts';
import { encodeNameConstraints } from '../../../src/x509/name-constraints.ts';
import * as oids from '../../../src/x509/oids.ts';
import {
  basicConstraints,
  extKeyUsage,
  type OutsideAuthority,
  type OutsideChanges,
  outsideAuthority,
} from '../../support/outside-authority.ts';
import { having, inDays, pathIn } from './judged-path.ts';

const root = outsideAuthority({ subject: 'Root' });
const below = (changes: OutsideChanges) =>
  outsideAuthority({ subject: 'Own', issuer: root, ...changes });
const warningsOf = async (...sent: readonly OutsideAuthority[]) =>
  (await pathIn(sent)).certificates[0].warnings.map(({ code, detail }) => `${code}: ${detail}`);

describe('the path of an authority that comes in is taken with a warning', () => {
  const spelt = der.sequence(
    der.setOf(der.sequence(der.oid(oids.COMMON_NAME), der.printableString('Root'))),
  );
  const teletex = der.sequence(
    der.setOf(
      der.sequence(
        der.oid(oids.COMMON_NAME),
        Buffer.concat([Buffer.of(TAG.teletexString, 4), Buffer.from('Root')]),
      ),
    ),
  );
  const ofHost = { permitted: { dnsNames: ['example.org'] } };
  for (const [why, sent, words] of [
    [
      'where it has no key identifier',
      below(having(oids.SUBJECT_KEY_IDENTIFIER, null)),
      /^authority-subject-key-identifier: "CN=Own": has no subjectKeyIdentifier; refused by OpenSSL -x509_strict, with all that is below$/,
    ],
    [
      'where it has none of its issuer',
      below(having(oids.AUTHORITY_KEY_IDENTIFIER, null)),
      /^authority-key-identifier: .*has no keyIdentifier/,
    ],
    [
      'where it says nothing of its key usage',
      below(having(oids.KEY_USAGE, null)),
      /^authority-key-usage: "CN=Own": is an authority without a keyUsage/,
    ],
    [
      'where its CA bit is not critical',
      below(having(oids.BASIC_CONSTRAINTS, basicConstraints(), false)),
      /^authority-constraints-critical: .* basicConstraints that may be passed over/,
    ],
    [
      'where it spells its issuer in another way',
      below({ issuerName: spelt }),
      /^path-issuer-octets: "CN=Own" spells its issuer otherwise .*; refused by Go, /,
    ],
    [
      'where it spells its issuer in another type of string than Java compares',
      below({ issuerName: teletex }),
      /^path-in-order: "CN=Own" is not followed by that of its issuer; refused by /,
    ],
    [
      'where its constraints may be passed over, which the standard alone forbids',
      below(having(oids.NAME_CONSTRAINTS, encodeNameConstraints(ofHost), false)),
      /^constraining-extensions-critical: "CN=Own": .*; refused by strict readers of RFC 5280, with/,
    ],
    [
      'where it is for any purpose, in one word',
      below({ extensions: { [oids.EXT_KEY_USAGE]: extKeyUsage(oids.ANY_EXTENDED_KEY_USAGE) } }),
      /^any-extended-key-usage: "CN=Own": allows any purpose/,
    ],
    [
      'where it asks for policies below',
      below(having('2.5.29.36', der.sequence(der.implicit(0, Buffer.of(0))))),
      /^policy-constraints: "CN=Own": has policyConstraints/,
    ],
    [
      'where Go reads none of its constraints',
      below(
        having(
          oids.NAME_CONSTRAINTS,
          der.sequence(
            der.implicitConstructed(1, der.sequence(der.implicit(8, der.oid('1.2.3').subarray(2)))),
          ),
          true,
        ),
      ),
      /^go-name-constraint-other-kinds: "CN=Own": .*registeredID; refused by Go, with all that is below$/,
    ],
    [
      'where Java processes none of what is critical in it',
      below(
        having(
          oids.CRL_DISTRIBUTION_POINTS,
          der.sequence(
            der.sequence(
              der.explicit(
                0,
                der.implicitConstructed(0, der.implicit(6, Buffer.from('http://a.b/c'))),
              ),
            ),
          ),
          true,
        ),
      ),
      /^java-critical-extensions: .*; refused by Java, /,
    ],
    [
      'where it outlives its issuer',
      below({ notAfter: inDays(9_999) }),
      /^path-outlived-issuer: "CN=Own" outlives its issuer, which ends at [^;]*$/,
    ],
  ] as const) {
    it(why, async () => {
      const warnings = await warningsOf(sent, root);
      assert.equal(warnings.length, 1, warnings.join('\n'));
      assert.match(warnings[0] ?? '', words);
    });
  }

  it('of an authority above too, to whoever brings what is below', async () => {
    const bare = outsideAuthority({ subject: 'Bare', ...having(oids.KEY_USAGE, null) });
    const warnings = await warningsOf(outsideAuthority({ subject: 'Own', issuer: bare }), bare);
    assert.deepEqual(warnings.length, 1);
    assert.match(warnings[0] ?? '', /"CN=Bare": is an authority without a keyUsage/);
  });

  it('where it has a mailbox in its subject that nobody above permits', async () => {
    const permitted = der.sequence(der.implicit(1, Buffer.from('example.org')));
    const constraints = der.sequence(der.implicitConstructed(0, permitted));
    const narrow = outsideAuthority({
      subject: 'Narrow',
      ...having(oids.NAME_CONSTRAINTS, constraints),
    });
    const mailbox = der.sequence(der.oid(oids.EMAIL_ADDRESS), der.ia5String('ca@example.com'));
    const subject = der.sequence(der.setOf(mailbox));
    const warnings = await warningsOf(outsideAuthority({ subject, issuer: narrow }), narrow);
    assert.deepEqual(
      warnings.map((warning) => warning.replace(/:.*; refused by/, ' by')),
      [
        'path-subject-email by Java, with all that is below',
        'openssl-subject-email by OpenSSL, with all that is below',
      ],
    );
  });
});
