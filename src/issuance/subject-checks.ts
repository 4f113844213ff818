import type { Subject } from '../certificate.ts';
import type { Violation } from '../errors.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import { SUBJECT_ATTRIBUTE_NAMES, SUBJECT_ATTRIBUTES } from '../x509/distinguished-name.ts';
import { unissuedAttributes } from '../x509/unissued-attributes.ts';
import { deceitIn } from './common-name-host.ts';
import { isLongerThan } from './dns-name.ts';
import type { Check, IssuanceTerms } from './terms.ts';

/** ISO 3166-1 alpha-2, as X.520 asks of countryName. */
const COUNTRY = /^[A-Z]{2}$/;
/**
 * What nobody sees, or what turns around what is seen: control and format characters, joiners and overrides
 * of direction among them, separators of lines, lone surrogates, all that renderers pass over or do not know, and the
 * pattern of Braille without a dot.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** The rules of a subject, in the order in which they are reported. */
export const subjectChecks: readonly Check[] = [
  attributesAreKnown,
  valuesAreWellFormed,
  authorityHasASubject,
  commonNameIsNoLookalike,
  commonNameIsASubjectAltName,
  subjectDiffersFromIssuer,
];

/** What is wrong with one attribute's value, in words; `undefined` when nothing is. */
export function subjectValueFault(attribute: keyof Subject, value: string): string | undefined {
  const { upperBound } = SUBJECT_ATTRIBUTES[attribute];
  if (value.trim() === '') return 'must not be empty';
  // RFC 5280 §7.1: readers pass over it, and would take the value for another one.
  if (value.trim() !== value) return 'must not begin or end with white space';
  if (INVISIBLE.test(value)) return 'must not hold control or invisible characters';
  // RFC 5280 appendix A.1 counts characters, not UTF-16 code units.
  if (isLongerThan(upperBound, value)) return `has at most ${upperBound} characters`;
  if (attribute === 'country' && !COUNTRY.test(value))
    return 'must be two capital letters (ISO 3166-1)';
  return undefined;
}

function attributesAreKnown(
  { subject }: DecodedCertificate,
  { pointers }: IssuanceTerms,
): readonly Violation[] {
  return unissuedAttributes(subject).map((detail) => ({ pointer: pointers.subject(), detail }));
}

function valuesAreWellFormed(
  { subject }: DecodedCertificate,
  { pointers }: IssuanceTerms,
): readonly Violation[] {
  const violations: Violation[] = [];
  for (const attribute of SUBJECT_ATTRIBUTE_NAMES) {
    const value = subject.known[attribute];
    const detail = value === undefined ? undefined : subjectValueFault(attribute, value);
    if (detail !== undefined) violations.push({ pointer: pointers.subject(attribute), detail });
  }
  return violations;
}

/** RFC 5280 §4.1.2.6: an authority's subject is never empty. */
function authorityHasASubject(
  { isAuthority, subject }: DecodedCertificate,
  { pointers }: IssuanceTerms,
): readonly Violation[] {
  if (!isAuthority || subject.known.commonName !== undefined) return [];
  return [{ pointer: pointers.subject('commonName'), detail: 'an authority needs a commonName' }];
}

/** People read a host there as well as in a dNSName, where a homograph is refused. */
function commonNameIsNoLookalike(
  { subject }: DecodedCertificate,
  { profile, pointers }: IssuanceTerms,
): readonly Violation[] {
  // One of the names is judged as that.
  if (profile.subject.commonName === 'subjectAltName') return [];
  const deceit = deceitIn(subject.known.commonName ?? '');
  if (deceit === undefined) return [];
  const detail = `could be taken for another name: ${deceit}`;
  return [{ pointer: pointers.subject('commonName'), detail }];
}

/** Old clients read the host from the CN, so that it must not say what no subjectAltName says. */
function commonNameIsASubjectAltName(
  { subject, names }: DecodedCertificate,
  { profile, pointers }: IssuanceTerms,
): readonly Violation[] {
  const commonName = subject.known.commonName;
  if (profile.subject.commonName !== 'subjectAltName' || commonName === undefined) return [];
  const hosts = [...names.dnsNames, ...names.ipAddresses, ...names.emailAddresses, ...names.uris];
  if (hosts.includes(commonName)) return [];
  const rule = `the commonName of a ${profile.name} certificate must be one of its subjectAltNames`;
  const detail = hosts.length > 0 ? rule : `${rule}, of which there are none: name it there too`;
  return [{ pointer: pointers.subject('commonName'), detail }];
}

/** Path builders take a certificate whose subject is its issuer for self-signed. */
function subjectDiffersFromIssuer(
  { subject }: DecodedCertificate,
  { issuers, pointers }: IssuanceTerms,
): readonly Violation[] {
  const [issuer] = issuers;
  if (!issuer || differ(subject.known, issuer.subject.known)) return [];
  return [{ pointer: pointers.subject(), detail: 'the subject is the same as its issuer’s' }];
}

function differ(one: Subject, other: Subject): boolean {
  return SUBJECT_ATTRIBUTE_NAMES.some(
    (name) => one[name] !== other[name] && comparable(one[name]) !== comparable(other[name]),
  );
}

/** RFC 5280 §7.1: names are compared without regard to case and to runs of white space. */
function comparable(value: string | undefined): string | undefined {
  return value?.trim().replace(/\s+/gu, ' ').toLowerCase();
}
