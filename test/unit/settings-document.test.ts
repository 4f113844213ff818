import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readSettingsDocument } from '../../config/settings-document.ts';
import { SettingsError } from '../../config/settings-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'certwright-document-'));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'settings.yaml');

function read(octets: string | Uint8Array) {
  writeFileSync(file, octets);
  return readSettingsDocument(file);
}

/** What is said of octets that are no settings file, behind the name of the file. */
function faultOf(octets: string | Uint8Array): string {
  try {
    read(octets);
  } catch (error) {
    assert.ok(error instanceof SettingsError, String(error));
    return error.message.replace(`PKI_CONFIG_FILE (${file})`, '');
  }
  return assert.fail('no error');
}

const NAMED = 'profiles:\n  - name: t\n    subject: {defaults: {organization: Müller GmbH}}\n';

describe('the text of the settings file', () => {
  it('is UTF-8, with or without a mark of its byte order', () => {
    const { content } = read(NAMED);
    assert.match(JSON.stringify(content), /"Müller GmbH"/);
    assert.deepEqual(read(`\u{feff}${NAMED}`).content, content);
  });

  it('is refused in any other encoding, with the line, and never signed with replacement characters', () => {
    const words = ', line 3: is not UTF-8; save the file as that';
    assert.equal(faultOf(Buffer.from(NAMED, 'latin1')), words);
    assert.equal(faultOf(Buffer.concat([Buffer.from('a: 1\n\n'), Buffer.of(0xc3)])), words);
  });

  it('is refused as UTF-16 or UTF-32 by that name', () => {
    const words = ', line 1: is UTF-16 or UTF-32; save it as UTF-8';
    for (const text of [`\u{feff}${NAMED}`, NAMED]) {
      const utf16 = Buffer.from(text, 'utf16le');
      assert.equal(faultOf(utf16), words);
      assert.equal(faultOf(utf16.swap16()), words);
    }
    assert.equal(faultOf(Buffer.from('\0\0\0a\0\0\0:')), words);
  });
});

describe('the YAML of the settings file', () => {
  it('is refused with the line of an alias that has no anchor before it', () => {
    const early = 'a: &a 1\nb: *a\nc: *later\nd: &later 1\n';
    assert.match(faultOf(early), /^, line 3: Unresolved alias .*: later$/);
  });

  it('is refused with the line of the first alias that is one too many', () => {
    const uses = (count: number) => `a: &a 1\nb:\n${'  - *a\n'.repeat(count)}`;
    assert.ok(read(uses(99)).content);
    assert.match(faultOf(uses(100)), /^, line 102: Excessive alias count/);
    const levels = 'a: &a [1, 1]\nb: &b [*a, *a]\n';
    const multiplied = `${levels}c: &c [${'*b,'.repeat(60)}]\n`;
    assert.match(faultOf(multiplied), /^, line 2: Excessive alias count/);
  });

  it('is refused with the line of a tag that nobody knows', () => {
    assert.match(
      faultOf('profiles:\n  - !foo\n    name: t\n'),
      /^: Unresolved tag: !foo at line 2/,
    );
  });
});
