import assert from 'node:assert/strict';
import { assertPermittedBy } from './constraints.ts';
import {
  attributesIn,
  DNS,
  EMAIL,
  extensionId,
  type Facts,
  factsOf,
  IP,
  SERVER_AUTH,
  URI,
} from './facts.ts';
import { assertNames, type RestatedNames } from './names.ts';

/** A profile as this second statement of the policy has it. */
export interface RestatedProfile extends RestatedNames {
  readonly extKeyUsage: readonly string[];
  readonly maximumDays: number;
}

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const ANY_EXTENDED_KEY_USAGE = '2.5.29.37.0';
const ALL_KINDS = [DNS, EMAIL, URI, IP];

const SERVER = {
  extKeyUsage: [SERVER_AUTH],
  maximumDays: 825,
  kinds: ALL_KINDS,
  needs: [DNS, IP],
  hasWildcards: true,
  isCommonNameAName: true,
};

/** The built-in profiles for leaves. */
export const RESTATED_PROFILES: Readonly<Record<string, RestatedProfile>> = {
  server: SERVER,
  'server-client': { ...SERVER, extKeyUsage: [SERVER_AUTH, CLIENT_AUTH] },
  client: { ...SERVER, extKeyUsage: [CLIENT_AUTH], needs: [], isCommonNameAName: false },
  spiffe: {
    extKeyUsage: [SERVER_AUTH, CLIENT_AUTH],
    maximumDays: 90,
    kinds: [DNS, URI],
    needs: [URI],
    hasWildcards: false,
    isCommonNameAName: false,
    maximumUris: 1,
    likeness: { [URI]: /^spiffe:\/\/[a-z0-9._-]+\/\S+$/ },
  },
};

const DAY_MS = 86_400_000;
/** keyUsage: digitalSignature alone, or with keyEncipherment; keyCertSign and cRLSign (RFC 5280 §4.2.1.3). */
const LEAF_USAGES = ['03020780', '030205a0'];
const AUTHORITY_USAGE = '03020106';
/** basicConstraints, keyUsage, extKeyUsage, subjectAltName, both key identifiers, nameConstraints, CRL points. */
const EXTENSIONS = [19, 15, 37, 17, 14, 35, 30, 31].map(extensionId);
const AUTHORITY_INFO_ACCESS = '06082b06010505070101';

/** Asserts every promise of a leaf issued at `now`, by what stands in its octets and in those of `path`. */
export function assertLeafPolicy(
  der: Uint8Array,
  path: readonly Uint8Array[],
  { profile, now }: { readonly profile: RestatedProfile; readonly now: Date },
): void {
  const leaf = factsOf(der);
  const authorities = path.map(knownFacts);
  assert.ok(authorities.length >= 2, 'a root has signed a leaf');
  assert.equal(leaf.x509.ca, false);
  assert.ok(LEAF_USAGES.includes(leaf.keyUsage), leaf.keyUsage);
  assert.deepEqual(leaf.extKeyUsage, profile.extKeyUsage);
  assertCommon(leaf, authorities, now);
  assertNames(leaf, profile);
  if (profile.organization) assert.match(leaf.organization ?? '', profile.organization);
  const period = leaf.x509.validToDate.getTime() - leaf.x509.validFromDate.getTime();
  assert.ok(period < profile.maximumDays * DAY_MS);
}

/** The same for a root, which answers to nobody. */
export function assertRootPolicy(der: Uint8Array, now: Date): void {
  const root = factsOf(der);
  assert.ok(root.x509.verify(root.x509.publicKey));
  assert.deepEqual(root.issuer, root.subject);
  assert.equal(root.authorityKeyIdentifier, root.subjectKeyIdentifier);
  assertIsAuthority(root);
  assertWritten(root, now);
}

