import * as der from '../../../../src/x509/der.ts';
import { SUBJECT_ALT_NAME } from '../../../../src/x509/oids.ts';
import { commonName, extensionValue } from '../../../support/hand-made-certificate.ts';
import { generalName } from '../../../unit/x509/hand-made-request.ts';
import { type Kind, type Kinds, pathOf } from '../path-case.ts';
import { names } from './name-constraints.ts';

const HOSTS = 'RFC 9525 §6.3';

/** A certificate of one DNS name, and a host that it does not cover. */
function dns(name: string, host: string, what: string, source = HOSTS): Kind {
  return {
    what,
    source,
    make: (suite) => ({ ...pathOf(suite, names(generalName.dns(name))), host }),
  };
}

export const hosts: Kinds = {
  'host-another': dns('www.example.org', 'ftp.example.org', 'The host is another.'),
  'host-below': dns('example.org', 'www.example.org', 'The host is below the DNS name.'),
  'host-above': dns('www.example.org', 'example.org', 'The host is above the DNS name.'),
  'host-lookalike': dns('example.org', 'badexample.org', 'The host ends as the DNS name does.'),
  'host-continued': dns(
    'www.example.org',
    'www.example.org.evil.example',
    'The host begins as the DNS name does.',
  ),
  'wildcard-two-labels': dns(
    '*.example.org',
    'a.b.example.org',
    'A wildcard is to stand for two labels.',
  ),
  'wildcard-no-label': dns('*.example.org', 'example.org', 'A wildcard is to stand for no label.'),
  'wildcard-in-the-middle': dns(
    'a.*.example.org',
    'a.b.example.org',
    'A wildcard is not the first label.',
  ),
  'wildcard-part-of-a-label': dns(
    'w*.example.org',
    'www.example.org',
    'A wildcard is a part of a label.',
  ),
  'wildcard-alone': dns('*', 'localhost', 'A wildcard is the whole name.'),
  'wildcard-twice': dns('*.*.example.org', 'a.b.example.org', 'Two labels are wildcards.'),
  'wildcard-top-level': dns(
    '*.example',
    'www.example',
    'A wildcard stands before a top-level domain.',
    'RFC 9525 §7.1; CA/Browser Forum BR §3.2.2.6',
  ),
  'host-with-null-octet': dns(
    'www.example.org\0.evil.example',
    'www.example.org',
    'A NUL octet follows the host in the DNS name.',
    'CVE-2009-2408; RFC 5280 §4.2.1.6',
  ),
  'dns-name-ends-with-dot': dns(
    'www.example.org.',
    'www.example.org',
    'A dot ends the DNS name.',
    'RFC 5280 §4.2.1.6; RFC 1034 §3.5',
  ),
  'address-another': {
    what: 'The address is another.',
    source: 'RFC 9525 §6.4; RFC 5280 §4.2.1.6',
    make: (suite) => ({
      ...pathOf(suite, names(generalName.ip(Buffer.of(127, 0, 0, 2)))),
      host: '127.0.0.1',
    }),
  },
  'address-as-dns-name': {
    what: 'The address stands as a DNS name.',
    source: 'RFC 9525 §6.4; RFC 5280 §4.2.1.6',
    make: (suite) => ({ ...pathOf(suite, names(generalName.dns('127.0.0.1'))), host: '127.0.0.1' }),
  },
  'host-as-common-name-only': {
    what: 'The host is the commonName, beside another DNS name.',
    source: 'RFC 9525 §2, §6.1',
    make: (suite) => ({
      ...pathOf(suite, {
        ...names(generalName.dns('ftp.example.org')),
        subject: commonName('www.example.org'),
      }),
      host: 'www.example.org',
    }),
  },
  'no-alternative-name': {
    what: 'The host is the commonName, and there is no subjectAltName.',
    source: 'RFC 9525 §2, §6.1',
    make: (suite) => pathOf(suite, { extensions: { [SUBJECT_ALT_NAME]: undefined } }),
  },
  'host-as-mailbox': {
    what: 'The host is that of a mailbox, beside another DNS name.',
    source: HOSTS,
    make: (suite) =>
      pathOf(
        suite,
        names(generalName.email('www.example.org'), generalName.dns('ftp.example.org')),
      ),
  },
  'host-as-uri': {
    what: 'The host is that of a URI, beside another DNS name.',
    source: 'RFC 9525 §6.2',
    make: (suite) =>
      pathOf(
        suite,
        names(generalName.uri('https://www.example.org/'), generalName.dns('ftp.example.org')),
      ),
  },
  'no-name-at-all': {
    what: 'There is neither a subject nor a subjectAltName.',
    source: 'RFC 5280 §4.1.2.6',
    make: (suite) =>
      pathOf(suite, { subject: der.sequence(), extensions: { [SUBJECT_ALT_NAME]: undefined } }),
  },
  'alternative-name-not-critical-alone': {
    what: 'There is no subject, and the subjectAltName is not critical.',
    source: 'RFC 5280 §4.2.1.6',
    make: (suite) => pathOf(suite, { subject: der.sequence() }),
  },
  'alternative-name-empty': {
    what: 'The subjectAltName has no names.',
    source: 'RFC 5280 §4.2.1.6',
    make: (suite) => pathOf(suite, { extensions: { [SUBJECT_ALT_NAME]: extensionValue() } }),
  },
};
