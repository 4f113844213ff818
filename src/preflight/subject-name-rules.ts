import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import { constraintAgainst } from '../x509/name-constraint-check.ts';
import { isConstraining } from '../x509/name-constraints.ts';
import { COMMON_NAME, EMAIL_ADDRESS, SUBJECT_ALT_NAME } from '../x509/oids.ts';
import { isSelfIssued, type PathCandidate } from './candidate.ts';
import { areTooManyToCompare } from './path-names.ts';
import { firstOf, type Step } from './path-step.ts';
import { quoted } from './quoted.ts';
import type { Rule } from './rule.ts';

/** What OpenSSL takes for a host (`cn2dnsid`): two labels or more. */
const OPENSSL_LABEL = '[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?';
const OPENSSL_HOST = new RegExp(`^${OPENSSL_LABEL}(?:\\.${OPENSSL_LABEL})+$`);
/** What Java takes for one (`DNSName`): one label is enough. */
const JAVA_LABEL = '[A-Za-z0-9][A-Za-z0-9-]*';
const JAVA_HOST = new RegExp(`^${JAVA_LABEL}(?:\\.${JAVA_LABEL})*$`);
/** Every form of an IPv4 address, of which Java makes no DNSName. */
const NUMBERS = /^\d+(?:\.\d+){0,3}$/;

/** Names in a subject that verifiers hold against nameConstraints, as if they stood in a subjectAltName. */
export const subjectNameRules: readonly Rule<PathCandidate>[] = [
  {
    id: 'path-subject-email',
    severity: 'error',
    consumers: ['rfc5280', 'java'],
    part: 'subject',
    requirement:
      'Without a subjectAltName, an emailAddress of the subject is permitted by the nameConstraints of every authority above.',
    source: 'RFC 5280 §4.2.1.10',
    prevents: { java: 'name constraints check failed' },
    isInherited: true,
    faultOf: (path) =>
      firstFault(path, (step) =>
        step.certificate.extensions.some(({ id }) => id === SUBJECT_ALT_NAME)
          ? undefined
          : emailFault(step),
      ),
  },
  {
    id: 'openssl-subject-email',
    severity: 'error',
    consumers: ['openssl'],
    part: 'subject',
    requirement:
      'Every emailAddress of a subject is permitted by the nameConstraints of every authority above, also beside a subjectAltName.',
    source: 'OpenSSL crypto/x509/v3_ncons.c (NAME_CONSTRAINTS_check)',
    prevents: { openssl: 'permitted subtree violation' },
    faultOf: (path) => firstFault(path, emailFault),
  },
  {
    id: 'openssl-common-name-constraints',
    severity: 'error',
    consumers: ['openssl'],
    roles: ['server', 'client', 'other'],
    part: 'subject',
    requirement:
      'Without a dNSName, a leaf’s commonName that looks like a host is permitted by the nameConstraints of every authority above.',
    source: 'OpenSSL crypto/x509/v3_ncons.c (NAME_CONSTRAINTS_check_CN)',
    prevents: { openssl: 'permitted subtree violation' },
    faultOf: (path) =>
      firstFault(path, (step) =>
        step.place > 1
          ? undefined
          : hostFault(
              step,
              commonNamesOf(step.certificate).filter((name) => OPENSSL_HOST.test(name)),
            ),
      ),
  },
  {
    id: 'java-common-name-constraints',
    severity: 'error',
    consumers: ['java'],
    part: 'subject',
    requirement:
      'Without a dNSName, a commonName of one word or more between dots is permitted as a DNS name by the nameConstraints of every authority between it and the root, an intermediate’s too.',
    source: 'JDK sun.security.x509.NameConstraintsExtension (verify)',
    prevents: { java: 'name constraints check failed' },
    faultOf: (path) => {
      // A trust anchor is a name and a key to it.
      const certificates = path.endsWithRoot ? path.certificates.slice(0, -1) : path.certificates;
      return firstFault({ ...path, certificates }, (step) =>
        hostFault(
          step,
          commonNamesOf(step.certificate)
            .slice(-1)
            .filter((name) => JAVA_HOST.test(name) && !NUMBERS.test(name)),
        ),
      );
    },
  },
];

/** What is too much to compare breaks `path-name-constraints` already, and what nobody constrains breaks nothing. */
function firstFault(
  path: PathCandidate,
  faultOf: (step: Step) => string | undefined,
): string | undefined {
  const { certificates } = path;
  const isConstrained = certificates.some(({ nameConstraints }) => isConstraining(nameConstraints));
  if (!isConstrained || areTooManyToCompare(certificates)) return undefined;
  return firstOf(path, faultOf);
}

function emailFault(step: Step): string | undefined {
  return faultOfNames(step, 'emailDomains', valuesOf(step.certificate, EMAIL_ADDRESS));
}

function hostFault(step: Step, hosts: readonly string[]): string | undefined {
  const isNamed = step.certificate.names.dnsNames.length > 0;
  return isNamed ? undefined : faultOfNames(step, 'dnsNames', hosts);
}

/** Names of a self-issued authority in the middle of a path are not held against the constraints. */
function faultOfNames(
  { certificate, place, label, above, labelAbove }: Step,
  kind: 'dnsNames' | 'emailDomains',
  names: readonly string[],
): string | undefined {
  if (place > 1 && isSelfIssued(certificate)) return undefined;
  for (const name of names) {
    for (const [index, { nameConstraints }] of above.entries()) {
      const refusal = constraintAgainst(kind, name, nameConstraints);
      if (refusal !== undefined) {
        return `${quoted(name)} in the subject of ${label}: ${labelAbove(index)} ${refusal}`;
      }
    }
  }
  return undefined;
}

function commonNamesOf(certificate: DecodedCertificate): readonly string[] {
  return valuesOf(certificate, COMMON_NAME);
}

function valuesOf({ subject }: DecodedCertificate, wanted: string): readonly string[] {
  return subject.attributes.flatMap(({ type, value }) =>
    type === wanted && typeof value === 'string' ? [value] : [],
  );
}
