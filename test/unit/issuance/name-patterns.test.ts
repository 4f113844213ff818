import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  isDnsNameIn,
  isEmailAddressIn,
  isIpAddressIn,
  isUriIn,
  touchesDnsPattern,
  touchesUriPattern,
} from '../../../src/issuance/name-patterns.ts';

type Row = readonly [name: string, pattern: string, isIn: boolean];

function assertRows(rows: readonly Row[], isIn: (name: string, pattern: string) => boolean): void {
  for (const [name, pattern, expected] of rows) {
    assert.equal(isIn(name, pattern), expected, `${name} in ${pattern}`);
  }
}

describe('a DNS pattern', () => {
  it('without a star is a domain and everything below it, and nothing that merely ends like it', () => {
    assertRows(
      [
        ['example.org', 'example.org', true],
        ['a.example.org', 'example.org', true],
        ['a.b.example.org', 'example.org', true],
        ['*.example.org', 'example.org', true],
        ['evilexample.org', 'example.org', false],
        ['example.org.evil.test', 'example.org', false],
        ['org', 'example.org', false],
        ['*.org', 'example.org', false],
        ['web', 'web', true],
      ],
      isDnsNameIn,
    );
  });

  it('with stars is a glob, each star inside one label and for at least one character', () => {
    assertRows(
      [
        ['a.example.org', '*.example.org', true],
        ['a.b.example.org', '*.example.org', false],
        ['example.org', '*.example.org', false],
        ['web-1.example.org', 'web-*.example.org', true],
        ['web-.example.org', 'web-*.example.org', false],
        ['web-1.x.example.org', 'web-*.example.org', false],
        ['a-x-b.example.org', 'a*x*b.example.org', true],
        ['axb.example.org', 'a*x*b.example.org', false],
        ['a.svc.cluster.local', '*.svc.*.local', true],
        ['a.b.example.org', '**.example.org', true],
        ['a.example.org', '**.example.org', true],
        ['example.org', '**.example.org', false],
        ['a.web-1.example.org', '**.web-*.example.org', true],
      ],
      isDnsNameIn,
    );
  });

  it('covers a wildcard only where it covers every host of it', () => {
    assertRows(
      [
        ['*.example.org', '*.example.org', true],
        ['*.example.org', 'web-*.example.org', false],
        ['*.example.org', 'web.example.org', false],
        ['*.a.example.org', '**.example.org', true],
        ['*.a.example.org', '*.a.example.org', true],
        ['*.a.example.org', '*.*.example.org', true],
      ],
      isDnsNameIn,
    );
  });

  it('is touched by a wildcard that has one host in it', () => {
    assertRows(
      [
        ['*.example.org', 'admin.example.org', true],
        ['*.example.org', 'adm*.example.org', true],
        ['*.example.org', 'a.admin.example.org', false],
        ['*.admin.example.org', 'admin.example.org', true],
        ['a.example.org', 'admin.example.org', false],
      ],
      touchesDnsPattern,
    );
  });

  it('is what a regular expression for it says, in no more steps than characters', () => {
    const label = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 8 });
    const glob = fc.string({ unit: fc.constantFrom('a', 'b', '*'), minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(
        label,
        glob.filter((text) => text.includes('*') && !text.includes('**')),
        (text, pattern) => {
          const expression = new RegExp(`^${pattern.replaceAll('*', '[^.]+')}\\.x$`);
          assert.equal(isDnsNameIn(`${text}.x`, `${pattern}.x`), expression.test(`${text}.x`));
        },
      ),
    );
    const started = performance.now();
    isDnsNameIn(`${'a'.repeat(60_000)}.x`, `${'*a'.repeat(200)}b.x`);
    assert.ok(performance.now() - started < 1_000);
  });
});

describe('a range of addresses and a domain of mailboxes', () => {
  it('hold what lies in them, of their own family', () => {
    assertRows(
      [
        ['10.1.2.3', '10.0.0.0/8', true],
        ['11.1.2.3', '10.0.0.0/8', false],
        ['::ffff:10.1.2.3', '10.0.0.0/8', false],
        ['2001:db8::1', '2001:db8::/32', true],
      ],
      isIpAddressIn,
    );
    assertRows(
      [
        ['a@example.org', 'example.org', true],
        ['a@b.example.org', '*.example.org', true],
        ['a@evil.test', 'example.org', false],
      ],
      isEmailAddressIn,
    );
  });
});

