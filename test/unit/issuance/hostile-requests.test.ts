import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Certificate } from '../../../src/certificate.ts';
import { PkiError } from '../../../src/errors.ts';
import type { LeafRequest } from '../../../src/issuance/issue-leaf.ts';
import { oid, utf8String } from '../../../src/x509/der.ts';
import { COMMON_NAME, ORGANIZATION, SUBJECT_ALT_NAME } from '../../../src/x509/oids.ts';
import { IssuanceWorld, NOW } from '../../support/issuance.ts';
import { membersOf, tbsPartsOf } from '../x509/der-members.ts';
import {
  generalName,
  handMadeRequest,
  nameOf,
  type RequestParts,
} from '../x509/hand-made-request.ts';

/*
 * The policy stated a second time, over what node:crypto and the tests' own reader find in the DER of
 * a certificate; it shares no line with src/issuance.
 */

const world = new IssuanceWorld();
await world.createRoot();
await world.createIntermediate({
  nameConstraints: {
    permitted: { dnsNames: ['example.org'] },
    excluded: { dnsNames: ['no.example.org'], ipRanges: ['10.0.0.0/8'] },
  },
});
const issuer = world.authorities.get('issuing')?.certificate ?? assert.fail();

const LABELS = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const DAY_MS = 86_400_000;

const EMAIL = 0x81;
const DNS = 0x82;
const URI = 0x86;
const IP = 0x87;

/** The entries of the subjectAltName: the tag of each and its text, an address in decimal. */
function namesIn(certificate: Certificate): readonly (readonly [tag: number, value: string])[] {
  const id = oid(SUBJECT_ALT_NAME).toString('hex');
  const extension = tbsPartsOf(certificate.der).extensionList.find((one) => one.id === id);
  if (!extension) return [];
  return membersOf(extension.value).map((name) => {
    const [tag = 0, content] = [name[0], name.subarray(name.readUInt8(1) === 0x81 ? 3 : 2)];
    return [tag, tag === IP ? [...content].join('.') : content.toString('latin1')] as const;
  });
}

function assertHost(name: string): void {
  const labels = name.split('.');
  const [first, ...rest] = labels;
  const isWildcard = first === '*';
  assert.ok(name.length <= 253 && isIP(name) === 0, name);
  assert.ok(!isWildcard || labels.length >= 3, name);
  for (const label of isWildcard ? rest : labels) assert.match(label, LABELS, name);
  assert.ok(name === 'example.org' || name.endsWith('.example.org'), name);
  assert.ok(!`.${name}`.endsWith('.no.example.org') && name !== '*.example.org', name);
}

