import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProfileBody } from '../../../api/schemas/profile.ts';
import { isPatternWithin } from '../../../src/issuance/pattern-within.ts';

describe('a pattern', () => {
  it('is within another where every name of it is', () => {
    for (const [kind, pattern, other] of [
      ['dnsNames', 'example.org', 'example.org'],
      ['dnsNames', 'a.example.org', 'example.org'],
      ['dnsNames', 'a.example.org', '**.example.org'],
      ['dnsNames', '*.example.org', 'example.org'],
      ['dnsNames', '**.example.org', 'example.org'],
      ['dnsNames', 'web-*.example.org', '*.example.org'],
      ['dnsNames', 'a*b.org', 'a*.org'],
      ['emailAddresses', 'a.example.org', 'example.org'],
      ['ipAddresses', '10.1.0.0/16', '10.0.0.0/8'],
      ['ipAddresses', '10.0.0.0/8', '10.0.0.0/8'],
      ['ipAddresses', '2001:db8::/33', '2001:db8::/32'],
      ['uris', 'spiffe://a/*', 'spiffe://a/*'],
    ] as const) {
      assert.ok(isPatternWithin(kind, pattern, other), `${pattern} in ${other}`);
    }
  });

  it('is not where one name of it is not, or might not be', () => {
    for (const [kind, pattern, other] of [
      ['dnsNames', 'example.org', 'a.example.org'],
      ['dnsNames', 'example.org', '**.example.org'],
      ['dnsNames', 'a.example.org', '*.example.org'],
      ['dnsNames', '*.example.org', 'a.example.org'],
      ['dnsNames', '**.example.org', '*.example.org'],
      ['dnsNames', '**.example.org', '*.*.example.org'],
      ['dnsNames', 'a*.org', 'a*b.org'],
      ['dnsNames', 'an-example.org', 'example.org'],
      ['ipAddresses', '10.0.0.0/8', '10.1.0.0/16'],
      ['ipAddresses', '11.0.0.0/16', '10.0.0.0/8'],
      ['ipAddresses', '10.0.0.0/8', '::/0'],
      ['uris', 'spiffe://a/*', 'spiffe://a/**'],
    ] as const) {
      assert.ok(!isPatternWithin(kind, pattern, other), `${pattern} in ${other}`);
    }
  });
});

describe('a profile whose permitted names are all excluded', () => {
  const out = { permitted: ['a.example.org', 'b.example.org'], excluded: ['example.org'] };
  const partly = { permitted: ['a.example.org', 'example.com'], excluded: ['example.org'] };
  const faultsIn = (subjectAltNames: object, extKeyUsage = 'serverAuth') => {
    const body = { name: 'shop', extKeyUsage: [extKeyUsage], subjectAltNames };
    return ProfileBody.safeParse(body).error?.issues.map(({ path }) => path.join('/')) ?? [];
  };

  it('is refused where nothing else could name anybody', () => {
    const place = 'subjectAltNames/dnsNames/permitted';
    assert.deepEqual(faultsIn({ allowed: ['dnsNames'], dnsNames: out }), [place]);
    assert.deepEqual(faultsIn({ required: ['dnsNames'], dnsNames: out }), [place]);
    assert.deepEqual(faultsIn({ required: ['dnsNames'], dnsNames: out }, 'clientAuth'), [place]);
    const ranges = { permitted: ['10.1.0.0/16'], excluded: ['10.0.0.0/8'] };
    const addresses = { allowed: ['ipAddresses'], ipAddresses: ranges };
    assert.deepEqual(faultsIn(addresses), ['subjectAltNames/ipAddresses/permitted']);
  });

  it('is none of that kind where something can be issued', () => {
    for (const terms of [
      { dnsNames: out },
      { allowed: ['dnsNames'], dnsNames: partly },
      { required: ['dnsNames', 'uris'], dnsNames: out },
      { allowed: ['dnsNames'], dnsNames: { excluded: ['org'] } },
    ]) {
      assert.deepEqual(faultsIn(terms), [], JSON.stringify(terms));
    }
    assert.deepEqual(faultsIn({ allowed: ['dnsNames'], dnsNames: out }, 'clientAuth'), []);
  });
});
