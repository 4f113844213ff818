import { isKnownWhenCritical } from '../x509/extension-fault.ts';
import type { NameConstraints } from '../x509/name-constraints.ts';
import {
  AUTHORITY_INFO_ACCESS,
  AUTHORITY_KEY_IDENTIFIER,
  describeOid,
  FRESHEST_CRL,
  INHIBIT_ANY_POLICY,
  NAME_CONSTRAINTS,
  POLICY_CONSTRAINTS,
  SUBJECT_DIRECTORY_ATTRIBUTES,
  SUBJECT_INFO_ACCESS,
  SUBJECT_KEY_IDENTIFIER,
} from '../x509/oids.ts';
import type { CertificateCandidate } from './candidate.ts';
import { faultsIn, quoted, quotedFaults } from './quoted.ts';
import type { Rule } from './rule.ts';

/** RFC 5280 §4.2.1.10, §4.2.1.11, §4.2.1.14; basicConstraints and keyUsage have rules of their own. */
const ALWAYS_CRITICAL = [NAME_CONSTRAINTS, POLICY_CONSTRAINTS, INHIBIT_ANY_POLICY];

/** RFC 5280 §4.2.1.1, §4.2.1.2, §4.2.1.8, §4.2.1.15, §4.2.2.1, §4.2.2.2. */
const NEVER_CRITICAL = [
  AUTHORITY_KEY_IDENTIFIER,
  SUBJECT_KEY_IDENTIFIER,
  SUBJECT_DIRECTORY_ATTRIBUTES,
  FRESHEST_CRL,
  AUTHORITY_INFO_ACCESS,
  SUBJECT_INFO_ACCESS,
];

