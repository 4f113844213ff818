import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as der from '../../../src/x509/der.ts';
import { authorityExtensionFault, extensionFault } from '../../../src/x509/extension-fault.ts';
import * as oids from '../../../src/x509/oids.ts';
import { generalName, nameOf } from './hand-made-request.ts';

const { sequence, setOf, integer, oid, explicit, implicit, nullValue } = der;
const visible = (text: string) => Buffer.concat([Buffer.of(0x1a, text.length), Buffer.from(text)]);
const policy = (...members: Buffer[]) => sequence(oid('1.2.3'), ...members);
const qualifier = (id: string, value: Buffer) => sequence(sequence(oid(id), value));
const numbers = sequence(integer(1), integer(2));
const reference = sequence(der.utf8String('Example'), numbers);
const point = (uri: string) => sequence(explicit(0, explicit(0, generalName.uri(uri))));
const access = (uri: string) => sequence(oid('1.3.6.1.5.5.7.48.5'), generalName.uri(uri));
const FOR_AUTHORITIES = [oids.POLICY_MAPPINGS, oids.POLICY_CONSTRAINTS, oids.INHIBIT_ANY_POLICY];
const CRITICAL: readonly string[] = [oids.POLICY_CONSTRAINTS, oids.INHIBIT_ANY_POLICY];

const faultOf = (id: string, value: Buffer, isCritical = CRITICAL.includes(id)) =>
  extensionFault({ id, isCritical, value });

const good: readonly (readonly [what: string, id: string, value: Buffer])[] = [
  ['policies', oids.CERTIFICATE_POLICIES, sequence(policy(), sequence(oid(oids.ANY_POLICY)))],
  [
    'a policy with the address of its statement',
    oids.CERTIFICATE_POLICIES,
    sequence(policy(qualifier(oids.CPS_POINTER, der.ia5String('http://a.b/cps')))),
  ],
  [
    'a policy with a notice',
    oids.CERTIFICATE_POLICIES,
    sequence(policy(qualifier(oids.USER_NOTICE, sequence(reference, visible('Read it.'))))),
  ],
  [
    'a policy with an empty notice',
    oids.CERTIFICATE_POLICIES,
    sequence(policy(qualifier(oids.USER_NOTICE, sequence()))),
  ],
  [
    'a policy with a qualifier unknown here',
    oids.CERTIFICATE_POLICIES,
    sequence(policy(qualifier('1.2.4', integer(1)))),
  ],
  ['a mapping', oids.POLICY_MAPPINGS, sequence(sequence(oid('1.2.3'), oid('1.2.4')))],
  [
    'both constraints of policies',
    oids.POLICY_CONSTRAINTS,
    sequence(implicit(0, Buffer.of(0)), implicit(1, Buffer.of(2))),
  ],
  ['one of them', oids.POLICY_CONSTRAINTS, sequence(implicit(1, Buffer.of(0)))],
  ['a number of certificates', oids.INHIBIT_ANY_POLICY, integer(0)],
  ['names of the issuer', oids.ISSUER_ALT_NAME, sequence(generalName.dns('a.b'))],
  ['the place of a CRL', oids.FRESHEST_CRL, sequence(point('http://a.b/delta.crl'))],
  [
    'attributes',
    oids.SUBJECT_DIRECTORY_ATTRIBUTES,
    sequence(sequence(oid('1.3.6.1.5.5.7.9.4'), setOf(der.printableString('GB')))),
  ],
  ['places of the subject', oids.SUBJECT_INFO_ACCESS, sequence(access('http://a.b/'))],
  ['a feature of TLS', oids.TLS_FEATURE, sequence(integer(5))],
  ['no check', oids.OCSP_NO_CHECK, nullValue()],
  ['a type of Netscape’s', oids.NETSCAPE_CERT_TYPE, der.namedBits([0, 1])],
  ['whatever is DER', '1.2.3', integer(1)],
];

