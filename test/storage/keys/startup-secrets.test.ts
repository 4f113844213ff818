import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import {
  adminToken,
  keyEncryptionKey,
  SecretFileError,
  type SecretPlace,
} from '../../../storage/keys/startup-secrets.ts';

const folder = mkdtempSync(join(tmpdir(), 'certwright-secrets-'));
after(() => rmSync(folder, { recursive: true }));

let count = 0;
/** A place where nothing is yet, or `content`. */
function place(content?: string | Uint8Array, mayMake = true): SecretPlace {
  const path = join(folder, `secret-${++count}`);
  if (content !== undefined) writeFileSync(path, content, { mode: 0o600 });
  return { path, setting: 'PKI_SOME_FILE', mayMake };
}

const isNamed = (error: unknown) =>
  error instanceof SecretFileError && error.message.startsWith('PKI_SOME_FILE (');

describe('a secret of the service', () => {
  for (const [what, secret] of [
    ['administrator’s token', adminToken],
    ['key-encryption key', keyEncryptionKey],
  ] as const) {
    it(`is made once, for its owner alone: the ${what}`, () => {
      const where = place();
      const { content, isReadableByOthers } = secret(where);
      assert.equal(isReadableByOthers, false);
      assert.equal((statSync(where.path).mode & 0o777).toString(8), '600');
      assert.deepEqual(secret(where).content, content);
      assert.notDeepEqual(secret(place()).content, content);
      assert.ok(!readdirSync(folder).includes(`${where.path}.new`));
    });

    it(`is not made where it may not be: the ${what}`, () => {
      assert.throws(() => secret(place(undefined, false)), isNamed);
      assert.throws(() => secret({ ...place(), path: join(folder, 'absent', 'x') }), isNamed);
    });

    it(`tells whether others can read it: the ${what}`, () => {
      const where = place();
      secret(where);
      chmodSync(where.path, 0o644);
      assert.equal(secret(where).isReadableByOthers, true);
    });
  }

  it('that a person wrote is taken, with a line end after a token', () => {
    const token = 'abcdefghijklmnop._~+/-==';
    assert.equal(adminToken(place(`${token}\n`)).content, token);
    const key = Buffer.alloc(32, 7);
    assert.deepEqual(keyEncryptionKey(place(key)).content, key);
  });

  it('that cannot be used is refused, and left as it is', () => {
    for (const content of [
      '',
      'short',
      'has spaces in its midst',
      'a'.repeat(20).concat('\nb'),
      'ä'.repeat(20),
    ]) {
      const where = place(content);
      assert.throws(() => adminToken(where), isNamed, content);
      assert.equal(readFileSync(where.path, 'utf8'), content);
    }
    for (const length of [0, 31, 33, 64]) {
      assert.throws(() => keyEncryptionKey(place(Buffer.alloc(length))), isNamed);
    }
  });
});
