import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { domainToASCII } from 'node:url';
import fc from 'fast-check';
import { canonicalName, readName } from '../../../src/issuance/names.ts';

const label63 = 'a'.repeat(63);
/** 253 characters in four labels. */
const longest = [label63, label63, label63, 'a'.repeat(61)].join('.');

const isDnsName = (text: string) => 'name' in readName('dnsNames', text);
const isIpAddress = (text: string) => 'name' in readName('ipAddresses', text);
const isEmailAddress = (text: string) => 'name' in readName('emailAddresses', text);
const isUri = (text: string) => 'name' in readName('uris', text);

function judge(is: (text: string) => boolean, good: readonly string[], bad: readonly string[]) {
  for (const text of good) assert.ok(is(text), JSON.stringify(text));
  for (const text of bad) assert.equal(is(text), false, JSON.stringify(text));
}

/** Hosts as fast-check makes them, less the labels that are reserved. */
const host = fc.domain().filter((name) => name.length <= 253 && !/(^|\.)..--/.test(name));

describe('a DNS name', () => {
  it('is ASCII labels of 1 to 63 letters, digits and inner hyphens', () => {
    judge(
      isDnsName,
      ['a', 'localhost', 'a.b', 'A-1.B-2', '1.a', 'xn--bcher-kva.example', 'a--b.c', label63],
      [
        '',
        'a..b',
        '.a',
        '-a',
        'a-',
        'a.-b',
        'a.b-',
        'a_b',
        'a b',
        'a/b',
        'a\\b',
        'a%41b',
        'a:80',
        'a\0b',
        'a\nb',
        'a.b\n',
        `${label63}a`,
        '\u212a.example',
      ],
    );
  });

  it('may be one of the names within a cluster', () => {
    judge(isDnsName, ['web', 'web.shop', 'web.shop.svc', 'web.shop.svc.cluster.local'], []);
  });

  it('has no label with hyphens in third and fourth place but A-labels', () => {
    judge(isDnsName, ['a--b', 'abc--d'], ['ab--c', 'a.ab--c.d', 'AB--c', 'xm--a', 'r3---sn.a']);
  });

  it('has 253 characters at most, and no dot at its end', () => {
    assert.equal(longest.length, 253);
    judge(isDnsName, [longest], [`${longest}a`, 'a.example.', '.']);
  });

  it('is no IP address, and nothing that a resolver takes for one', () => {
    judge(
      isDnsName,
      ['1.2.3.a', '0x7f.a', '127.0.0.1.nip.io', '0y1', '1a'],
      ['192.0.2.1', '0.0.0.0', '1.2.3', '127.1', '2130706433', '0x7f.0.0.1', '0X7F000001', '0x'],
    );
    judge(isDnsName, [], ['017700000001', '*.1.2.3', 'a.b.08', '::1', '[::1]', '::ffff:1.2.3.4']);
  });

  it('has a wildcard only as the whole first of three or more labels', () => {
    judge(
      isDnsName,
      ['*.a.b', '*.a.b.c'],
      ['*', '*.a', '**.a.b', '*a.b.c', 'a*.b.c', 'a.*.b.c', '*.*.a.b', '*.', '*..a.b', '*.1.2.3.'],
    );
  });

  it('that a URL takes as its host is taken, and written in the same form', () => {
    fc.assert(
      fc.property(fc.mixedCase(host), (name) => {
        assert.ok(isDnsName(name), name);
        assert.equal(canonicalName('dnsNames', name), domainToASCII(name));
      }),
    );
  });

  it('that a URL would turn into an address is never taken', () => {
    const number = fc.oneof(
      fc.nat({ max: 2 ** 32 - 1 }).map(String),
      fc.nat({ max: 2 ** 32 - 1 }).map((value) => `0x${value.toString(16)}`),
      fc.nat({ max: 255 }).map((value) => `0${value.toString(8)}`),
    );
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 4 }), (parts) => {
        assert.equal(isDnsName(parts.join('.')), false, parts.join('.'));
      }),
    );
  });

  it('is never anything but the characters of a host, whatever is tried', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
        const read = readName('dnsNames', text);
        if ('name' in read) assert.match(read.name, /^[a-z0-9.*-]+$/);
        else assert.match(read.fault, /^[ -~]+$/);
      }),
    );
  });
});