describe('a URI pattern', () => {
  it('is a glob over segments, its end open where it says so', () => {
    assertRows(
      [
        ['spiffe://example.org/ns/a/sa/b', 'spiffe://example.org/ns/*/sa/*', true],
        ['spiffe://example.org/ns/a/sa/b/c', 'spiffe://example.org/ns/*/sa/*', false],
        ['spiffe://example.org/ns/a/sa/b/c', 'spiffe://example.org/ns/**', true],
        ['spiffe://example.org/ns', 'spiffe://example.org/ns/**', false],
        ['spiffe://evil.test/ns/a/sa/b', 'spiffe://example.org/ns/*/sa/*', false],
        ['spiffe://example.org.evil.test/ns/a', 'spiffe://example.org/**', false],
        ['SPIFFE://EXAMPLE.org/ns/a', 'spiffe://example.org/**', false],
        ['HTTPS://EXAMPLE.org/ns/a', 'https://example.org/**', true],
        ['spiffe://td/a', 'spiffe://*/**', true],
        ['https://td/a', 'spiffe://*/**', false],
        ['urn:example:a', 'urn:example:*', true],
      ],
      isUriIn,
    );
  });

  it('holds nothing that another reader could take for something else', () => {
    for (const uri of [
      'spiffe://example.org/ns/../sa/b',
      'spiffe://example.org/ns/./sa/b',
      'spiffe://example.org/ns/%2e%2e/sa/b',
      'spiffe://example.org/ns//sa/b',
      'spiffe://example.org/ns/a/sa/b?x=/ns/c',
      'spiffe://example.org/ns/a/sa/b#x',
    ]) {
      assert.equal(isUriIn(uri, 'spiffe://example.org/ns/*/sa/*'), false, uri);
    }
  });

  it('that excludes is not evaded by another spelling', () => {
    for (const uri of [
      'https://example.org/admin/x',
      'https://example.org:443/admin/x',
      'https://EXAMPLE.org/admin/x',
      'https://example.org/%61dmin/x',
      'https://example.org/a/../admin/x',
    ]) {
      assert.ok(touchesUriPattern(uri, 'https://example.org/admin/**'), uri);
    }
    assert.equal(
      touchesUriPattern('https://example.org/user/x', 'https://example.org/admin/**'),
      false,
    );
  });

  it('is not to be got around by query, fragment, case, port or slashes where it excludes', () => {
    const spelled = [
      ['spiffe://example.org/ns/kube-system/**', 'spiffe://example.org', '/ns/kube-system/sa/x'],
      ['https://secret.example.org/**', 'https://secret.example.org', '/a'],
      ['https://secret.example.org/*', 'https://secret.example.org', '/a'],
      ['https://secret.example.org/a', 'https://secret.example.org', '/a'],
    ] as const;
    for (const [pattern, start, path] of spelled) {
      const forms = ['', '?q', '#f', '/', '/?q', '?a/b', '#/a/b'].map((end) => start + path + end);
      const others = [start + path.toUpperCase(), `${start}/${path}`, `${start}:443${path}?q`];
      for (const uri of [...forms, ...others, (start + path).toUpperCase()]) {
        assert.ok(touchesUriPattern(uri, pattern), `${uri} in ${pattern}`);
      }
    }
    for (const end of ['a*', 'a:b', "a'", '*']) {
      assert.ok(touchesUriPattern(`https://example.org/${end}`, 'https://example.org/*'), end);
    }
    for (const uri of ['urn:secret:a', 'URN:secret:a', 'urn:SECRET:a', 'urn:secret:a?+x']) {
      assert.ok(touchesUriPattern(uri, 'urn:secret:*'), uri);
    }
  });

  it('that excludes leaves others alone', () => {
    for (const [uri, pattern] of [
      ['spiffe://example.org/ns/kube-system', 'spiffe://example.org/ns/kube-system/**'],
      ['spiffe://example.org/ns/kube-systems/x', 'spiffe://example.org/ns/kube-system/**'],
      ['spiffe://example.org/ns/shop/sa/x', 'spiffe://example.org/ns/kube-system/**'],
      ['https://example.org/?u=https://secret.example.org/a', 'https://secret.example.org/**'],
      ['https://example.org/b', 'https://example.org/a'],
      ['urn:public:a', 'urn:secret:*'],
    ] as const) {
      assert.equal(touchesUriPattern(uri, pattern), false, `${uri} in ${pattern}`);
    }
  });
});
