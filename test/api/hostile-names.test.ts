import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as der from '../../src/x509/der.ts';
import { COMMON_NAME } from '../../src/x509/oids.ts';
import { startApi } from '../support/api.ts';
import type { Reply } from '../support/api-client.ts';
import {
  generalName,
  handMadeRequest,
  nameOf,
  type RequestParts,
} from '../unit/x509/hand-made-request.ts';
import { placesIn } from './certificates-on-the-wire.ts';
import { MALFORMED, NO_CSR, type Outcome, REFUSED, Refusals } from './refusals-on-the-wire.ts';
import { directoryTarget } from './targets-on-the-wire.ts';

const { api, newDirectory } = await startApi();
const { dns, ip, email, uri } = generalName;
const refusals = new Refusals(api);

function ask(request: Readonly<Record<string, unknown>>): Promise<Reply> {
  return api.post('/v1/certificates', { authority: 'issuing', profile: 'server', ...request });
}

function askByCsr(parts: RequestParts, beside = {}): Promise<Reply> {
  return ask({ csr: handMadeRequest(parts), ...beside });
}

/** Text as JSON in ASCII, so that a title is what it looks like. */
function printable(text: string): string {
  return JSON.stringify(text).replaceAll(/[^ -~]/gu, (character) => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
}

const hosts = (count: number) => Array.from({ length: count }, (_, index) => `h${index}.a`);

/** What one name is refused for in JSON: its form, or else what it means. */
const names = [
  ['dnsNames', 'a\0.example', MALFORMED],
  ['dnsNames', 'good.example\0.evil.example', MALFORMED],
  ['dnsNames', 'a%00.example', MALFORMED],
  ['dnsNames', '%61.example', MALFORMED],
  ['dnsNames', 'a\\.example', MALFORMED],
  ['dnsNames', 'a .example', MALFORMED],
  ['dnsNames', ' a.example', MALFORMED],
  ['dnsNames', 'a.example\n', MALFORMED],
  ['dnsNames', '127.1', MALFORMED],
  ['dnsNames', '0x7f.0.0.1', MALFORMED],
  ['dnsNames', '2130706433', MALFORMED],
  ['dnsNames', 'a\u202eb.example', REFUSED],
  ['dnsNames', 'a\u200bb.example', REFUSED],
  ['dnsNames', 'a\ud800.example', REFUSED],
  ['dnsNames', '☃.example', REFUSED],
  ['dnsNames', 'xn--n3h.example', REFUSED],
  ['dnsNames', 'аррӏе.example', REFUSED],
  ['dnsNames', 'xn--80ak6aa92e.example', REFUSED],
  ['dnsNames', 'pаypal.example', REFUSED],
  ['ipAddresses', '1.2.3.4\0', MALFORMED],
  ['ipAddresses', 'fe80::1%eth0', MALFORMED],
  ['ipAddresses', '::ffff:1.2.3.4', REFUSED],
  ['emailAddresses', 'a\0@b', MALFORMED],
  ['emailAddresses', 'a b@c', MALFORMED],
  ['emailAddresses', 'a@xn--n3h.b', REFUSED],
  ['uris', 'https://a\0b/', MALFORMED],
  ['uris', 'https://%61/', MALFORMED],
  ['uris', 'https:\\\\a', MALFORMED],
  ['uris', 'https://☃/', REFUSED],
] as const;

describe('POST /v1/certificates with a hostile name', () => {
  for (const [kind, name, outcome] of names) {
    it(`${outcome[0]}: ${printable(name)} in ${kind}, and nothing is issued`, async () => {
      const request = { dnsNames: ['good.example'], [kind]: [name] };
      await refusals.assertRefused(() => ask(request), outcome, [`/${kind}/0`]);
    });
  }

  const byCsr: readonly (readonly [what: string, names: readonly Buffer[], outcome: Outcome])[] = [
    ['a NUL in a dNSName', [dns('good.example\0.evil.example')], REFUSED],
    ['a dNSName in UTF-8', [dns('bücher.example')], NO_CSR],
    ['a percent sign', [dns('%61.example')], REFUSED],
    ['a backslash', [dns('a\\.example')], REFUSED],
    ['a blank', [dns('a .example')], REFUSED],
    ['an empty dNSName', [dns('')], REFUSED],
    ['a short IPv4 address as dNSName', [dns('127.1')], REFUSED],
    ['a symbol as an A-label', [dns('xn--n3h.example')], REFUSED],
    ['a homograph as an A-label', [dns('xn--80ak6aa92e.example')], REFUSED],
    ['an address of five octets', [ip(Buffer.from([1, 2, 3, 4, 5]))], NO_CSR],
    [
      'an IPv4-mapped address',
      [ip(Buffer.from('00000000000000000000ffff01020304', 'hex'))],
      REFUSED,
    ],
    ['a NUL in a mailbox', [email('a\0@b')], REFUSED],
    ['a NUL in a URI', [uri('https://a\0b/')], REFUSED],
  ];
  for (const [what, asked, outcome] of byCsr) {
    it(`422: ${what} in a CSR, and nothing is issued`, async () => {
      await refusals.assertRefused(() => askByCsr({ names: [dns('a.b'), ...asked] }), outcome, [
        '/csr',
      ]);
    });
  }

  const common = [
    'a\0b',
    'a\u001bb',
    'a\u0085b',
    'a\u202eb',
    'a\u200bb',
    'a\u{e0041}',
    '\ufeff',
    'a\u2028b',
  ];
  for (const profile of ['server', 'client']) {
    for (const commonName of common) {
      it(`400, 422: ${printable(commonName)} as the common name of a ${profile}`, async () => {
        const request = { profile, dnsNames: ['a.b'], subject: { commonName } };
        await refusals.assertRefused(() => ask(request), MALFORMED, ['/subject/commonName']);
        const subject = nameOf([COMMON_NAME, der.utf8String(commonName)]);
        await refusals.assertRefused(
          () => askByCsr({ subject, names: [dns('a.b')] }, { profile }),
          REFUSED,
          ['/csr'],
        );
      });
    }
  }

  it('422: a homograph of its own name as the common name, by either way', async () => {
    const commonName = 'аррӏе.example';
    const request = { dnsNames: ['apple.example'], subject: { commonName } };
    await refusals.assertRefused(() => ask(request), REFUSED, ['/subject/commonName']);
    const subject = nameOf([COMMON_NAME, der.utf8String(commonName)]);
    await refusals.assertRefused(
      () => askByCsr({ subject, names: [dns('apple.example')] }),
      REFUSED,
      ['/csr'],
    );
  });

  it('400: 101 and 10,000 names, the longest and strangest among them', async () => {
    for (const dnsNames of [
      hosts(101),
      hosts(10_000),
      Array(2_000).fill('中'.repeat(59)),
      Array(100_000).fill(''),
    ]) {
      const reply = await ask({ dnsNames });
      assert.ok(
        placesIn(reply, ...MALFORMED).every(
          (place) => place.startsWith('/dnsNames') || place === '',
        ),
      );
    }
    await refusals.assertRefused(() => ask({ dnsNames: hosts(10_000) }), MALFORMED, ['/dnsNames']);
  });

  it('400, 422: a CSR with 101, 1,001 and 10,000 names', async () => {
    for (const [count, outcome] of [
      [101, REFUSED],
      [1_001, NO_CSR],
      [10_000, MALFORMED],
    ] as const) {
      await refusals.assertRefused(() => askByCsr({ names: hosts(count).map(dns) }), outcome, [
        '/csr',
      ]);
    }
  });
});

describe('POST /v1/rotation/targets with a hostile name', () => {
  const target = (changes: Readonly<Record<string, unknown>>) =>
    api.post(
      '/v1/rotation/targets',
      directoryTarget(newDirectory(), { name: 'hostile', ...changes }),
    );

  it('400, 422: names, and no target is made', async () => {
    for (const [kind, name, outcome] of names) {
      await refusals.assertRefused(() => target({ [kind]: [name] }), outcome, [`/${kind}/0`]);
    }
    assert.deepEqual((await api.get('/v1/rotation/targets')).json<{ items: unknown }>().items, []);
  });
});
