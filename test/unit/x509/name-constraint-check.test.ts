import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { constraintAgainst } from '../../../src/x509/name-constraint-check.ts';

type Kind = Parameters<typeof constraintAgainst>[0];

function permits(kind: Kind, base: string, name: string): boolean {
  return constraintAgainst(kind, name, { permitted: { [kind]: [base] } }) === undefined;
}

function excludes(kind: Kind, base: string, name: string): boolean {
  return constraintAgainst(kind, name, { excluded: { [kind]: [base] } }) !== undefined;
}

/** Permitted by a base exactly where that base, excluded, refuses it. */
function judge(kind: Kind, base: string, within: readonly string[], outside: readonly string[]) {
  for (const name of within) {
    assert.ok(permits(kind, base, name), `${base} permits ${name}`);
    assert.ok(excludes(kind, base, name), `${base} excludes ${name}`);
  }
  for (const name of outside) {
    assert.equal(permits(kind, base, name), false, `${base} does not permit ${name}`);
    assert.equal(excludes(kind, base, name), false, `${base} does not exclude ${name}`);
  }
}

describe('a constraint of DNS names', () => {
  it('is that name and every name below it, whatever the case', () => {
    judge(
      'dnsNames',
      'example.org',
      ['example.org', 'a.example.org', 'b.a.example.org', 'A.EXAMPLE.ORG', '*.example.org'],
      ['badexample.org', 'example.org.net', 'org', 'example.net', '*.example.net'],
    );
  });

  it('is, with a leading dot, every name below it alone, as OpenSSL and Go read it', () => {
    judge(
      'dnsNames',
      '.example.org',
      ['a.example.org', 'b.A.EXAMPLE.org', '*.example.org'],
      ['example.org', 'badexample.org', '*.org', 'example.org.net'],
    );
  });

  it('permits no wildcard that reaches further than itself', () => {
    assert.equal(permits('dnsNames', 'a.example.org', '*.example.org'), false);
  });

  it('excludes a wildcard that reaches into it', () => {
    assert.ok(excludes('dnsNames', 'a.example.org', '*.example.org'));
    assert.equal(excludes('dnsNames', 'b.a.example.org', '*.example.org'), false);
    assert.equal(excludes('dnsNames', 'a.example.net', '*.example.org'), false);
  });
});

describe('a constraint of IP addresses', () => {
  it('is the addresses of its range', () => {
    judge('ipRanges', '10.0.0.0/8', ['10.0.0.0', '10.255.255.255'], ['9.255.255.255', '11.0.0.0']);
    judge('ipRanges', '2001:db8::/33', ['2001:db8:7fff::1'], ['2001:db8:8000::1', '10.0.0.1']);
    judge('ipRanges', '192.0.2.1/32', ['192.0.2.1'], ['192.0.2.2']);
    judge('ipRanges', '0.0.0.0/0', ['192.0.2.1'], ['::1']);
    judge('ipRanges', '::/0', ['::1'], ['192.0.2.1']);
  });
});

describe('a constraint of e-mail addresses', () => {
  it('is every mailbox of a host, or with a dot of every host below it', () => {
    judge('emailDomains', 'example.org', ['a@example.org', 'A@EXAMPLE.ORG'], ['a@b.example.org']);
    judge(
      'emailDomains',
      '.example.org',
      ['a@b.example.org', 'a@c.b.example.org'],
      ['a@example.org', 'a@bexample.org'],
    );
  });

  it('is, with a local part, that mailbox alone, whose host has no case', () => {
    judge(
      'emailDomains',
      'agent@example.org',
      ['agent@example.org', 'agent@EXAMPLE.org'],
      ['Agent@example.org', 'b@example.org', 'agent@a.example.org', 'x-agent@example.org'],
    );
  });
});

describe('a constraint of URIs', () => {
  it('is a host, or with a dot every host below it, wherever else the URI points', () => {
    judge(
      'uriDomains',
      'example.org',
      [
        'https://example.org',
        'https://EXAMPLE.org:8443/a',
        'https://evil.com@example.org/',
        'spiffe://example.org/ns/a',
        'https://example.org?evil.com',
      ],
      ['https://a.example.org/', 'https://evil.com/example.org', 'https://example.org@evil.com/'],
    );
    judge('uriDomains', '.example.org', ['https://a.example.org/'], ['https://example.org/']);
  });

  it('permits no URI whose host it cannot judge, and excludes it', () => {
    for (const uri of ['urn:a:b', 'mailto:a@example.org', 'https://192.0.2.1/', 'https://[::1]/']) {
      assert.equal(permits('uriDomains', 'example.org', uri), false, uri);
      assert.ok(excludes('uriDomains', 'example.org', uri), uri);
    }
  });
});

describe('name constraints', () => {
  it('limit only the kinds of names that they speak of', () => {
    const constraints = { permitted: { dnsNames: ['example.org'] }, excluded: {} };
    assert.equal(constraintAgainst('ipRanges', '192.0.2.1', constraints), undefined);
    assert.equal(constraintAgainst('uriDomains', 'https://evil.com', constraints), undefined);
    assert.equal(constraintAgainst('dnsNames', 'example.net', {}), undefined);
  });

  it('refuse what is excluded though it is permitted', () => {
    const constraints = {
      permitted: { dnsNames: ['example.org'] },
      excluded: { dnsNames: ['a.example.org'] },
    };
    assert.equal(constraintAgainst('dnsNames', 'b.example.org', constraints), undefined);
    assert.match(constraintAgainst('dnsNames', 'a.example.org', constraints) ?? '', /excludes/);
  });

  it('permit a name that any of several bases permits', () => {
    const permitted = { dnsNames: ['example.net', 'example.org'] };
    assert.equal(constraintAgainst('dnsNames', 'a.example.org', { permitted }), undefined);
    assert.match(
      constraintAgainst('dnsNames', 'a', { permitted }) ?? '',
      /example.net.*example.org/,
    );
  });

  it('never permit and exclude one host by one base', () => {
    const uri = fc.domain().map((host) => `https://${host}/`);
    const named = fc.oneof(
      fc.tuple(fc.constant<Kind>('dnsNames'), fc.domain(), fc.domain()),
      fc.tuple(fc.constant<Kind>('uriDomains'), uri, fc.domain()),
      fc.tuple(fc.constant<Kind>('emailDomains'), fc.emailAddress(), fc.domain()),
    );
    fc.assert(
      fc.property(named, ([kind, name, base]) => {
        assert.equal(permits(kind, base, name), excludes(kind, base, name));
      }),
    );
  });
});

describe('an empty constraint of mailboxes or URIs', () => {
  it('excludes all, as Go and GnuTLS read it, and permits none, as OpenSSL does', () => {
    for (const [kind, name] of [
      ['emailDomains', 'a@example.org'],
      ['uriDomains', 'https://a.example.org/'],
      ['uriDomains', 'urn:a:b'],
    ] as const) {
      assert.ok(excludes(kind, '', name), name);
      assert.equal(permits(kind, '', name), false, name);
    }
  });
});
