import * as der from '../../../../src/x509/der.ts';
import {
  ANY_EXTENDED_KEY_USAGE,
  CLIENT_AUTH,
  EXT_KEY_USAGE,
  KEY_USAGE,
  SERVER_AUTH,
  SUBJECT_ALT_NAME,
} from '../../../../src/x509/oids.ts';
import { critical, extensionValue, keyUsageOf } from '../../../support/hand-made-certificate.ts';
import { generalName } from '../../../unit/x509/hand-made-request.ts';
import { below, type Kinds, pathBelow, pathOf } from '../path-case.ts';
import type { SuiteWithAuthorities } from '../suite.ts';
import { HOST } from '../written-certificate.ts';
import { pathLength } from './authorities.ts';
import { withoutHost } from './dates-and-purposes.ts';
import { constraints, names, organization } from './name-constraints.ts';

const host = generalName.dns(HOST);
const hex = (octets: string) => Buffer.from(octets, 'hex');
const purposes = (...ids: readonly string[]) => ({
  [EXT_KEY_USAGE]: extensionValue(...ids.map(der.oid)),
});
const client = (suite: SuiteWithAuthorities, ...alternative: readonly Buffer[]) => {
  const { extensions } = alternative.length > 0 ? names(...alternative) : {};
  const made = pathOf(suite, { extensions: { ...purposes(CLIENT_AUTH), ...extensions } });
  return { ...withoutHost(made), purpose: 'client' } as const;
};

