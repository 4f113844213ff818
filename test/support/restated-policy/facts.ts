import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { membersOf, tbsPartsOf } from '../../unit/x509/der-members.ts';

/** A GeneralName as it is written: its tag, and the octets inside (RFC 5280 §4.2.1.6). */
export interface GeneralName {
  readonly tag: number;
  readonly content: Buffer;
}

export const EMAIL = 0x81;
export const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
export const DNS = 0x82;
export const DIRECTORY = 0xa4;
export const URI = 0x86;
export const IP = 0x87;

/** What node:crypto and the tests' own reader find in a certificate; nothing of src/ has a part in it. */
export interface Facts {
  readonly x509: X509Certificate;
  readonly names: readonly GeneralName[];
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
  readonly pathLenConstraint: number | undefined;
  /** Numbers of the bits that are set, in hexadecimal octets as they are written. */
  readonly keyUsage: string;
  readonly extKeyUsage: readonly string[];
  /** Object identifiers in hexadecimal, as they are written. */
  readonly extensions: readonly string[];
  readonly isSubjectAltNameCritical: boolean;
  readonly subjectKeyIdentifier: string | undefined;
  readonly authorityKeyIdentifier: string | undefined;
  readonly subject: Buffer;
  readonly issuer: Buffer;
  /** Of the subject, in its order. */
  readonly commonNames: readonly string[];
  readonly organization: string | undefined;
}

/** The OBJECT IDENTIFIER 2.5.29.n as DER, in hexadecimal. */
export const extensionId = (number: number) => `0603551d${number.toString(16).padStart(2, '0')}`;

const [SKI, KEY_USAGE, SAN, BASIC, CONSTRAINTS, AKI, EKU] = [14, 15, 17, 19, 30, 35, 37].map(
  extensionId,
);
const COMMON_NAME = '0603550403';
const ORGANIZATION = '060355040a';

export function factsOf(der: Uint8Array): Facts {
  const x509 = new X509Certificate(der);
  const { extensionList, subject, issuer } = tbsPartsOf(der);
  const found = (id: string | undefined) => extensionList.find((one) => one.id === id);
  const constraints = found(CONSTRAINTS);
  const basic = found(BASIC);
  return {
    x509,
    names: generalNamesIn(found(SAN)?.value),
    permitted: subtreesIn(constraints?.value, 0xa0),
    excluded: subtreesIn(constraints?.value, 0xa1),
    pathLenConstraint: basic && pathLenConstraintIn(basic.value),
    keyUsage: found(KEY_USAGE)?.value.toString('hex') ?? '',
    // Node has none where there is no such extension, whatever its type says.
    extKeyUsage: found(EKU) ? x509.keyUsage : [],
    extensions: extensionList.map(({ id = '' }) => id),
    isSubjectAltNameCritical: found(SAN)?.isCritical === true,
    subjectKeyIdentifier: found(SKI)?.value.subarray(2).toString('hex'),
    authorityKeyIdentifier: found(AKI)?.value.subarray(4).toString('hex'),
    subject: subject ?? assert.fail('no subject'),
    issuer: issuer ?? assert.fail('no issuer'),
    commonNames: textsOf(COMMON_NAME, subject),
    organization: textsOf(ORGANIZATION, subject)[0],
  };
}

function textsOf(wanted: string, name: Buffer | undefined): readonly string[] {
  return name ? attributesIn(name).flatMap(([type, text]) => (type === wanted ? [text] : [])) : [];
}

/** Types, as DER in hexadecimal, and texts of a Name, one for each of its RDNs. */
export function attributesIn(name: Buffer): readonly (readonly [type: string, text: string])[] {
  return membersOf(name).map((rdn) => {
    const [attribute = Buffer.alloc(0), ...others] = membersOf(rdn);
    assert.equal(others.length, 0, 'an RDN of several attributes');
    const [type, value] = membersOf(attribute);
    assert.ok(type && value);
    return [type.toString('hex'), contentOf(value).toString('utf8')] as const;
  });
}

/** The GeneralNames of a SEQUENCE as DER; none where there is no such value. */
export function generalNamesIn(value: Buffer | undefined): readonly GeneralName[] {
  return value ? membersOf(value).map(generalNameOf) : [];
}

function subtreesIn(value: Buffer | undefined, tag: number): readonly GeneralName[] {
  const list = value && membersOf(value).find((member) => member[0] === tag);
  return list ? membersOf(list).map((subtree) => generalNameOf(membersOf(subtree)[0])) : [];
}

function generalNameOf(name: Buffer | undefined): GeneralName {
  assert.ok(name);
  return { tag: name[0] ?? 0, content: contentOf(name) };
}

/** BasicConstraints ::= SEQUENCE { cA BOOLEAN, pathLenConstraint INTEGER } (RFC 5280 §4.2.1.9). */
function pathLenConstraintIn(value: Buffer): number | undefined {
  const integer = membersOf(value).find((member) => member[0] === 0x02);
  return integer && Number.parseInt(contentOf(integer).toString('hex'), 16);
}

/** What stands behind tag and length of one value. */
function contentOf(der: Buffer): Buffer {
  const first = der.readUInt8(1);
  return der.subarray(first < 0x80 ? 2 : 2 + (first & 0x7f));
}
