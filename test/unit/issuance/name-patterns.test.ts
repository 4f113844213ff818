import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  isDnsNameIn,
  isEmailAddressIn,
  touchesDnsPattern,
} from '../../../src/issuance/name-patterns.ts';
import { assertRows } from './pattern-rows.ts';

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

describe('a domain of mailboxes', () => {
  it('holds those whose host lies in it', () => {
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
