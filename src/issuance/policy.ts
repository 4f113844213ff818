import { SUBJECT_ALT_NAME_KINDS } from '../certificate.ts';
import type { Violation } from '../errors.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import { isConstraining } from '../x509/name-constraints.ts';
import {
  AUTHORITY_INFO_ACCESS,
  AUTHORITY_KEY_IDENTIFIER,
  BASIC_CONSTRAINTS,
  CRL_DISTRIBUTION_POINTS,
  EXT_KEY_USAGE,
  KEY_USAGE,
  NAME_CONSTRAINTS,
  SUBJECT_ALT_NAME,
  SUBJECT_KEY_IDENTIFIER,
} from '../x509/oids.ts';
import { isExtKeyUsageCritical } from '../x509/tbs-certificate.ts';
import {
  grantedByEveryAuthorityAbove,
  outlivedByEveryAuthorityAbove,
  pathLengthHolds,
  permittedByEveryAuthorityAbove,
} from './authority-checks.ts';
import { keyIdentifierOf } from './issuer.ts';
import { namesAreWellFormed } from './name-checks.ts';
import { keyUsageOf, type Profile } from './profile.ts';
import { profileChecks } from './profile-checks.ts';
import { subjectChecks } from './subject-checks.ts';
import type { Check, IssuanceTerms } from './terms.ts';

/** 16 octets of which the first two bits are 01: positive, and as long as any other. */
const SERIAL_NUMBER = /^[4-7][0-9a-f]{31}$/;

/** Every rule that a certificate must keep, in the order in which its violations are reported. */
const checks: readonly Check[] = [
  rootSignsAuthoritiesOnly,
  ...subjectChecks,
  namesAreWellFormed,
  permittedByEveryAuthorityAbove,
  grantedByEveryAuthorityAbove,
  ...profileChecks,
  outlivedByEveryAuthorityAbove,
  pathLengthHolds,
  saysWhatTheProfileSays,
];

/** Every rule that the decoded `certificate` breaks; empty when it may be signed. */
export function violationsOf(
  certificate: DecodedCertificate,
  terms: IssuanceTerms,
): readonly Violation[] {
  const violations: Violation[] = [];
  for (const check of checks) violations.push(...check(certificate, terms));
  return violations;
}

/** An issuing intermediate in between keeps the root's key out of daily use. */
function rootSignsAuthoritiesOnly(
  certificate: DecodedCertificate,
  { issuers }: IssuanceTerms,
): readonly Violation[] {
  const isUnderRoot = issuers.length === 1;
  if (certificate.isAuthority || !isUnderRoot) return [];
  return [{ pointer: '/authority', detail: 'a root signs authorities only; name an intermediate' }];
}

/** Guards against our own mistakes: nothing in a request decides these. */
function saysWhatTheProfileSays(
  certificate: DecodedCertificate,
  { profile, keyAlgorithm, issuers, urls }: IssuanceTerms,
): readonly Violation[] {
  const issuer = issuers[0] ?? certificate;
  const violations: Violation[] = [];
  const expect = (what: string, isKept: boolean) => {
    if (isKept) return;
    violations.push({ pointer: '', detail: `${what} is not what profile "${profile.name}" says` });
  };
  expect('basicConstraints', certificate.isAuthority === profile.isAuthority);
  expect('extensions', hasExpectedExtensions(certificate, profile));
  expect('keyUsage', areEqual(certificate.keyUsage, keyUsageOf(profile, keyAlgorithm)));
  expect('extKeyUsage', areEqual(certificate.extKeyUsage, profile.extKeyUsage));
  expect('subjectKeyIdentifier', certificate.subjectKeyIdentifier !== '');
  expect('authorityKeyIdentifier', certificate.authorityKeyIdentifier === keyIdentifierOf(issuer));
  expect('issuer', areEqual(certificate.issuerName, issuer.subjectName));
  expect('serialNumber', SERIAL_NUMBER.test(certificate.serialNumber));
  expect('caIssuers', areEqual(certificate.caIssuers, urls.caIssuers));
  expect('ocsp', areEqual(certificate.ocsp, urls.ocsp));
  const { crlDistributionPoints } = certificate;
  expect('cRLDistributionPoints', areEqual(crlDistributionPoints, urls.crlDistributionPoints));
  return violations;
}

/** Those of ours that belong there, and then the profile's own: in this order, and no others. */
function hasExpectedExtensions(certificate: DecodedCertificate, profile: Profile): boolean {
  const { extensions } = certificate;
  let at = 0;
  let areExpected = true;
  for (const [id, isCritical, isPresent] of oursIn(certificate, profile)) {
    if (!isPresent) continue;
    const extension = extensions[at];
    areExpected &&= extension?.id === id && extension.isCritical === isCritical;
    at += 1;
  }
  for (const { oid, critical, value } of profile.extensions) {
    const extension = extensions[at];
    areExpected &&=
      extension?.id === oid &&
      extension.isCritical === critical &&
      areEqual(extension.value, Buffer.from(value, 'base64'));
    at += 1;
  }
  return areExpected && extensions.length === at;
}

/** Each with its criticality (RFC 5280 §4.2.1.3, §4.2.1.6, §4.2.1.9, §4.2.1.10; RFC 3161 §2.3). */
function oursIn(
  certificate: DecodedCertificate,
  profile: Profile,
): readonly (readonly [id: string, isCritical: boolean, isPresent: boolean])[] {
  const { subject, names, nameConstraints, caIssuers, ocsp, crlDistributionPoints } = certificate;
  const hasNames = SUBJECT_ALT_NAME_KINDS.some((kind) => names[kind].length > 0);
  const isSubjectEmpty = subject.attributes.length === 0;
  const [critical, other] = [true, false];
  return [
    [BASIC_CONSTRAINTS, critical, true],
    [KEY_USAGE, critical, true],
    [EXT_KEY_USAGE, isExtKeyUsageCritical(profile), profile.extKeyUsage.length > 0],
    [SUBJECT_KEY_IDENTIFIER, other, true],
    [AUTHORITY_KEY_IDENTIFIER, other, true],
    [SUBJECT_ALT_NAME, isSubjectEmpty, hasNames],
    [NAME_CONSTRAINTS, critical, isConstraining(nameConstraints)],
    [CRL_DISTRIBUTION_POINTS, other, crlDistributionPoints.length > 0],
    [AUTHORITY_INFO_ACCESS, other, caIssuers.length + ocsp.length > 0],
  ];
}

function areEqual<T>(one: ArrayLike<T>, other: ArrayLike<T>): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) return false;
  return true;
}
