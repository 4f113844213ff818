import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isDnsNameIn, isUriIn } from '../../../src/issuance/name-patterns.ts';
import { canonicalName } from '../../../src/issuance/names.ts';
import { readDnsPattern, readUriPattern } from '../../../src/issuance/read-name-pattern.ts';

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
});
