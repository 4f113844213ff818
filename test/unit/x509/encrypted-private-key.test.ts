import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { decryptPrivateKey } from '../../../src/x509/encrypted-private-key.ts';
import { LockedFileError } from '../../../src/x509/locked-file-error.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const plain = privateKey.export({ type: 'pkcs8', format: 'der' });
const encrypted = privateKey.export({
  type: 'pkcs8',
  format: 'der',
  cipher: 'aes-256-cbc',
  passphrase: 'a password',
});

describe('an encrypted private key', () => {
  it('opens with its password', async () => {
    assert.deepEqual(await decryptPrivateKey(encrypted, { password: 'a password' }), plain);
  });

  it('stays shut with another one, and with octets that are none', async () => {
    await assert.rejects(decryptPrivateKey(encrypted, { password: 'another' }), LockedFileError);
    await assert.rejects(
      decryptPrivateKey(Buffer.from('3000', 'hex'), { password: '' }),
      LockedFileError,
    );
  });
});
