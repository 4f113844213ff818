import fc from 'fast-check';
import type { LeafRequest } from '../../src/issuance/issue-leaf.ts';
import { utf8String } from '../../src/x509/der.ts';
import { COMMON_NAME, ORGANIZATION } from '../../src/x509/oids.ts';
import { generalName, nameOf, type RequestParts } from '../unit/x509/hand-made-request.ts';

/** Something honest most of the time, so that enough is granted, and something hostile now and then. */
function mostly<T>(
  honest: fc.Arbitrary<T>,
  ...hostile: readonly fc.Arbitrary<T>[]
): fc.Arbitrary<T> {
  const rest = hostile.map((arbitrary) => ({ arbitrary, weight: 1 }));
  return fc.oneof({ arbitrary: honest, weight: 4 * hostile.length }, ...rest);
}

const domain = fc.domain().filter((name) => name.length < 200);
/** A DNS name, or what somebody takes for one. */
export const hostileHost = mostly(
  fc.oneof(
    fc.constantFrom('a.example.org', 'b.example.org', 'c.d.example.org', '*.b.example.org'),
    domain.map((name) => `${name}.example.org`),
  ),
  fc.constantFrom('example.org', '*.org', '*.a.example.org', 'no.example.org'),
  fc.constantFrom(
    '10.0.0.1',
    'a_b.example.org',
    'a.example.org.',
    '-a.example.org',
    'A.Example.ORG',
  ),
  fc.constantFrom('evilexample.org', 'example.org.evil.com', 'a.no.example.org', 'ä.example.org'),
  fc.constantFrom('web', 'x.y.svc.cluster.local', 'p\u0430ypal.example.org', 'xn--.example.org'),
  fc.string({ maxLength: 6 }).map((text) => `${text}.example.org`),
);
const address = mostly(
  fc.oneof(fc.constantFrom('192.0.2.1', '192.0.2.77', '2001:db8::7'), fc.ipV4(), fc.ipV6()),
  fc.constantFrom('10.1.2.3', '1.2.3', '::1%lo', '::ffff:10.1.2.3'),
);
const mailbox = mostly(
  fc.oneof(fc.emailAddress(), fc.constant('agent@example.org')),
  fc.constantFrom('a@b@c', 'a b@c', '@c', 'a@c\n', 'a@no.example.org', 'a@EXAMPLE.ORG'),
);
const uri = mostly(
  fc.oneof(
    fc.constantFrom('spiffe://example.org/a', 'spiffe://example.org/b/c', 'spiffe://example.net/d'),
    fc.constantFrom('https://a.example.org/a', 'https://a.b.example.org/a'),
    fc.webUrl({ validSchemes: ['https', 'spiffe'] }),
  ),
  fc.constantFrom('urn:a:b', 'no scheme', 'a:', 'http://a b/', 'a:\u0000', 'https://10.0.0.1/'),
  fc.constantFrom('spiffe://a.no.example.org/../b', 'spiffe://example.org/%2e%2e/a', 'spiffe:///a'),
);
const attribute = mostly(
  fc.constantFrom('a.example.org', 'b.example.org', 'Agent 7'),
  fc.oneof(
    hostileHost,
    fc.constantFrom('www.evil.test', 'A.Example.org', 'Test Issuing', ' test  ISSUING', 'Büro 7'),
    fc.constantFrom('𝘄𝘄𝘄.𝗲𝘃𝗶𝗹.𝘁𝗲𝘀𝘁', 'www。evil。test', 'ｗｗｗ．ｎｏ．example.org', '𝘃𝗮𝘂𝗹𝘁'),
    fc.constantFrom('', ' ', 'a\0b', '*', '*.example.org', '10.0.0.1', '192.0.2.1', 'a'.repeat(65)),
    fc
      .array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 70 })
      .map((points) => String.fromCodePoint(...points)),
  ),
);
const organization = mostly(
  fc.constant('Example'),
  fc.constantFrom(' example', 'Other', '', 'a\n'),
);
const some = <T>(member: fc.Arbitrary<T>) =>
  fc.oneof(
    { arbitrary: fc.constant([]), weight: 3 },
    { arbitrary: fc.array(member, { minLength: 1, maxLength: 3 }), weight: 2 },
  );

/** What somebody asks for in JSON: wishes of every kind, some of them granted, most of them not. */
export function hostileLeafRequest(
  ...profiles: readonly string[]
): fc.Arbitrary<Partial<LeafRequest>> {
  return fc.record(
    {
      authority: mostly(fc.constant('issuing'), fc.constantFrom('root', 'issuing')),
      profile: fc.constantFrom(...profiles),
      dnsNames: some(hostileHost),
      ipAddresses: some(address),
      emailAddresses: some(mailbox),
      uris: some(uri),
      subject: fc.record({ commonName: attribute, organization }, { requiredKeys: [] }),
      validity: mostly(
        fc.constantFrom('1s', '1h', '30d', '90d'),
        fc.constantFrom('91d', '360d', '825d', '826d', '5y', '999999y'),
      ),
    },
    { requiredKeys: ['authority', 'profile'] },
  );
}

const anyOf = (...values: readonly string[]) =>
  fc.oneof(
    { arbitrary: fc.constant([]), weight: 3 },
    { arbitrary: fc.constantFrom(...values).map((value) => [value]), weight: 1 },
  );

function laxSubject(...requiredKeys: 'organization'[]) {
  const commonName = mostly(
    fc.constant('Agent 7'),
    fc.constantFrom('www.example.net', 'c.d.example.org'),
  );
  const organization = fc.constantFrom('Example', 'Example', 'Other');
  return fc.record({ commonName, organization }, { requiredKeys });
}

/** What a lax profile grants, and a strict one mostly does not. */
export const laxLeafRequest = fc.record(
  {
    dnsNames: fc.uniqueArray(
      fc.oneof(
        { arbitrary: fc.constantFrom('a.example.org', 'b.example.org'), weight: 4 },
        fc.constantFrom('c.d.example.org', '*.b.example.org', 'www.example.net', 'web'),
      ),
      { minLength: 1, maxLength: 2 },
    ),
    ipAddresses: anyOf('192.0.2.1', '198.51.100.7'),
    emailAddresses: anyOf('agent@example.org', 'agent@example.net'),
    uris: anyOf('spiffe://example.org/a', 'spiffe://example.net/d', 'urn:a:b'),
    subject: fc.oneof(laxSubject('organization'), laxSubject()),
    validity: fc.constantFrom('1h', '30d', '89d', '91d', '825d'),
  },
  { requiredKeys: ['dnsNames', 'subject', 'validity'] },
);

const generalNames = mostly(
  fc.oneof(
    { arbitrary: hostileHost.map(generalName.dns), weight: 3 },
    mailbox.map(generalName.email),
    uri.map(generalName.uri),
    fc.ipV4().map((text) => generalName.ip(Buffer.from(text.split('.').map(Number)))),
  ),
  fc.uint8Array({ maxLength: 17 }).map(generalName.ip),
);
const name = fc
  .record({ common: attribute, organization }, { requiredKeys: [] })
  .map(({ common, organization: organisation }) => {
    const parts = [
      ...(organisation === undefined ? [] : [[ORGANIZATION, organisation] as const]),
      ...(common === undefined ? [] : [[COMMON_NAME, common] as const]),
    ];
    return nameOf(...parts.map(([type, text]) => [type, utf8String(text)] as const));
  });

/** What somebody asks for by CSR, in its subject and its names. */
export const hostileRequestParts: fc.Arbitrary<RequestParts> = fc.record({
  subject: name,
  names: fc.array(generalNames, { maxLength: 3 }),
});