describe('an e-mail address', () => {
  it('is a plain mailbox, its local part in ASCII', () => {
    const local64 = 'a'.repeat(64);
    judge(
      isEmailAddress,
      ['a@b', 'a.b+c@example.org', "o'neil@example.org", `${local64}@b`],
      [
        '',
        'a',
        '@b',
        'a@',
        'a@b@',
        'a b@c',
        '.a@b',
        'a.@b',
        'a..b@c',
        '"a b"@c',
        'A <a@b>',
        'a@*.b.c',
        'a@b.',
        'ä@b',
        'a@b\n',
        'a@192.0.2.1',
        'a@[192.0.2.1]',
        'a@127.1',
        'a@ab--c',
        `${local64}a@b`,
        `a@${longest}`,
      ],
    );
  });

  it('keeps the case of its mailbox, and loses that of its host', () => {
    assert.equal(canonicalName('emailAddresses', 'Ops@Example.ORG'), 'Ops@example.org');
  });
});

describe('a URI', () => {
  it('is absolute, and has only the characters of a URI', () => {
    judge(
      isUri,
      [
        'spiffe://cluster.local/ns/a/sa/b',
        'spiffe://trust_domain/b',
        'https://example.org/a?b#c',
        'https://example.org:8443/',
        'https://192.0.2.1/',
        'https://[2001:db8::1]/',
        'urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
        'mailto:a@b',
        'a:%20b',
        `urn:${'a'.repeat(2_044)}`,
      ],
      [
        '',
        'a',
        '/a',
        '//a/b',
        '1a:b',
        'a:',
        'a: b',
        'a:b\n',
        'a:ü',
        'a:%2',
        'a:%zz',
        'a:<b>',
        'a:"b"',
        'a:\\b',
        `urn:${'a'.repeat(2_045)}`,
      ],
    );
  });

  it('hides its host neither behind percent signs nor behind a dot at its end', () => {
    judge(isUri, [], ['https://%65vil.com/', 'https://evil.com./', 'spiffe://ex%61mple/']);
  });

  it('has a host that is no number, but for an IPv4 address in full', () => {
    judge(
      isUri,
      ['https://192.0.2.1/'],
      ['https://127.1/', 'https://0x7f.0.0.1/', 'a://1', 'a://0x'],
    );
  });

  it('means one thing to all who read it', () => {
    judge(
      isUri,
      ['https://a.b:65535/', 'spiffe://a', 'spiffe://a/b/c.d_e-F', 'https://a.b/%20', 'urn:a:%7e'],
      [
        ...['https://a.b:65536/', 'https://a.b:99999'],
        ...['https://a.b/%00', 'https://a.b/?a=%0A', 'urn:a:%7f', 'urn:a:%1F'],
        ...['spiffe:a', 'spiffe://a/', 'spiffe://a//b', 'spiffe://a/../b', 'spiffe://a/b?c'],
        ...['spiffe://a/b#c', 'spiffe://a:1/b', 'spiffe://a/%62', 'spiffe://a/b/'],
      ],
    );
  });

  it('loses the case of its scheme and host alone', () => {
    const written = [
      ['HTTPS://Example.ORG:8443/A?B#C', 'https://example.org:8443/A?B#C'],
      ['SPIFFE://Trust_Domain/Ns', 'spiffe://trust_domain/Ns'],
      ['https://[2001:DB8::0:1]/', 'https://[2001:db8::1]/'],
      ['URN:UUID:F81d', 'urn:UUID:F81d'],
    ] as const;
    for (const [text, name] of written) assert.equal(canonicalName('uris', text), name);
  });

  it('is judged in no time, however long', () => {
    const started = performance.now();
    for (const part of ['a', 'a.', 'a-', '@', ':', 'a@', '%41', '/'])
      isUri(`a://${part.repeat(600)}\n`);
    assert.ok(performance.now() - started < 1_000);
  });
});

describe('an IP address', () => {
  it('is of either version, without zone or brackets', () => {
    judge(isIpAddress, ['192.0.2.1', '::', 'FE80::1'], ['fe80::1%eth0', '[::1]', '192.0.2', '']);
  });

  it('has one form, in which equal ones are equal', () => {
    assert.equal(canonicalName('ipAddresses', '2001:DB8:0:0::0001'), '2001:db8::1');
    assert.equal(canonicalName('ipAddresses', '::192.0.2.1'), '::c000:201');
  });

  it('is never an IPv4 address in the form of IPv6, which some verifiers take for the former', () => {
    for (const text of ['::ffff:192.0.2.1', '::FFFF:c000:201', '0:0:0:0:0:ffff:c000:0201']) {
      assert.deepEqual(readName('ipAddresses', text), {
        fault: 'is an IPv4 address: write 192.0.2.1',
      });
    }
  });
});
