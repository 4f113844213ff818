import { isIPv4 } from 'node:net';
import { SUBJECT_ALT_NAME } from '../x509/oids.ts';
import type { CertificateCandidate, Claims } from './candidate.ts';
import { quotedFaults } from './quoted.ts';
import type { Rule } from './rule.ts';

const MAX_DNS_NAME = 253;
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
/** RFC 1034 §3.5 with RFC 1123 §2.1; a wildcard is a whole label, the left-most (RFC 9525 §6.3). */
const DNS_NAME = new RegExp(`^(?:\\*\\.)?${LABEL}(?:\\.${LABEL})*$`);
/** RFC 5321 §4.1.2: a dot-string or a quoted one, and then a host or an address in brackets. */
const MAILBOX = /^(?:[^\s"<>@]+|"[^"]+")@[^\s"<>@]+$/;
/** RFC 3986 §3: a scheme, and after it something; `//` is followed by a host. */
const ABSOLUTE_URI = /^[A-Za-z][A-Za-z0-9+.-]*:(?!\/\/(?:[/?#]|$)).+$/;

/** What stands in a subjectAltName. */
export const altNameRules: readonly Rule<Claims>[] = [
  {
    id: 'dns-name-form',
    severity: 'error',
    consumers: ['rfc5280'],
    part: 'subjectAltName',
    requirement:
      'A dNSName is letters, digits and inner hyphens between dots, without a dot at its end; its first label may be a wildcard.',
    source: 'RFC 5280 §4.2.1.6; RFC 1034 §3.5; RFC 9525 §6.3',
    faultOf: ({ values: { names } }) =>
      quotedFaults(
        names.dnsNames,
        'is not a DNS name',
        (name) => name.length > MAX_DNS_NAME || !DNS_NAME.test(name),
      ),
  },
  {
    id: 'dns-name-no-address',
    severity: 'error',
    consumers: ['rfc5280'],
    part: 'subjectAltName',
    requirement: 'An IP address is an iPAddress and no dNSName, which nobody holds it against.',
    source: 'RFC 5280 §4.2.1.6; RFC 9525 §6.4',
    faultOf: ({ values: { names } }) => quotedFaults(names.dnsNames, 'is an IP address', isIPv4),
  },
  {
    id: 'email-address-form',
    severity: 'error',
    consumers: ['rfc5280'],
    part: 'subjectAltName',
    requirement: 'An rfc822Name is a mailbox without a display name or angle brackets.',
    source: 'RFC 5280 §4.2.1.6',
    faultOf: ({ values: { names } }) =>
      quotedFaults(names.emailAddresses, 'is not a mailbox', (text) => !MAILBOX.test(text)),
  },
  {
    id: 'uri-form',
    severity: 'error',
    consumers: ['rfc5280'],
    part: 'subjectAltName',
    requirement: 'A URI is absolute: a scheme and something after it, a host after `//`.',
    source: 'RFC 5280 §4.2.1.6',
    faultOf: ({ values: { names } }) =>
      quotedFaults(names.uris, 'is not an absolute URI', (uri) => !ABSOLUTE_URI.test(uri)),
  },
  {
    id: 'server-alt-name',
    severity: 'error',
    consumers: ['apple', 'go'],
    roles: ['server'],
    part: 'subjectAltName',
    requirement:
      'A server’s names stand in the subjectAltName: its commonName is not looked at. A workload may have a URI alone.',
    source: 'support.apple.com/103769 (HT210176); Go 1.15 release notes (crypto/x509)',
    prevents: { go: 'x509: certificate relies on legacy Common Name field, use SANs instead' },
    faultOf: ({ values: { names } }) =>
      names.dnsNames.length + names.ipAddresses.length + names.uris.length === 0
        ? 'has neither a DNS name nor an IP address in a subjectAltName'
        : undefined,
  },
];

/** How a subjectAltName goes with the subject, which it may stand for. */
export const identityRules: readonly Rule<CertificateCandidate>[] = [
  {
    id: 'authority-subject',
    severity: 'error',
    consumers: ['rfc5280', 'openssl'],
    roles: ['authority'],
    part: 'subject',
    requirement: 'An authority has a subject.',
    source: 'RFC 5280 §4.1.2.6',
    prevents: { openssl: 'Subject name empty' },
    faultOf: ({ subject }) => (subject.attributes.length === 0 ? 'has no subject' : undefined),
  },
  {
    id: 'some-identity',
    severity: 'error',
    consumers: ['rfc5280', 'openssl', 'java'],
    roles: ['server', 'client', 'other'],
    part: 'subject',
    requirement: 'A certificate has a subject, a subjectAltName, or both.',
    source: 'RFC 5280 §4.1.2.6',
    prevents: {
      openssl: 'Subject name empty',
      java: 'subject field is empty, and SubjectAlternativeName extension is absent',
    },
    faultOf: ({ subject, extensions }) =>
      subject.attributes.length === 0 && !extensions.some(isSubjectAltName)
        ? 'has neither a subject nor a subjectAltName'
        : undefined,
  },
  {
    id: 'alt-name-critical-alone',
    severity: 'error',
    consumers: ['rfc5280', 'openssl', 'java'],
    part: 'certificate',
    requirement: 'The subjectAltName is critical where the subject is empty.',
    source: 'RFC 5280 §4.1.2.6, §4.2.1.6',
    prevents: {
      openssl: 'Subject empty and Subject Alt Name extension not critical',
      java: 'SubjectAlternativeName extension MUST be marked critical when subject field is empty',
    },
    faultOf: ({ subject, extensions }) =>
      subject.attributes.length === 0 &&
      extensions.some((one) => isSubjectAltName(one) && !one.isCritical)
        ? 'has an empty subject, and a subjectAltName that may be passed over'
        : undefined,
  },
  {
    id: 'alt-name-not-critical',
    severity: 'warning',
    consumers: ['rfc5280'],
    part: 'certificate',
    requirement: 'The subjectAltName is not critical beside a subject.',
    source: 'RFC 5280 §4.2.1.6',
    faultOf: ({ subject, extensions }) =>
      subject.attributes.length > 0 &&
      extensions.some((one) => isSubjectAltName(one) && one.isCritical)
        ? 'has a critical subjectAltName beside its subject'
        : undefined,
  },
];

function isSubjectAltName({ id }: { readonly id: string }): boolean {
  return id === SUBJECT_ALT_NAME;
}
