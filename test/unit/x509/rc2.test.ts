import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { decryptRc2 } from '../../../src/x509/rc2.ts';

const hex = (octets: string) => Buffer.from(octets, 'hex');

describe('decryptRc2', () => {
  it('gives the plaintexts of RFC 2268 §5 whose keys are effective in whole', () => {
    for (const [key, plaintext, ciphertext] of [
      ['ffffffffffffffff', 'ffffffffffffffff', '278b27e42e2f0d49'],
      ['3000000000000000', '1000000000000001', '30649edf9be7d2c2'],
      ['88bca90e90875a7f0f79c384627bafb2', '0000000000000000', '2269552ab0f85ca6'],
    ] as const) {
      const decrypted = decryptRc2(hex(key), Buffer.alloc(8), hex(ciphertext));
      assert.equal(decrypted.toString('hex'), plaintext);
    }
  });

  it('undoes what OpenSSL’s legacy provider does, block upon block', () => {
    for (const [cipher, size] of [
      ['rc2-40-cbc', 5],
      ['rc2-64-cbc', 8],
      ['rc2-cbc', 16],
    ] as const) {
      const [key, iv, input] = [randomBytes(size), randomBytes(8), randomBytes(160)];
      const keys = ['-K', key.toString('hex'), '-iv', iv.toString('hex'), '-nopad'];
      const providers = ['-provider', 'legacy', '-provider', 'default'];
      const args = ['enc', ...providers, `-${cipher}`, ...keys];
      const ciphertext = execFileSync('openssl', args, { input });
      assert.deepEqual(decryptRc2(key, iv, ciphertext), input, cipher);
    }
  });
});