/** Which extensions are there, how urgently, and how they lead from one certificate to the next. */
export const extensionRules: readonly Rule<CertificateCandidate>[] = [
  {
    id: 'no-unknown-critical-extension',
    severity: 'error',
    consumers: ['rfc5280', 'envoy', 'istio', 'openssl', 'go', 'java'],
    part: 'certificate',
    requirement: 'No extension is critical that others do not know: they refuse the certificate.',
    source: 'RFC 5280 §4.2',
    prevents: {
      openssl: 'unhandled critical extension',
      go: 'x509: unhandled critical extension',
      java: 'unrecognized critical extension(s)',
    },
    faultOf: ({ certificate: { criticalExtensions } }) =>
      faultsIn(criticalExtensions, (id) =>
        isKnownWhenCritical(id)
          ? undefined
          : `has the critical extension ${describeOid(id)}, which others do not know`,
      ),
  },
  {
    id: 'constraining-extensions-critical',
    severity: 'error',
    consumers: ['rfc5280'],
    part: 'certificate',
    requirement: 'nameConstraints, policyConstraints and inhibitAnyPolicy are critical.',
    source: 'RFC 5280 §4.2.1.10, §4.2.1.11, §4.2.1.14',
    faultOf: ({ extensions }) =>
      faultsIn(extensions, ({ id, isCritical }) =>
        !isCritical && ALWAYS_CRITICAL.includes(id)
          ? `${describeOid(id)} may be passed over`
          : undefined,
      ),
  },
  {
    id: 'identifying-extensions-not-critical',
    severity: 'error',
    consumers: ['rfc5280', 'openssl', 'go'],
    part: 'certificate',
    requirement: 'Key identifiers, addresses and directory attributes are not critical.',
    source: 'RFC 5280 §4.2.1.1, §4.2.1.2, §4.2.1.8, §4.2.1.15, §4.2.2.1, §4.2.2.2',
    prevents: {
      openssl: 'unhandled critical extension',
      go: 'x509: authority key identifier incorrectly marked critical',
    },
    faultOf: ({ certificate: { criticalExtensions } }) =>
      faultsIn(criticalExtensions, (id) =>
        NEVER_CRITICAL.includes(id) ? `${describeOid(id)} is critical` : undefined,
      ),
  },
  {
    id: 'name-constraints-authorities-only',
    severity: 'error',
    consumers: ['rfc5280'],
    roles: ['server', 'client', 'other'],
    part: 'certificate',
    requirement: 'Only an authority has nameConstraints.',
    source: 'RFC 5280 §4.2.1.10',
    faultOf: ({ extensions }) =>
      extensions.some(({ id }) => id === NAME_CONSTRAINTS)
        ? 'has nameConstraints and is no authority'
        : undefined,
  },
  {
    id: 'authority-subject-key-identifier',
    severity: 'error',
    consumers: ['rfc5280', 'openssl'],
    roles: ['authority'],
    part: 'certificate',
    requirement: 'An authority has a subjectKeyIdentifier.',
    source: 'RFC 5280 §4.2.1.2',
    prevents: { openssl: 'Missing Subject Key Identifier' },
    faultOf: withoutSubjectKeyIdentifier,
  },
  {
    id: 'leaf-subject-key-identifier',
    severity: 'warning',
    consumers: ['rfc5280'],
    roles: ['server', 'client', 'other'],
    part: 'certificate',
    requirement: 'An end-entity certificate has a subjectKeyIdentifier.',
    source: 'RFC 5280 §4.2.1.2',
    faultOf: withoutSubjectKeyIdentifier,
  },
  {
    id: 'authority-key-identifier',
    severity: 'error',
    consumers: ['rfc5280', 'openssl'],
    part: 'certificate',
    requirement: 'A certificate names its issuer’s key, unless it is self-signed.',
    source: 'RFC 5280 §4.2.1.1',
    prevents: { openssl: 'Missing Authority Key Identifier' },
    faultOf: ({ values: { authorityKeyIdentifier }, isSelfIssued }) =>
      authorityKeyIdentifier === '' && !isSelfIssued
        ? 'has no keyIdentifier in an authorityKeyIdentifier'
        : undefined,
  },
  {
    id: 'issuers-key-identifier',
    severity: 'error',
    consumers: ['rfc5280', 'openssl'],
    part: 'certificate',
    requirement: 'The authorityKeyIdentifier is the issuer’s subjectKeyIdentifier.',
    source: 'RFC 5280 §4.2.1.1',
    prevents: { openssl: 'unable to get local issuer certificate' },
    faultOf: ({ values: { authorityKeyIdentifier }, issuer }) => {
      const theirs = issuer?.subjectKeyIdentifier ?? '';
      if (authorityKeyIdentifier === '' || theirs === '') return undefined;
      return authorityKeyIdentifier === theirs
        ? undefined
        : `names the key ${quoted(authorityKeyIdentifier)}, and its issuer’s is ${quoted(theirs)}`;
    },
  },
  {
    id: 'issuers-serial-number',
    severity: 'error',
    consumers: ['openssl'],
    part: 'certificate',
    requirement: 'An authorityKeyIdentifier that has a serial number has the issuer’s.',
    source: 'RFC 5280 §4.2.1.1; OpenSSL crypto/x509/v3_purp.c (X509_check_akid)',
    prevents: { openssl: 'unable to get local issuer certificate' },
    faultOf: ({ values: { authorityCertSerialNumber }, issuer }) =>
      issuer && !['', issuer.serialNumber].includes(authorityCertSerialNumber)
        ? `names the serial number ${quoted(authorityCertSerialNumber)}, and its issuer’s is ${quoted(issuer.serialNumber)}`
        : undefined,
  },
  {
    id: 'go-name-constraint-kinds',
    severity: 'error',
    consumers: ['go', 'istio'],
    roles: ['authority'],
    part: 'certificate',
    requirement: 'Critical nameConstraints speak of no directory names, which Go does not judge.',
    source: 'Go crypto/x509 (parseNameConstraintsExtension)',
    prevents: { go: 'x509: unhandled critical extension' },
    faultOf: ({ values: { nameConstraints }, certificate: { criticalExtensions } }) =>
      criticalExtensions.includes(NAME_CONSTRAINTS) && doesNameDirectories(nameConstraints)
        ? 'has nameConstraints of directory names'
        : undefined,
  },
  {
    id: 'addresses-http',
    severity: 'warning',
    consumers: ['rfc5280'],
    part: 'certificate',
    requirement:
      'Addresses of CRLs, OCSP responders and issuers are http: over https, fetching one would take fetching it.',
    source: 'RFC 5280 §8, §4.2.1.13, §4.2.2.1; CA/Browser Forum BR §7.1.2.11',
    faultOf: ({ values: { caIssuers, ocsp, crlDistributionPoints } }) => {
      const addresses = [...caIssuers, ...ocsp, ...crlDistributionPoints];
      return quotedFaults(addresses, 'is not http', (uri) => !/^http:\/\//i.test(uri));
    },
  },
];

function doesNameDirectories({ permitted, excluded }: NameConstraints): boolean {
  return [permitted, excluded].some((subtrees) => (subtrees?.directoryNames ?? []).length > 0);
}

function withoutSubjectKeyIdentifier({
  values: { subjectKeyIdentifier },
}: CertificateCandidate): string | undefined {
  return subjectKeyIdentifier === '' ? 'has no subjectKeyIdentifier' : undefined;
}
