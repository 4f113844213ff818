import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { domainToASCII } from 'node:url';
import fc from 'fast-check';
import {
  CANONICAL,
  isDnsName,
  isEmailAddress,
  isIpAddress,
  isUri,
} from '../../../src/issuance/names.ts';

const label63 = 'a'.repeat(63);
/** 253 characters in four labels. */
const longest = [label63, label63, label63, 'a'.repeat(61)].join('.');

function judge(is: (text: string) => boolean, good: readonly string[], bad: readonly string[]) {
  for (const text of good) assert.ok(is(text), JSON.stringify(text));
  for (const text of bad) assert.equal(is(text), false, JSON.stringify(text));
}

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
        'bücher.example',
        'a b',
        'a/b',
        'a:80',
        'a\0b',
        'a\nb',
        'a.b\n',
        `${label63}a`,
        '\u212a.example',
      ],
    );
  });

  it('has 253 characters at most, and no dot at its end', () => {
    assert.equal(longest.length, 253);
    judge(isDnsName, [longest], [`${longest}a`, 'a.example.', '.']);
  });

  it('is no IP address', () => {
    judge(isDnsName, ['1.2.3', '1.2.3.a'], ['192.0.2.1', '0.0.0.0', '::1', '[::1]']);
  });

  it('has a wildcard only as the whole first of three or more labels', () => {
    judge(
      isDnsName,
      ['*.a.b', '*.a.b.c'],
      ['*', '*.a', '**.a.b', '*a.b.c', 'a*.b.c', 'a.*.b.c', '*.*.a.b', '*.', '*..a.b', '*.1.2.3.'],
    );
  });

  it('that a URL takes as its host is taken, and written in the same form', () => {
    const host = fc.domain().filter((name) => name.length <= 253);
    fc.assert(
      fc.property(fc.mixedCase(host), (name) => {
        assert.ok(isDnsName(name));
        assert.equal(CANONICAL.dnsNames(name), domainToASCII(name));
      }),
    );
  });

  it('is never anything but the characters of a host, whatever is tried', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
        if (isDnsName(text)) assert.match(text, /^[A-Za-z0-9.*-]+$/);
      }),
    );
  });
});

describe('an e-mail address', () => {
  it('is a plain mailbox in ASCII', () => {
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
        `${local64}a@b`,
        `a@${longest}`,
      ],
    );
  });

  it('keeps the case of its mailbox, and loses that of its host', () => {
    assert.equal(CANONICAL.emailAddresses('Ops@Example.ORG'), 'Ops@example.org');
  });
});

describe('a URI', () => {
  it('is absolute, and has only the characters of a URI', () => {
    judge(
      isUri,
      [
        'spiffe://cluster.local/ns/a/sa/b',
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
    assert.equal(CANONICAL.ipAddresses('2001:DB8:0:0::0001'), '2001:db8::1');
  });
});
