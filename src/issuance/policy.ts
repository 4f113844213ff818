import type { Violation } from '../errors.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import type { Extension } from '../x509/extension.ts';
import { isConstraining } from '../x509/name-constraints.ts';
import {
  AUTHORITY_INFO_ACCESS,
  AUTHORITY_KEY_IDENTIFIER,
  BASIC_CONSTRAINTS,
  CRL_DISTRIBUTION_POINTS,
  EXT_KEY_USAGE,
  KEY_USAGE,
  NAME_CONSTRAINTS,
  OUR_EXTENSIONS,
  SUBJECT_ALT_NAME,
  SUBJECT_KEY_IDENTIFIER,
} from '../x509/oids.ts';
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
  return checks.flatMap((check) => check(certificate, terms));
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
  const [issuer] = issuers;
  const expectations: readonly (readonly [string, boolean])[] = [
    ['basicConstraints', certificate.isAuthority === profile.isAuthority],
    [
      'extensions',
      areEqual(certificate.extensions.map(described), expectedIn(certificate, profile)),
    ],
    ['keyUsage', areEqual(certificate.keyUsage, keyUsageOf(profile, keyAlgorithm))],
    ['extKeyUsage', areEqual(certificate.extKeyUsage, profile.extKeyUsage)],
    ['subjectKeyIdentifier', certificate.subjectKeyIdentifier !== ''],
    [
      'authorityKeyIdentifier',
      certificate.authorityKeyIdentifier === keyIdentifierOf(issuer ?? certificate).toString('hex'),
    ],
    ['issuer', areEqual(certificate.issuerName, (issuer ?? certificate).subjectName)],
    ['serialNumber', /^[4-7][0-9a-f]{31}$/.test(certificate.serialNumber)],
    ['caIssuers', areEqual(certificate.caIssuers, urls.caIssuers)],
    ['ocsp', areEqual(certificate.ocsp, urls.ocsp)],
    [
      'cRLDistributionPoints',
      areEqual(certificate.crlDistributionPoints, urls.crlDistributionPoints),
    ],
  ];
  return expectations.flatMap(([what, holds]) =>
    holds ? [] : [{ pointer: '', detail: `${what} is not what profile "${profile.name}" says` }],
  );
}

/** The extensions in the order in which they are written, each with its criticality. */
function expectedIn(certificate: DecodedCertificate, profile: Profile): readonly string[] {
  const { subject, names, nameConstraints, caIssuers, ocsp, crlDistributionPoints } = certificate;
  const hasNames = Object.values(names).some((values: readonly string[]) => values.length > 0);
  const isSubjectEmpty = Object.keys(subject.known).length + subject.others.length === 0;
  const [critical, other] = [true, false];
  // RFC 5280 §4.2.1.3, §4.2.1.6, §4.2.1.9, §4.2.1.10.
  const expected: readonly (readonly [id: string, isCritical: boolean, isPresent: boolean])[] = [
    [BASIC_CONSTRAINTS, critical, true],
    [KEY_USAGE, critical, true],
    [EXT_KEY_USAGE, other, profile.extKeyUsage.length > 0],
    [SUBJECT_KEY_IDENTIFIER, other, true],
    [AUTHORITY_KEY_IDENTIFIER, other, true],
    [SUBJECT_ALT_NAME, isSubjectEmpty, hasNames],
    [NAME_CONSTRAINTS, critical, isConstraining(nameConstraints)],
    [CRL_DISTRIBUTION_POINTS, other, crlDistributionPoints.length > 0],
    [AUTHORITY_INFO_ACCESS, other, caIssuers.length + ocsp.length > 0],
  ];
  const ours = expected.flatMap(([id, isCritical, isPresent]) =>
    isPresent ? [`${id} ${isCritical}`] : [],
  );
  const extra = profile.extensions.map(({ oid, critical, value }) => `${oid} ${critical} ${value}`);
  return [...ours, ...extra];
}

function described({ id, isCritical, value }: Extension): string {
  const isOurs = OUR_EXTENSIONS.includes(id);
  return isOurs
    ? `${id} ${isCritical}`
    : `${id} ${isCritical} ${Buffer.from(value).toString('base64')}`;
}

function areEqual<T>(one: ArrayLike<T>, other: ArrayLike<T>): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) return false;
  return true;
}
