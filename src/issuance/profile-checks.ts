import { SUBJECT_ALT_NAME_KINDS, type Subject, type SubjectAltNames } from '../certificate.ts';
import type { Violation } from '../errors.ts';
import { roleOf } from '../preflight/candidate.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import { SUBJECT_ATTRIBUTE_NAMES } from '../x509/distinguished-name.ts';
import { ipOctets, isIpAddressIn } from '../x509/ip-address.ts';
import { commonNameAsHost } from './common-name-host.ts';
import { durationSeconds, durationWords } from './duration.ts';
import {
  isDnsNameIn,
  isEmailAddressIn,
  isUriIn,
  touchesDnsPattern,
  touchesUriPattern,
} from './name-patterns.ts';
import type { Profile } from './profile.ts';
import type { Check, IssuanceTerms } from './terms.ts';
import { periodSeconds } from './validity.ts';

type NameKind = keyof SubjectAltNames;

/** What an operator's profile decides, in the order in which its violations are reported. */
export const profileChecks: readonly Check[] = [
  keyIsAllowed,
  subjectIsTheCallersToSet,
  requiredNamesArePresent,
  nameKindsAreAllowed,
  wildcardsAreAllowed,
  namesMatchThePatterns,
  commonNameIsJudgedAsHost,
  periodIsWithinTheProfile,
];

const WORDS: Readonly<Record<NameKind, string>> = {
  dnsNames: 'DNS name',
  ipAddresses: 'IP address',
  emailAddresses: 'e-mail address',
  uris: 'URI',
};

const MATCHERS: Readonly<
  Record<
    NameKind,
    {
      readonly isIn: (name: string, pattern: string) => boolean;
      readonly touches: (name: string, pattern: string) => boolean;
    }
  >
> = {
  dnsNames: { isIn: isDnsNameIn, touches: touchesDnsPattern },
  ipAddresses: { isIn: isIpAddressIn, touches: isIpAddressIn },
  emailAddresses: { isIn: isEmailAddressIn, touches: isEmailAddressIn },
  uris: { isIn: isUriIn, touches: touchesUriPattern },
};

function keyIsAllowed(
  _certificate: DecodedCertificate,
  { profile, keyAlgorithm, pointers }: IssuanceTerms,
): readonly Violation[] {
  if (profile.keyAlgorithms.includes(keyAlgorithm)) return [];
  const taken = profile.keyAlgorithms.join(', ');
  const detail = `profile "${profile.name}" takes only keys of ${taken}, not of ${keyAlgorithm}`;
  return [{ pointer: pointers.key, detail }];
}

/** What the caller may not set is the profile's default, or absent; a commonName of the names is no choice. */
function subjectIsTheCallersToSet(
  { subject, names }: DecodedCertificate,
  { profile, pointers }: IssuanceTerms,
): readonly Violation[] {
  const { callerMaySet, defaults, commonName: mode } = profile.subject;
  const isDerived = (attribute: keyof Subject, value: string) =>
    attribute === 'commonName' && mode === 'subjectAltName' && value === names.dnsNames[0];
  const violations: Violation[] = [];
  for (const attribute of SUBJECT_ATTRIBUTE_NAMES) {
    const value = subject.known[attribute];
    const always = defaults[attribute];
    if (value === always || callerMaySet.includes(attribute)) continue;
    if (value !== undefined && isDerived(attribute, value)) continue;
    const detail =
      value === undefined
        ? `is always "${always}" under profile "${profile.name}"`
        : `is not the caller’s to set under profile "${profile.name}"`;
    violations.push({ pointer: pointers.subject(attribute), detail });
  }
  return violations;
}

function requiredNamesArePresent(
  { names, subject }: DecodedCertificate,
  { profile, pointers }: IssuanceTerms,
): readonly Violation[] {
  const { required } = profile.subjectAltNames;
  if (required.some((kind) => names[kind].length > 0)) return [];
  if (required.length > 0) {
    const detail = `at least one ${required.map((kind) => WORDS[kind]).join(' or ')} is required`;
    return [{ pointer: `/${required[0]}`, detail }];
  }
  const isNamed = SUBJECT_ALT_NAME_KINDS.some((kind) => names[kind].length > 0);
  if (isNamed || subject.known.commonName !== undefined || profile.isAuthority) return [];
  const detail = 'a commonName or at least one subjectAltName is required';
  return [{ pointer: pointers.subject(), detail }];
}

