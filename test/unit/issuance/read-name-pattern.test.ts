import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isDnsNameIn, isUriIn } from '../../../src/issuance/name-patterns.ts';
import { canonicalName } from '../../../src/issuance/names.ts';
import {
  readDnsPattern,
  readIpRange,
  readUriPattern,
} from '../../../src/issuance/read-name-pattern.ts';

describe('a DNS pattern that is read', () => {
  it('is as it was written, where it is a domain or a glob of one', () => {
    for (const pattern of [
      'example.org',
      '*.example.org',
      '**.example.org',
      'a*b.c',
      'xn--bcher-kva.example',
      'xn--*.example',
    ]) {
      assert.deepEqual(readDnsPattern(pattern), { pattern });
    }
  });

  it('has A-labels for what lies beyond ASCII, as the names have that are held against it', () => {
    for (const [text, pattern] of [
      ['bücher.example', 'xn--bcher-kva.example'],
      ['*.bücher.example', '*.xn--bcher-kva.example'],
      ['**.bücher.example', '**.xn--bcher-kva.example'],
      ['web-*.bücher.österreich', 'web-*.xn--bcher-kva.xn--sterreich-z7a'],
    ] as const) {
      assert.deepEqual(readDnsPattern(text), { pattern });
    }
    const name = canonicalName('dnsNames', 'a.bücher.example');
    assert.ok(isDnsNameIn(name, 'xn--bcher-kva.example') && name !== 'a.bücher.example');
  });

  it('is refused where it is neither', () => {
    const patterns = ['', '.', '.example.org', 'a..b', 'a b', 'A.example', '**', 'a.**.b', 'a_b.c'];
    for (const pattern of patterns) assert.ok('fault' in readDnsPattern(pattern), pattern);
  });

  it('is refused where no name could ever match it', () => {
    const label = 'a'.repeat(60);
    for (const [text, words] of [
      ['1.2.3.4', /an IP address, .*: addresses are in the ranges of ipAddresses$/],
      ['10', /an IP address/],
      ['*.0x1', /an IP address/],
      ['a*.ab--cd.example', /its label "ab--cd" has hyphens/],
      [`${label}.${label}.${label}.${label}.${label}.org`, /more than 253 characters/],
    ] as const) {
      const read = readDnsPattern(text);
      assert.match('fault' in read ? read.fault : '', words, text);
    }
    for (const pattern of ['org', '*.1*', 'a.*', '4.example.org', 'xn--*', '**.1*.org']) {
      assert.deepEqual(readDnsPattern(pattern), { pattern });
    }
  });

  it('is refused in the words for names, where its label is none of IDNA2008 or a homograph', () => {
    for (const [text, words] of [
      ['*.BÜCHER.example', /U\+00DC, a capital letter/],
      ['xn--a.example', /its label "xn--a" stands for one that holds U\+0080/],
      ['p\u0430ypal.example', /could be taken for another name/],
      ['bü*.example', /has a "\*" within a label beyond ASCII/],
      ['*ü.example', /has a "\*" within a label beyond ASCII/],
    ] as const) {
      const read = readDnsPattern(text);
      assert.match('fault' in read ? read.fault : '', words, text);
    }
  });
});

