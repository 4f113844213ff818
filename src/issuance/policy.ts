import type { Violation } from '../errors.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import { isConstraining } from '../x509/name-constraints.ts';
import { BASIC_CONSTRAINTS, KEY_USAGE, NAME_CONSTRAINTS, SUBJECT_ALT_NAME } from '../x509/oids.ts';
import { pathLengthHolds, permittedByEveryAuthorityAbove } from './authority-checks.ts';
import { namesAreWellFormed } from './name-checks.ts';
import { subjectChecks } from './subject-checks.ts';
import type { Check, IssuanceTerms } from './terms.ts';
import { periodSeconds } from './validity.ts';

/** Every rule that a certificate must keep, in the order in which its violations are reported. */
const checks: readonly Check[] = [
  rootSignsAuthoritiesOnly,
  ...subjectChecks,
  hasAName,
  namesAreWellFormed,
  permittedByEveryAuthorityAbove,
  periodIsWithinTheProfile,
  issuerOutlivesCertificate,
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

function hasAName(
  { names, subject }: DecodedCertificate,
  { profile }: IssuanceTerms,
): readonly Violation[] {
  const { dnsNames, ipAddresses, emailAddresses, uris } = names;
  const hosts = dnsNames.length + ipAddresses.length;
  if (profile.name === 'server' && hosts === 0) {
    return [{ pointer: '/dnsNames', detail: 'at least one DNS name or IP address is required' }];
  }
  const all = hosts + emailAddresses.length + uris.length;
  if (profile.name === 'client' && all === 0 && subject.known.commonName === undefined) {
    const detail = 'a commonName or at least one subjectAltName is required';
    return [{ pointer: '/subject', detail }];
  }
  return [];
}

function periodIsWithinTheProfile(
  certificate: DecodedCertificate,
  { profile }: IssuanceTerms,
): readonly Violation[] {
  const maximum = profile.maximumValiditySeconds;
  if (maximum === undefined || periodSeconds(certificate) <= maximum) return [];
  return [{ pointer: '/validity', detail: `at most ${maximum / 86_400} days` }];
}

function issuerOutlivesCertificate(
  { notBefore, notAfter }: DecodedCertificate,
  { issuers }: IssuanceTerms,
): readonly Violation[] {
  const [issuer] = issuers;
  if (!issuer || (notBefore >= issuer.notBefore && notAfter <= issuer.notAfter)) return [];
  const end = issuer.notAfter.toISOString();
  return [{ pointer: '/validity', detail: `would outlive its issuer, which ends at ${end}` }];
}

/** Guards against our own mistakes: nothing in a request decides these. */
function saysWhatTheProfileSays(
  certificate: DecodedCertificate,
  { profile, keyAlgorithm, issuers }: IssuanceTerms,
): readonly Violation[] {
  const [issuer] = issuers;
  const expectations: readonly (readonly [string, boolean])[] = [
    ['basicConstraints', certificate.isAuthority === profile.isAuthority],
    ['criticality', areEqual(certificate.criticalExtensions, criticalFor(certificate))],
    ['keyUsage', areEqual(certificate.keyUsage, profile.keyUsageFor(keyAlgorithm))],
    ['extKeyUsage', areEqual(certificate.extKeyUsage, profile.extKeyUsage)],
    ['subjectKeyIdentifier', certificate.subjectKeyIdentifier !== ''],
    [
      'authorityKeyIdentifier',
      certificate.authorityKeyIdentifier ===
        (issuer?.subjectKeyIdentifier ?? certificate.subjectKeyIdentifier),
    ],
    ['issuer', areEqual(certificate.issuerName, (issuer ?? certificate).subjectName)],
    ['serialNumber', /^[4-7][0-9a-f]{31}$/.test(certificate.serialNumber)],
  ];
  return expectations.flatMap(([what, holds]) =>
    holds ? [] : [{ pointer: '', detail: `${what} is not what profile "${profile.name}" says` }],
  );
}

/** RFC 5280 §4.2.1.3, §4.2.1.6, §4.2.1.9, §4.2.1.10, in the order in which they are written. */
function criticalFor({ subject, names, nameConstraints }: DecodedCertificate): readonly string[] {
  const hasNames = Object.values(names).some((values: readonly string[]) => values.length > 0);
  const isSubjectEmpty = Object.keys(subject.known).length + subject.others.length === 0;
  return [
    BASIC_CONSTRAINTS,
    KEY_USAGE,
    ...(isSubjectEmpty && hasNames ? [SUBJECT_ALT_NAME] : []),
    ...(isConstraining(nameConstraints) ? [NAME_CONSTRAINTS] : []),
  ];
}

function areEqual<T>(one: ArrayLike<T>, other: ArrayLike<T>): boolean {
  return one.length === other.length && Array.from(one).every((item, at) => item === other[at]);
}