/** Paths in which there is nothing wrong, each of which has a neighbour among the violations. */
export const good: Kinds = {
  'good-server': { what: 'A server below two authorities.', source: 'RFC 5280', make: pathOf },
  'good-below-root': {
    what: 'A server directly below the root.',
    source: 'RFC 5280',
    make: (suite) => pathOf(suite, {}, [suite.root]),
  },
  'good-below-three': {
    what: 'A server below four authorities, as many as their path lengths allow.',
    source: 'RFC 5280 §4.2.1.9',
    make: (suite) => {
      const upper = below(suite, 'Upper', pathLength(2));
      const middle = below(suite, 'Middle', { issuer: upper, ...pathLength(1) });
      const lower = below(suite, 'Lower', { issuer: middle, ...pathLength(0) });
      return pathOf(suite, {}, [lower, middle, upper, suite.root]);
    },
  },
  'good-client': { what: 'A client.', source: 'RFC 5280', make: (suite) => client(suite) },
  'good-workload': {
    what: 'A client with a SPIFFE ID.',
    source: 'SPIFFE X.509-SVID §2',
    make: (suite) => client(suite, generalName.uri('spiffe://example.org/ns/a/sa/b')),
  },
  'good-mailbox': {
    what: 'A client with a mailbox.',
    source: 'RFC 5280 §4.2.1.6',
    make: (suite) => client(suite, generalName.email('a@example.org')),
  },
  'good-both-purposes': {
    what: 'A server that is a client as well.',
    source: 'RFC 5280 §4.2.1.12',
    make: (suite) => pathOf(suite, { extensions: purposes(SERVER_AUTH, CLIENT_AUTH) }),
  },
  'good-no-purpose': {
    what: 'A server without an extKeyUsage.',
    source: 'RFC 5280 §4.2.1.12',
    make: (suite) => pathOf(suite, { extensions: { [EXT_KEY_USAGE]: undefined } }),
  },
  'good-any-purpose': {
    what: 'An authority for any purpose, above a server.',
    source: 'RFC 5280 §4.2.1.12',
    make: (suite) => pathBelow(suite, { extensions: purposes(ANY_EXTENDED_KEY_USAGE) }),
  },
  'good-nested-purpose': {
    what: 'An authority for servers, above a server.',
    source: 'RFC 5280 §4.2.1.12',
    make: (suite) => pathBelow(suite, { extensions: purposes(SERVER_AUTH) }),
  },
  'good-wildcard': {
    what: 'A wildcard for one label.',
    source: 'RFC 9525 §6.3',
    make: (suite) => ({ ...pathOf(suite, names(generalName.dns('*.example.org'))), host: HOST }),
  },
  'good-capitals': {
    what: 'A DNS name in capitals.',
    source: 'RFC 4343 §3',
    make: (suite) => pathOf(suite, names(generalName.dns('WWW.EXAMPLE.ORG'))),
  },
  'good-address': {
    what: 'An IPv4 address.',
    source: 'RFC 9525 §6.5',
    make: (suite) => ({
      ...pathOf(suite, names(generalName.ip(Buffer.of(127, 0, 0, 1)))),
      host: '127.0.0.1',
    }),
  },
  'good-ipv6-address': {
    what: 'An IPv6 address.',
    source: 'RFC 9525 §6.5',
    make: (suite) => ({
      ...pathOf(suite, names(generalName.ip(hex('20010db8000000000000000000000001')))),
      host: '2001:db8::1',
    }),
  },
  'good-name-alone': {
    what: 'No subject, and a critical subjectAltName.',
    source: 'RFC 5280 §4.2.1.6',
    make: (suite) =>
      pathOf(suite, {
        subject: der.sequence(),
        extensions: { [SUBJECT_ALT_NAME]: critical(extensionValue(host)) },
      }),
  },
  'good-unknown-extension': {
    what: 'An extension of nobody’s that is not critical.',
    source: 'RFC 5280 §4.2',
    make: (suite) =>
      pathOf(suite, { extensions: { '1.3.6.1.4.1.99999.1': { value: der.nullValue() } } }),
  },
  'good-long-serial-number': {
    what: 'A serial number of 20 octets.',
    source: 'RFC 5280 §4.1.2.2',
    make: (suite) => pathOf(suite, { serialNumber: der.integer(Buffer.alloc(20, 0x7f)) }),
  },
  'good-after-2049': {
    what: 'An authority that ends in 2060.',
    source: 'RFC 5280 §4.1.2.5.2',
    make: (suite) => pathBelow(suite, { days: [-1, 12_600] }),
  },
  'good-constraints': {
    what: 'Names of every kind where they are permitted, and not where they are excluded.',
    source: 'RFC 5280 §4.2.1.10',
    make: (suite) => {
      const permitted = [
        generalName.dns('example.org'),
        generalName.ip(hex('0a000000ff000000')),
        generalName.email('example.org'),
        generalName.uri('.example.org'),
      ];
      const excluded = [
        generalName.dns('never.example.org'),
        generalName.ip(hex('0affffffffffffff')),
        generalName.email('never@example.org'),
        generalName.uri('never.example.org'),
      ];
      const alternative = [
        host,
        generalName.ip(hex('0a010203')),
        generalName.email('a@example.org'),
        generalName.uri('https://a.example.org/b'),
      ];
      return pathBelow(suite, constraints({ permitted, excluded }), names(...alternative));
    },
  },
  'good-host-constraints': {
    what: 'A DNS name where it is permitted, and not where it is excluded.',
    source: 'RFC 5280 §4.2.1.10',
    make: (suite) => {
      const permitted = [generalName.dns('example.org')];
      const excluded = [generalName.dns('never.example.org')];
      return pathBelow(suite, constraints({ permitted, excluded }));
    },
  },
  'good-constraints-of-both-families': {
    what: 'An IPv4 address where it is permitted, and all of IPv6 is excluded.',
    source: 'RFC 5280 §4.2.1.10',
    make: (suite) => {
      const permitted = [generalName.ip(hex('0a000000ff000000'))];
      const excluded = [generalName.ip(Buffer.alloc(32))];
      const alternative = names(host, generalName.ip(hex('0a010203')));
      return pathBelow(suite, constraints({ permitted, excluded }), alternative);
    },
  },
  'good-word-below-host-constraints': {
    what: 'An authority of one word stands below one that is for some DNS names.',
    source: 'RFC 5280 §4.2.1.10',
    make: (suite) => {
      const permitted = constraints({ permitted: [generalName.dns('example.org')] });
      const upper = below(suite, 'Upper', permitted);
      return pathOf(suite, {}, [below(suite, 'Lower', { issuer: upper }), upper, suite.root]);
    },
  },
  'good-directory-constraints': {
    what: 'A subject where it is permitted, and not where it is excluded.',
    source: 'RFC 5280 §4.2.1.10',
    make: (suite) => {
      const permitted = [generalName.directory(organization('Good'))];
      const excluded = [generalName.directory(organization('Bad'))];
      const subject = organization('Good');
      return pathBelow(suite, constraints({ permitted, excluded }), { subject });
    },
  },
  'good-key-encipherment': {
    what: 'An RSA key that may encipher keys.',
    source: 'RFC 5280 §4.2.1.3',
    suites: ['rsa-2048', 'rsa-2048-pss'],
    make: (suite) =>
      pathOf(suite, {
        extensions: { [KEY_USAGE]: keyUsageOf('digitalSignature', 'keyEncipherment') },
      }),
  },
  'good-organization': {
    what: 'A server without a commonName.',
    source: 'RFC 9525 §6.1',
    make: (suite) => pathOf(suite, { subject: organization('Good') }),
  },
};