/** The same for an authority below another one. */
export function assertAuthorityPolicy(
  der: Uint8Array,
  path: readonly Uint8Array[],
  now: Date,
): void {
  const authority = factsOf(der);
  const above = path.map(knownFacts);
  assertIsAuthority(authority);
  assertCommon(authority, above, now);
  const own = 1 + (authority.pathLenConstraint ?? 0);
  for (const [height, { pathLenConstraint = Number.POSITIVE_INFINITY }] of above.entries()) {
    assert.ok(pathLenConstraint >= height + own, `path length of the authority ${height} above`);
  }
}

function assertIsAuthority(authority: Facts): void {
  assert.equal(authority.x509.ca, true);
  assert.equal(authority.keyUsage, AUTHORITY_USAGE);
  assert.equal(authority.names.length, 0);
  assert.equal(authority.commonNames.length, 1);
}

function assertCommon(certificate: Facts, above: readonly Facts[], now: Date): void {
  const { x509, subject, issuer } = certificate;
  const [signer] = above;
  assert.ok(signer && x509.verify(signer.x509.publicKey) && x509.checkIssued(signer.x509));
  assert.deepEqual(issuer, signer.subject);
  assert.equal(certificate.authorityKeyIdentifier, signer.subjectKeyIdentifier);
  assert.notDeepEqual(subject, issuer);
  assertWritten(certificate, now);
  for (const [height, authority] of above.entries()) {
    assertBelow(authority, certificate, height);
  }
}

/** What a certificate says whoever has signed it. */
function assertWritten(certificate: Facts, now: Date): void {
  const { x509, subject } = certificate;
  assert.match(x509.serialNumber, /^[4-7][0-9A-F]{31}$/);
  for (const [, text] of attributesIn(subject)) {
    assert.match(text, /^[^\p{Cc}]{1,64}$/u);
    assert.notEqual(text.trim(), '');
  }
  assert.equal(certificate.isSubjectAltNameCritical, subject.toString('hex') === '3000');
  assert.ok(x509.validFromDate <= now && now <= x509.validToDate);
  const known = [...EXTENSIONS, AUTHORITY_INFO_ACCESS];
  assert.deepEqual(
    certificate.extensions.filter((id) => !known.includes(id)),
    [],
  );
  assertKey(certificate);
}

/** What every authority of the path says of what is below it, however far (RFC 5280 §6.1). */
function assertBelow(authority: Facts, certificate: Facts, height: number): void {
  const { x509, extKeyUsage, pathLenConstraint = height } = authority;
  assert.equal(x509.ca, true);
  assert.ok(pathLenConstraint >= height, `path length of the authority ${height} above`);
  assert.ok(certificate.x509.validFromDate >= x509.validFromDate);
  assert.ok(certificate.x509.validToDate <= x509.validToDate);
  const isUnlimited = extKeyUsage.length === 0 || extKeyUsage.includes(ANY_EXTENDED_KEY_USAGE);
  const isNested = certificate.extKeyUsage.every((usage) => extKeyUsage.includes(usage));
  assert.ok(isUnlimited || isNested, `extKeyUsage of the authority ${height} above`);
  assertPermittedBy(authority, certificate);
}

function assertKey({ x509 }: Facts): void {
  const { asymmetricKeyType, asymmetricKeyDetails } = x509.publicKey;
  const { modulusLength = 0, namedCurve = '' } = asymmetricKeyDetails ?? {};
  const isGood =
    asymmetricKeyType === 'ed25519' ||
    (asymmetricKeyType === 'rsa' && modulusLength >= 2_048) ||
    ['prime256v1', 'secp384r1', 'secp521r1'].includes(namedCurve);
  assert.ok(isGood, `${asymmetricKeyType} ${modulusLength} ${namedCurve}`);
}

const known = new Map<Uint8Array, Facts>();

/** Authorities are judged by again and again. */
function knownFacts(der: Uint8Array): Facts {
  const facts = known.get(der) ?? factsOf(der);
  known.set(der, facts);
  return facts;
}