const faulty: readonly (readonly [what: string, id: string, value: Buffer])[] = [
  ['no policy', oids.CERTIFICATE_POLICIES, sequence()],
  ['a bare object identifier', oids.CERTIFICATE_POLICIES, sequence(oid('1.2.3'))],
  ['one policy twice', oids.CERTIFICATE_POLICIES, sequence(policy(), policy())],
  ['a policy with no qualifier', oids.CERTIFICATE_POLICIES, sequence(policy(sequence()))],
  [
    'an address that is no IA5String',
    oids.CERTIFICATE_POLICIES,
    sequence(policy(qualifier(oids.CPS_POINTER, der.utf8String('http://a.b/cps')))),
  ],
  [
    'a notice with a control character',
    oids.CERTIFICATE_POLICIES,
    sequence(policy(qualifier(oids.USER_NOTICE, sequence(visible('a\u0007'))))),
  ],
  [
    'a notice whose numbers are none',
    oids.CERTIFICATE_POLICIES,
    sequence(
      policy(
        qualifier(oids.USER_NOTICE, sequence(sequence(der.utf8String('a'), sequence(nullValue())))),
      ),
    ),
  ],
  [
    'any policy with a qualifier of its own',
    oids.CERTIFICATE_POLICIES,
    sequence(sequence(oid(oids.ANY_POLICY), qualifier('1.2.4', integer(1)))),
  ],
  ['no mapping', oids.POLICY_MAPPINGS, sequence()],
  ['half a mapping', oids.POLICY_MAPPINGS, sequence(sequence(oid('1.2.3')))],
  [
    'a mapping of any policy',
    oids.POLICY_MAPPINGS,
    sequence(sequence(oid(oids.ANY_POLICY), oid('1.2.3'))),
  ],
  ['neither constraint of policies', oids.POLICY_CONSTRAINTS, sequence()],
  [
    'constraints in the other order',
    oids.POLICY_CONSTRAINTS,
    sequence(implicit(1, Buffer.of(0)), implicit(0, Buffer.of(0))),
  ],
  ['a negative constraint', oids.POLICY_CONSTRAINTS, sequence(implicit(0, Buffer.of(0xff)))],
  ['a negative number', oids.INHIBIT_ANY_POLICY, Buffer.of(2, 1, 0xff)],
  ['no number', oids.INHIBIT_ANY_POLICY, sequence(integer(0))],
  ['no name', oids.ISSUER_ALT_NAME, sequence()],
  ['a Name that is no GeneralName', oids.ISSUER_ALT_NAME, nameOf(['2.5.4.3', der.utf8String('a')])],
  ['no place', oids.FRESHEST_CRL, sequence()],
  ['a place that is none', oids.FRESHEST_CRL, sequence(generalName.uri('http://a.b/'))],
  ['no attribute', oids.SUBJECT_DIRECTORY_ATTRIBUTES, sequence()],
  [
    'an attribute without a value',
    oids.SUBJECT_DIRECTORY_ATTRIBUTES,
    sequence(sequence(oid('1.2.3'), setOf())),
  ],
  ['no place of the subject', oids.SUBJECT_INFO_ACCESS, sequence()],
  ['a bare number', oids.TLS_FEATURE, integer(5)],
  ['a number that TLS does not have', oids.TLS_FEATURE, sequence(integer(65_536))],
  ['a value where none belongs', oids.OCSP_NO_CHECK, integer(1)],
  ['octets for bits', oids.NETSCAPE_CERT_TYPE, der.octetString(Buffer.of(1))],
  ['more than one value', oids.INHIBIT_ANY_POLICY, Buffer.concat([integer(0), integer(0)])],
];

describe('an extension of a profile', () => {
  for (const [what, id, value] of good) {
    it(`may be ${oids.describeOid(id)} with ${what}`, () => {
      assert.equal(faultOf(id, value), undefined);
    });
  }

  for (const [what, id, value] of faulty) {
    it(`is refused as ${oids.describeOid(id)} with ${what}`, () => {
      const fault = faultOf(id, value) ?? 'none';
      assert.ok(fault.startsWith(`its value is no ${oids.describeOid(id)}: `), fault);
    });
  }

  it('is refused where it is the poison of a precertificate', () => {
    for (const isCritical of [true, false]) {
      assert.match(faultOf(oids.CT_POISON, nullValue(), isCritical) ?? '', /RFC 6962 §3\.1/);
    }
  });

  it('is critical where it constrains policies, and not where verifiers need not know it', () => {
    for (const [what, id, value] of good) {
      const mayBe = id === oids.CERTIFICATE_POLICIES || FOR_AUTHORITIES.includes(id);
      assert.equal(faultOf(id, value, true) === undefined, mayBe, what);
      assert.equal(faultOf(id, value, false) === undefined, !CRITICAL.includes(id), what);
    }
  });

  it('is for authorities alone where it speaks of what is below, or says that it is one', () => {
    for (const [what, id, value] of good) {
      const fault = authorityExtensionFault({ id, isCritical: false, value });
      assert.equal(fault !== undefined, FOR_AUTHORITIES.includes(id), what);
    }
    for (const bit of [5, 6, 7]) {
      const value = der.namedBits([0, bit]);
      const fault = authorityExtensionFault({
        id: oids.NETSCAPE_CERT_TYPE,
        isCritical: false,
        value,
      });
      assert.match(fault ?? '', /of an authority/);
    }
  });
});
