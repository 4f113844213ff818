import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Request } from 'express';
import fc from 'fast-check';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../../api/cursor.ts';
import { parseQuery } from '../../api/input.ts';
import { CertificateListQuery } from '../../api/schemas/certificate.ts';
import { Duration } from '../../api/schemas/names.ts';
import { SUBJECT_ALT_NAME_KINDS } from '../../src/certificate.ts';
import { durationSeconds } from '../../src/issuance/duration.ts';
import {
  isDnsNameIn,
  isUriIn,
  touchesDnsPattern,
  touchesUriPattern,
} from '../../src/issuance/name-patterns.ts';
import { nameFormFault, readName } from '../../src/issuance/names.ts';
import { readDnsPattern, readUriPattern } from '../../src/issuance/read-name-pattern.ts';
import { keptCases } from './corpus.ts';
import { grantedBy } from './granted.ts';
import { hostileText, textChange } from './hostile-texts.ts';
import { tryAll } from './try-all.ts';

/** A text, and another one that stands where a text of ours does not. */
interface Texts {
  readonly text: string;
  readonly pattern: string;
}

const SCOPE = ['certificates', {}];
/** The least that a name may become, and the most that is said about one that is none. */
const PRINTABLE_ASCII = /^[\x21-\x7e]+$/;
const MAX_FAULT_LENGTH = 500;
/** As the schema of profiles has it. */
const MAX_PATTERN_LENGTH = 512;

function checkNames({ text }: Texts): void {
  for (const kind of SUBJECT_ALT_NAME_KINDS) {
    const read = readName(kind, text);
    if ('name' in read) {
      assert.match(read.name, PRINTABLE_ASCII);
      assert.deepEqual(readName(kind, read.name), read, 'a name that is written is read as it is');
      assert.equal(nameFormFault(kind, text), undefined);
    } else {
      assert.ok(read.fault.length < MAX_FAULT_LENGTH, read.fault);
    }
  }
}

/** What lies in a pattern touches it. */
function checkPatterns({ text, pattern: any }: Texts): void {
  const pattern = any.slice(0, MAX_PATTERN_LENGTH);
  const [host, hosts] = [readName('dnsNames', text), readDnsPattern(pattern)];
  if ('name' in host && 'pattern' in hosts) {
    const { name } = host;
    assert.ok(!isDnsNameIn(name, hosts.pattern) || touchesDnsPattern(name, hosts.pattern));
  }
  const [uri, uris] = [readName('uris', text), readUriPattern(pattern)];
  if ('name' in uri && 'pattern' in uris) {
    assert.ok(!isUriIn(uri.name, uris.pattern) || touchesUriPattern(uri.name, uris.pattern));
  }
}

function checkDuration({ text }: Texts): void {
  if (!Duration.safeParse(text).success) return;
  const seconds = durationSeconds(text);
  assert.ok(Number.isSafeInteger(seconds) && seconds > 0);
}

async function checkQuery({ text, pattern }: Texts): Promise<void> {
  for (const name of [...CertificateListQuery.keyof().options, text]) {
    const query = Object.fromEntries([[name, pattern]]);
    await grantedBy(() => parseQuery(CertificateListQuery, { query } as unknown as Request));
  }
}

async function checkCursor({ text, pattern }: Texts): Promise<void> {
  await grantedBy(() => decodeCursor(SCOPE, z.unknown(), text));
  const position = decodeCursor(SCOPE, z.unknown(), encodeCursor(SCOPE, [text, pattern]));
  assert.deepEqual(position, [text, pattern]);
}

async function check(texts: Texts): Promise<void> {
  await grantedBy(() => {
    checkNames(texts);
    checkPatterns(texts);
    checkDuration(texts);
  });
  await checkQuery(texts);
  await checkCursor(texts);
}

const changed = fc
  .record({ text: hostileText, change: textChange })
  .map(({ text, change }) => change(text));
const someText = fc.oneof(hostileText, changed);

describe('a text that means a name, an instant, a duration, a pattern or a place in a list', () => {
  for (const { name, octets } of keptCases('text')) {
    it(`showed something once: ${name}`, () => check(JSON.parse(octets.toString('utf8')) as Texts));
  }

  it('is read quickly, and only as one thing', (test) =>
    tryAll(test, fc.record({ text: someText, pattern: someText }), {
      percent: 9,
      kind: 'text',
      octetsOf: (texts) => Buffer.from(JSON.stringify(texts)),
      check,
    }));
});
