import * as der from '../../../../src/x509/der.ts';
import { NAME_CONSTRAINTS, ORGANIZATION, SUBJECT_ALT_NAME } from '../../../../src/x509/oids.ts';
import {
  critical,
  extensionValue,
  type HandMadeExtension,
} from '../../../support/hand-made-certificate.ts';
import { generalName, nameOf } from '../../../unit/x509/hand-made-request.ts';
import { below, type Kinds, type PathCase, pathBelow, pathOf } from '../path-case.ts';
import type { SuiteWithAuthorities } from '../suite.ts';
import { authority, HOST } from '../written-certificate.ts';

const SOURCE = 'RFC 5280 §4.2.1.10, §6.1.3 (b), (c)';
const host = generalName.dns(HOST);

interface Subtrees {
  readonly permitted?: readonly Buffer[];
  readonly excluded?: readonly Buffer[];
}

export function constraints(subtrees: Subtrees) {
  return { extensions: { [NAME_CONSTRAINTS]: constraintsValue(subtrees) } };
}

function constraintsValue({ permitted = [], excluded = [] }: Subtrees): HandMadeExtension {
  const lists = [permitted, excluded].flatMap((bases, number) => {
    const subtrees = bases.map((base) => der.sequence(base));
    return bases.length > 0 ? [der.implicitConstructed(number, ...subtrees)] : [];
  });
  return critical(extensionValue(...lists));
}

export function names(...all: readonly Buffer[]) {
  return { extensions: { [SUBJECT_ALT_NAME]: extensionValue(...all) } };
}

export const organization = (name: string) => nameOf([ORGANIZATION, der.utf8String(name)]);
const hex = (octets: string) => Buffer.from(octets, 'hex');

/** A leaf with these names below an authority with these constraints. */
const held =
  (subtrees: Subtrees, ...alternative: readonly Buffer[]) =>
  (suite: SuiteWithAuthorities): PathCase =>
    pathBelow(suite, constraints(subtrees), names(host, ...alternative));

const TEN = hex('0a000000ff000000');
const DOCUMENTATION = hex('20010db8000000000000000000000000ffffffff000000000000000000000000');