const judgeOf: Readonly<Record<number, (value: string) => void>> = {
  [DNS]: assertHost,
  [EMAIL]: (value) => assert.match(value, /^[^@\s"(),:;<>[\]\\]+@[a-z0-9.-]+$/),
  [URI]: (value) => assert.match(value, /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/),
  [IP]: (value) => {
    assert.ok([4, 16].includes(value.split('.').length), value);
    assert.ok(isIP(value) !== 4 || !value.startsWith('10.'), value);
  },
};

function assertNames(certificate: Certificate): void {
  const names = namesIn(certificate);
  assert.ok(names.length <= 100);
  for (const [tag, value] of names) {
    assert.match(value, /^[\x21-\x7e]+$/);
    const judgeName = judgeOf[tag] ?? assert.fail(`a name of tag ${tag}`);
    judgeName(value);
  }
}

function assertProfile(certificate: Certificate, known: X509Certificate): void {
  const isServer = certificate.profile === 'server';
  assert.deepEqual(known.keyUsage, [isServer ? SERVER_AUTH : CLIENT_AUTH]);
  const names = namesIn(certificate);
  assert.ok(!isServer || names.some(([tag]) => tag === DNS || tag === IP));
  const { commonName } = certificate.subject;
  assert.ok(names.length > 0 || commonName !== undefined, 'nobody is named');
  if (!isServer || commonName === undefined || isIP(commonName) === 6) return;
  const values = names.map(([, value]) => value.toLowerCase());
  assert.ok(values.includes(commonName.toLowerCase()), commonName);
}

/** Every promise of a leaf, judged by what stands in its octets. */
function assertPolicy(certificate: Certificate): void {
  const known = new X509Certificate(certificate.der);
  const above = new X509Certificate(issuer.der);
  assert.ok(known.verify(above.publicKey) && known.checkIssued(above));
  assert.equal(known.ca, false);
  assert.match(known.serialNumber, /^[4-7][0-9A-F]{31}$/);
  assert.ok(known.validFromDate >= above.validFromDate && known.validToDate <= above.validToDate);
  assert.ok(known.validFromDate <= NOW);
  assert.ok(known.validToDate.getTime() - known.validFromDate.getTime() < 825 * DAY_MS);
  assert.notEqual(known.subject, above.subject);
  assert.doesNotMatch(String(known.subject), /[\p{Cc}--\n]/v);
  const parts = tbsPartsOf(certificate.der);
  assert.deepEqual(parts.issuer, tbsPartsOf(issuer.der).subject);
  const isSubjectEmpty = parts.subject?.toString('hex') === '3000';
  const alternative = parts.extensionList.find(
    ({ id }) => id === oid(SUBJECT_ALT_NAME).toString('hex'),
  );
  assert.equal(alternative?.isCritical === true, isSubjectEmpty);
  assertNames(certificate);
  assertProfile(certificate, known);
}

/** Something honest most of the time, so that enough is granted, and something hostile now and then. */
function mostly<T>(
  honest: fc.Arbitrary<T>,
  ...hostile: readonly fc.Arbitrary<T>[]
): fc.Arbitrary<T> {
  const rest = hostile.map((arbitrary) => ({ arbitrary, weight: 1 }));
  return fc.oneof({ arbitrary: honest, weight: 6 * hostile.length }, ...rest);
}

const domain = fc.domain().filter((name) => name.length < 200);
const host = mostly(
  fc.oneof(
    fc.constant('a.example.org'),
    domain.map((name) => `${name}.example.org`),
  ),
  fc.constantFrom('example.org', '*.example.org', '*.a.example.org', 'no.example.org'),
  fc.constantFrom(
    '10.0.0.1',
    'a_b.example.org',
    'a.example.org.',
    '-a.example.org',
    'A.Example.ORG',
  ),
  fc.constantFrom('evilexample.org', 'example.org.evil.com', 'a.no.example.org', 'ä.example.org'),
  fc.string({ unit: 'binary', maxLength: 6 }).map((text) => `${text}.example.org`),
);
const address = mostly(
  fc.oneof(fc.ipV4(), fc.ipV6()),
  fc.constantFrom('10.1.2.3', '1.2.3', '::1%lo', '::ffff:10.1.2.3'),
);
const mailbox = mostly(fc.emailAddress(), fc.constantFrom('a@b@c', 'a b@c', '@c', 'a@c\n'));
const uri = mostly(
  fc.webUrl({ validSchemes: ['https', 'spiffe'] }),
  fc.constantFrom('urn:a:b', 'no scheme', 'a:', 'http://a b/', 'a:\u0000'),
);
const attribute = mostly(
  fc.constantFrom('a.example.org', 'A.Example.org'),
  host,
  fc.string({ unit: 'binary', maxLength: 70 }),
  fc.constantFrom('Test Issuing', ' test  ISSUING', '', 'Büro 7'),
);
const some = <T>(member: fc.Arbitrary<T>) => fc.array(member, { maxLength: 3 });

const request: fc.Arbitrary<Partial<LeafRequest>> = fc.record(
  {
    profile: fc.constantFrom('server' as const, 'client' as const),
    dnsNames: some(host),
    ipAddresses: some(address),
    emailAddresses: some(mailbox),
    uris: some(uri),
    subject: fc.record({ commonName: attribute, organization: attribute }, { requiredKeys: [] }),
    validity: mostly(fc.constantFrom('1s', '30d', '825d', '19800h'), fc.constantFrom('826d', '5y')),
  },
  { requiredKeys: [] },
);
const generalNames = mostly(
  fc.oneof(
    host.map(generalName.dns),
    mailbox.map(generalName.email),
    uri.map(generalName.uri),
    fc.ipV4().map((text) => generalName.ip(Buffer.from(text.split('.').map(Number)))),
  ),
  fc.uint8Array({ maxLength: 17 }).map(generalName.ip),
);
const name = fc
  .record({ common: attribute, organization: attribute }, { requiredKeys: [] })
  .map(({ common, organization }) => {
    const parts = [
      ...(organization === undefined ? [] : [[ORGANIZATION, organization] as const]),
      ...(common === undefined ? [] : [[COMMON_NAME, common] as const]),
    ];
    return nameOf(...parts.map(([type, text]) => [type, utf8String(text)] as const));
  });
const parts: fc.Arbitrary<RequestParts> = fc.record({ subject: name, names: some(generalNames) });

/** Counts what was granted, so that the property cannot hold by refusing everything. */
async function judge(wanted: Partial<LeafRequest>): Promise<number> {
  const before = world.records.length;
  try {
    const { certificate } = await world.issue(wanted);
    assertPolicy(certificate);
    assert.equal(world.records.at(-1)?.certificate, certificate);
    return 1;
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    assert.match(error.code, /^(request-refused|certificate-request-invalid)$/);
    assert.ok(error.violations.length > 0);
    assert.ok(
      error.violations.every(({ pointer }) => pointer.startsWith('/')),
      error.message,
    );
    assert.equal(world.records.length, before);
    return 0;
  }
}

describe('every certificate that is issued', () => {
  it('keeps the policy, whatever is asked for in JSON', async () => {
    let granted = 0;
    await fc.assert(
      fc.asyncProperty(request, async (wanted) => {
        granted += await judge(wanted);
      }),
      { numRuns: 150 },
    );
    assert.ok(granted > 10, `${granted} granted`);
  });

  it('keeps the policy, whatever is asked for by CSR', async () => {
    let granted = 0;
    await fc.assert(
      fc.asyncProperty(parts, request, async (wanted, { profile = 'server', validity }) => {
        granted += await judge({ csr: handMadeRequest(wanted), profile, validity });
      }),
      { numRuns: 150 },
    );
    assert.ok(granted > 10, `${granted} granted`);
  });
});