describe('a URI pattern that is read', () => {
  it('is as it was written, but for a host beyond ASCII', () => {
    for (const pattern of [
      'spiffe://*/**',
      'spiffe://a_b.*/**',
      'https://**.example.org:8443/a',
      'https://[2001:db8::1]/**',
      'https://example.org/a/*',
      'https://example.org?a=*',
      'urn:a:*',
    ]) {
      assert.deepEqual(readUriPattern(pattern), { pattern });
    }
    const open = { pattern: 'https://**.xn--bcher-kva.example:8443/a' };
    assert.deepEqual(readUriPattern('https://**.bücher.example:8443/a'), open);
    const pattern = 'spiffe://xn--bcher-kva.example/ns/*';
    assert.deepEqual(readUriPattern('spiffe://bücher.example/ns/*'), { pattern });
    assert.ok(isUriIn(canonicalName('uris', 'spiffe://bücher.example/ns/a'), pattern));
  });

  it('is refused where it has no scheme, a double star inside, or a host that is none', () => {
    const hosts = [
      '',
      '.a',
      'a.',
      'a..b',
      'a.**',
      'a.**.b',
      '***',
      '**a',
      '*-',
      'a@b',
      '[::1',
      'ü*',
    ];
    const withHosts = hosts.map((host) => `http://${host}/a`);
    for (const pattern of ['', 'a', 'a:', 'http://a/**/b', 'http://a b', '://a', ...withHosts]) {
      assert.ok('fault' in readUriPattern(pattern), pattern);
    }
  });

  it('is refused where no URI of a certificate could ever match it, and says how to write it', () => {
    for (const [text, words] of [
      ['https://u@host/**', /^has user information before its host: leave it out$/],
      ['https://*@host/**', /^has user information/],
      ['https://example.org./**', /^has a dot at the end of its host: leave it out$/],
      ['https://example.org.:8443/**', /^has a dot at the end/],
      ['https://example.org/%61/**', /^has %61: write "a"$/],
      ['https://example.org/a%2Db', /^has %2D: write "-"$/],
      ['https://example.org/../**', /^has a dot segment: write the path to which it leads$/],
      ['https://example.org/a/.', /^has a dot segment/],
      ['https://10.0.0.01/**', /: write four numbers without leading zeros$/],
      ['https://0x7f.1:8443/**', /: write four numbers without leading zeros$/],
      ['https://[2001:db8:0::1]/**', /: write \[2001:db8::1\]$/],
      ['https://', /^has no host behind its "\/\/": write one$/],
      ['https:///**', /^has no host/],
      ['https://:8443/**', /^has no host/],
      ['https://a:99999/**', /has a port beyond 65535$/],
      ['https://a/<b>/*', /is not an absolute URI$/],
      ['spiffe://example.org/', /is no SPIFFE ID$/],
    ] as const) {
      const read = readUriPattern(text);
      assert.match('fault' in read ? read.fault : '', words, text);
    }
  });

  it('is taken where some URI could match it, whatever its stars must be for', () => {
    for (const pattern of [
      'https://*',
      'https://10.0.0.*/**',
      'https://10.*.0.1/**',
      'https://*.0.0.1/**',
      'https://10.0.0.1:8443/**',
      'https://xn--*.example/**',
      'https://a:*/**',
      'https://ADMIN.example.org/X',
      'https://example.org/a%20b/*',
      'https://example.org/.well-known/*',
      'spiffe://*/*',
      'urn:*',
    ]) {
      assert.deepEqual(readUriPattern(pattern), { pattern });
    }
  });
});

describe('a range of addresses that is read', () => {
  it('is as it was written', () => {
    for (const pattern of ['10.0.0.0/8', '0.0.0.0/0', '::/0', '2001:DB8::/32']) {
      assert.deepEqual(readIpRange(pattern), { pattern });
    }
  });

  it('says which range it would be without host bits, and how to write one of IPv4 addresses', () => {
    for (const [text, fault] of [
      ['10.0.0.1/8', 'has host bits set: write 10.0.0.0/8'],
      ['2001:db8::1/32', 'has host bits set: write 2001:db8::/32'],
      ['::ffff:10.0.0.0/104', 'is a range of IPv4 addresses: write 10.0.0.0/8'],
      ['::ffff:0:0/96', 'is a range of IPv4 addresses: write 0.0.0.0/0'],
      ['10.0.0.0', 'is not a CIDR range such as 10.0.0.0/8 or 2001:db8::/32'],
    ] as const) {
      assert.deepEqual(readIpRange(text), { fault });
    }
  });
});