export const brokenConstraints: Kinds = {
  'dns-not-permitted': {
    what: 'The DNS name is outside the permitted subtree.',
    source: SOURCE,
    make: held({ permitted: [generalName.dns('other.example')] }),
  },
  'dns-excluded': {
    what: 'The DNS name is inside the excluded subtree.',
    source: SOURCE,
    make: held({ excluded: [generalName.dns('example.org')] }),
  },
  'dns-excluded-itself': {
    what: 'The DNS name is the excluded one.',
    source: SOURCE,
    make: held({ excluded: [generalName.dns(HOST)] }),
  },
  'dns-lookalike': {
    what: 'The DNS name ends as the permitted one does, without a dot before it.',
    source: SOURCE,
    make: held(
      { permitted: [generalName.dns('example.org')] },
      generalName.dns('www.badexample.org'),
    ),
  },
  'dns-second-not-permitted': {
    what: 'The first DNS name is permitted and the second is not.',
    source: SOURCE,
    make: held(
      { permitted: [generalName.dns('example.org')] },
      generalName.dns('www.other.example'),
    ),
  },
  'dns-excluded-in-other-case': {
    what: 'The DNS name is inside the excluded subtree, which is written in capitals.',
    source: `${SOURCE}; RFC 4343 §3`,
    make: held({ excluded: [generalName.dns('EXAMPLE.ORG')] }),
  },
  'dns-wildcard-over-excluded': {
    what: 'A wildcard covers the excluded name.',
    source: 'CVE-2025-61727',
    make: held(
      { excluded: [generalName.dns('secret.example.org')] },
      generalName.dns('*.example.org'),
    ),
  },
  'dns-excluded-two-above': {
    what: 'The DNS name is excluded by the authority above the issuing one.',
    source: SOURCE,
    make: (suite) => {
      const upper = below(
        suite,
        'Upper',
        constraints({ excluded: [generalName.dns('example.org')] }),
      );
      return pathOf(suite, {}, [below(suite, 'Lower', { issuer: upper }), upper, suite.root]);
    },
  },
  'dns-excluded-by-root': {
    what: 'The DNS name is excluded by the root.',
    source: 'RFC 5280 §6.1.1 (d) leaves it to whoever trusts the root; RFC 5937 §3.2',
    make: (suite) => {
      const excluded = constraints({ excluded: [generalName.dns('example.org')] });
      const root = authority(suite, 'Narrow root', { keys: suite.keys.root, ...excluded });
      return pathOf(suite, {}, [below(suite, 'Issuing', { issuer: root }), root]);
    },
  },
  'ipv4-not-permitted': {
    what: 'The IPv4 address is outside the permitted range.',
    source: SOURCE,
    make: held({ permitted: [generalName.ip(TEN)] }, generalName.ip(hex('c0000207'))),
  },
  'ipv4-excluded': {
    what: 'The IPv4 address is in the excluded range.',
    source: SOURCE,
    make: held({ excluded: [generalName.ip(TEN)] }, generalName.ip(hex('0a010203'))),
  },
  'ipv6-not-permitted': {
    what: 'The IPv6 address is outside the permitted range.',
    source: SOURCE,
    make: held(
      { permitted: [generalName.ip(DOCUMENTATION)] },
      generalName.ip(hex('fd000000000000000000000000000001')),
    ),
  },
  'ipv6-excluded': {
    what: 'The IPv6 address is in the excluded range.',
    source: SOURCE,
    make: held(
      { excluded: [generalName.ip(DOCUMENTATION)] },
      generalName.ip(hex('20010db8000000000000000000000001')),
    ),
  },
  'ipv6-where-ipv4-is-permitted': {
    what: 'An IPv6 address stands below an authority for IPv4 addresses.',
    source: SOURCE,
    make: held(
      { permitted: [generalName.ip(TEN)] },
      generalName.ip(hex('20010db8000000000000000000000001')),
    ),
  },
  'email-host-not-permitted': {
    what: 'The mailbox is on another host than the permitted one.',
    source: SOURCE,
    make: held(
      { permitted: [generalName.email('example.org')] },
      generalName.email('a@other.example'),
    ),
  },
  'email-host-excluded': {
    what: 'The mailbox is on the excluded host.',
    source: SOURCE,
    make: held(
      { excluded: [generalName.email('example.org')] },
      generalName.email('a@example.org'),
    ),
  },
  'email-domain-excluded': {
    what: 'The mailbox is on a host below the excluded domain.',
    source: SOURCE,
    make: held(
      { excluded: [generalName.email('.example.org')] },
      generalName.email('a@b.example.org'),
    ),
  },
  'email-mailbox-excluded': {
    what: 'The mailbox is the excluded one.',
    source: SOURCE,
    make: held(
      { excluded: [generalName.email('a@example.org')] },
      generalName.email('a@example.org'),
    ),
  },
  'uri-not-permitted': {
    what: 'The URI’s host is outside the permitted domain.',
    source: SOURCE,
    make: held(
      { permitted: [generalName.uri('.example.org')] },
      generalName.uri('spiffe://other.example/a'),
    ),
  },
  'uri-excluded': {
    what: 'The URI’s host is below the excluded domain.',
    source: SOURCE,
    make: held(
      { excluded: [generalName.uri('.example.org')] },
      generalName.uri('https://a.example.org/b'),
    ),
  },
  'uri-host-excluded': {
    what: 'The URI’s host is the excluded one.',
    source: SOURCE,
    make: held(
      { excluded: [generalName.uri('a.example.org')] },
      generalName.uri('https://a.example.org/b'),
    ),
  },
  'directory-not-permitted': {
    what: 'The subject is outside the permitted directory subtree.',
    source: SOURCE,
    make: (suite) => {
      const permitted = [generalName.directory(organization('Good'))];
      return pathBelow(suite, constraints({ permitted }), { subject: organization('Bad') });
    },
  },
  'directory-excluded': {
    what: 'The subject is in the excluded directory subtree.',
    source: SOURCE,
    make: (suite) => {
      const excluded = [generalName.directory(organization('Bad'))];
      return pathBelow(suite, constraints({ excluded }), { subject: organization('Bad') });
    },
  },
  'directory-name-excluded': {
    what: 'A directory name of the subjectAltName is in the excluded subtree.',
    source: SOURCE,
    make: held(
      { excluded: [generalName.directory(organization('Bad'))] },
      generalName.directory(organization('Bad')),
    ),
  },
  'authority-in-excluded-directory': {
    what: 'The issuing authority’s own subject is excluded by the one above.',
    source: SOURCE,
    make: (suite) => {
      const excluded = [generalName.directory(organization('Bad'))];
      const upper = below(suite, 'Upper', constraints({ excluded }));
      const lower = below(suite, '', { issuer: upper, subject: organization('Bad') });
      return pathOf(suite, {}, [lower, upper, suite.root]);
    },
  },
};