function nameKindsAreAllowed(
  { names }: DecodedCertificate,
  { profile, pointers }: IssuanceTerms,
): readonly Violation[] {
  const { allowed, maximumUris = Number.POSITIVE_INFINITY } = profile.subjectAltNames;
  const strange = SUBJECT_ALT_NAME_KINDS.filter((kind) => !allowed.includes(kind)).flatMap((kind) =>
    names[kind].map((_, index) => ({
      pointer: pointers.names[kind][index]?.pointer ?? `/${kind}`,
      detail: takesNo(profile, WORDS[kind]),
    })),
  );
  const excess = pointers.names.uris[maximumUris]?.pointer ?? '/uris';
  const detail = `profile "${profile.name}" takes at most ${maximumUris} URI`;
  return names.uris.length > maximumUris ? [...strange, { pointer: excess, detail }] : strange;
}

function wildcardsAreAllowed(
  { names }: DecodedCertificate,
  { profile, pointers }: IssuanceTerms,
): readonly Violation[] {
  if (profile.subjectAltNames.wildcards) return [];
  const detail = takesNo(profile, 'wildcards');
  return names.dnsNames.flatMap((name, index) =>
    name.startsWith('*')
      ? [{ pointer: pointers.names.dnsNames[index]?.pointer ?? '/dnsNames', detail }]
      : [],
  );
}

function namesMatchThePatterns(
  { names }: DecodedCertificate,
  { profile, pointers }: IssuanceTerms,
): readonly Violation[] {
  return SUBJECT_ALT_NAME_KINDS.flatMap((kind) => {
    if (profile.subjectAltNames[kind] === undefined) return [];
    return names[kind].flatMap((name, index) =>
      patternViolations(profile, { kind, name }).map((detail) => ({
        pointer: pointers.names[kind][index]?.pointer ?? `/${kind}`,
        detail,
      })),
    );
  });
}

/**
 * A common name that looks like a host is one to old clients and to OpenSSL, whatever the profile is for.
 * Where it must be one of the names, it has been judged as such.
 */
function commonNameIsJudgedAsHost(
  certificate: DecodedCertificate,
  { profile, pointers }: IssuanceTerms,
): readonly Violation[] {
  const { defaults, commonName: mode } = profile.subject;
  const isDefault = defaults.commonName === certificate.subject.known.commonName;
  if (certificate.isAuthority || mode === 'subjectAltName' || isDefault) return [];
  const host = commonNameAsHost(certificate);
  if (host === undefined) return [];
  const details = hostViolations(profile, host, roleOf(certificate) === 'server');
  return details.map((detail) => ({ pointer: pointers.subject('commonName'), detail }));
}

/** A client may be called by what looks like a host where its profile takes no hosts: nobody connects to it by that. */
function hostViolations(profile: Profile, host: string, isServers: boolean): readonly string[] {
  const kind = ipOctets(host) ? 'ipAddresses' : 'dnsNames';
  const { allowed, wildcards } = profile.subjectAltNames;
  if (isServers && !allowed.includes(kind)) return [takesNo(profile, WORDS[kind])];
  if (host.startsWith('*') && !wildcards) return [takesNo(profile, 'wildcards')];
  return patternViolations(profile, { kind, name: host });
}

function takesNo({ name }: Profile, what: string): string {
  return `profile "${name}" takes no ${what}`;
}

function patternViolations(
  profile: Profile,
  { kind, name }: { kind: NameKind; name: string },
): readonly string[] {
  const { permitted, excluded = [] } = profile.subjectAltNames[kind] ?? {};
  const { isIn, touches } = MATCHERS[kind];
  const against = excluded.find((pattern) => touches(name, pattern));
  if (against !== undefined) return [`profile "${profile.name}" excludes "${against}"`];
  if (!permitted || permitted.some((pattern) => isIn(name, pattern))) return [];
  return [
    `profile "${profile.name}" permits only ${permitted.map((one) => `"${one}"`).join(', ')}`,
  ];
}

function periodIsWithinTheProfile(
  certificate: DecodedCertificate,
  { profile, now }: IssuanceTerms,
): readonly Violation[] {
  const { minimum, maximum } = profile.validity;
  if (maximum !== undefined && periodSeconds(certificate) > durationSeconds(maximum)) {
    return [{ pointer: '/validity', detail: `at most ${durationWords(maximum)}` }];
  }
  const left = periodSeconds({ notBefore: now, notAfter: certificate.notAfter });
  if (left <= 0) return [{ pointer: '/validity', detail: 'would have ended before its issue' }];
  if (minimum === undefined || Math.floor(left + 1) >= durationSeconds(minimum)) return [];
  return [{ pointer: '/validity', detail: `at least ${durationWords(minimum)}` }];
}
