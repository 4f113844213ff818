import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isUriIn, touchesUriPattern } from '../../../src/issuance/name-patterns.ts';
import { assertRows } from './pattern-rows.ts';

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
        ['spiffe://example.org', 'spiffe://example.org', false],
        ['spiffe://example.org', 'spiffe://example.org/**', false],
        ['HTTPS://EXAMPLE.org/ns/a', 'https://example.org/**', true],
        ['spiffe://td/a', 'spiffe://*/**', true],
        ['spiffe://a_b.example.org/a', 'spiffe://*/**', true],
        ['spiffe://td', 'spiffe://*/**', false],
        ['https://td/a', 'spiffe://*/**', false],
        ['urn:example:a', 'urn:example:*', true],
        ['urn://example/a', 'urn:*/**', false],
      ],
      isUriIn,
    );
  });

  it('has a glob of DNS for its host: no star crosses a dot, a port, a slash or what follows', () => {
    assertRows(
      [
        ['https://a.example.org/x', 'https://*.example.org/x', true],
        ['https://A.example.ORG/x', 'https://*.EXAMPLE.org/x', true],
        ['https://a.b.example.org/x', 'https://*.example.org/x', false],
        ['https://example.org/x', 'https://*.example.org/x', false],
        ['https://a.example.org/x', 'https://example.org/x', false],
        ['https://a.b.example.org/x', 'https://**.example.org/x', true],
        ['https://a.example.org/x', 'https://**.example.org/x', true],
        ['https://example.org/x', 'https://**.example.org/x', false],
        ['https://evilexample.org/x', 'https://**.example.org/x', false],
        ['https://web-1.example.org/x', 'https://web-*.example.org/x', true],
        ['https://web-1.evil.test/x', 'https://web-*/x', false],
        ['https://web-1:8443/x', 'https://web-*/x', false],
        ['https://web-1/y/x', 'https://web-*/x', false],
        ['https://web?x=.example.org/x', 'https://*.example.org/x', false],
        ['https://a.example.org:8443/x', 'https://*.example.org/x', false],
        ['https://a.example.org:8443/x', 'https://*.example.org:8443/x', true],
        ['https://a.example.org:8443/x', 'https://*.example.org:*/x', true],
        ['https://a.example.org/x', 'https://*.example.org:8443/x', false],
        ['https://[2001:db8::1]/x', 'https://[2001:db8::1]/x', true],
        ['https://[2001:db8::1]:8443/x', 'https://[2001:db8::1]/x', false],
        ['https://[2001:db8::1]/x', 'https://*/x', false],
      ],
      isUriIn,
    );
  });

  it('excludes by the same host, and whatever the port', () => {
    assertRows(
      [
        ['https://a.example.org:8443/x', 'https://*.example.org/x', true],
        ['https://a.example.org:8443/x', 'https://*.example.org:8443/x', true],
        ['https://a.example.org/x', 'https://a.example.org:8443/x', true],
        ['https://a.b.example.org/x', 'https://*.example.org/x', true],
        ['https://a.b.example.org/x', 'https://**.example.org/x', true],
        ['https://[2001:db8::1]:8443/x', 'https://*/x', true],
      ],
      touchesUriPattern,
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
