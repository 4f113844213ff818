import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { derivePkcs12, type Pkcs12Derivation } from '../../../src/x509/pkcs12-kdf.ts';

/** The same derivation by OpenSSL. */
function opensslDerives({ digest, purpose, password, salt, iterations, size }: Pkcs12Derivation) {
  const bmpPassword = Buffer.from(`${password}\0`, 'utf16le').swap16();
  const options = [
    `digest:${digest}`,
    `hexpass:${bmpPassword.toString('hex')}`,
    `hexsalt:${Buffer.from(salt).toString('hex')}`,
    `iter:${iterations}`,
    `id:${{ key: 1, iv: 2, mac: 3 }[purpose]}`,
  ];
  const kdfOptions = options.flatMap((option) => ['-kdfopt', option]);
  const command = ['kdf', '-binary', '-keylen', String(size), ...kdfOptions, 'PKCS12KDF'];
  return execFileSync('openssl', command);
}

const plain = {
  digest: 'sha1',
  purpose: 'key',
  password: 'smeg',
  salt: Buffer.from('0a58cf64530d823f', 'hex'),
  iterations: 1,
  size: 24,
} as const;

describe('derivePkcs12', () => {
  it('derives what OpenSSL derives', async () => {
    const derivations: readonly Pkcs12Derivation[] = [
      plain,
      { ...plain, password: '' },
      { ...plain, purpose: 'iv', size: 8 },
      { ...plain, purpose: 'mac', iterations: 2_500, size: 20 },
      { ...plain, digest: 'sha256', purpose: 'mac', size: 32, salt: Buffer.alloc(16, 0xff) },
      // More than a block of password and salt, and enough output that the addition carries over.
      { ...plain, password: 'x'.repeat(128), salt: Buffer.alloc(65, 0xff), size: 400 },
    ];
    for (const derivation of derivations) {
      assert.deepEqual(await derivePkcs12(derivation), opensslDerives(derivation));
    }
  });

  it('lets other work have its turn', async () => {
    const done = new AbortController();
    const derived = derivePkcs12({ ...plain, iterations: 10_000 }).finally(() => done.abort());
    let turns = 0;
    for (; !done.signal.aborted; turns += 1) await setImmediate();
    await derived;
    assert.ok(turns >= 10, `${turns} turns`);
  });
});
