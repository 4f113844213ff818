import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { encodePfx } from '../../src/x509/pfx.ts';
import type { PfxEncryption } from '../../src/x509/pfx-encryption.ts';
import { ecKeys, rsaKeys, testChain } from '../support/chains.ts';

const folder = mkdtempSync(join(tmpdir(), 'certwright-pfx-'));
after(() => rmSync(folder, { recursive: true }));

const chains = { rsa: testChain('rsa', rsaKeys), ec: testChain('ec', ecKeys) };
const keytoolIsPresent = spawnSync('keytool', ['-help']).error === undefined;

interface Sample {
  readonly kind: keyof typeof chains;
  readonly encryption: PfxEncryption;
  readonly password: string;
  readonly friendlyName?: string;
}

const samples: readonly Sample[] = (['rsa', 'ec'] as const).flatMap((kind) =>
  (['modern', 'compat'] as const).flatMap((encryption) => [
    { kind, encryption, password: 'Abc123def456' },
    { kind, encryption, password: '', friendlyName: 'web' },
  ]),
);

function titleOf({ kind, encryption, password }: Sample): string {
  return `${kind} ${encryption} with ${password === '' ? 'the empty' : 'a'} password`;
}

async function writtenPfx(sample: Sample): Promise<string> {
  const { root, intermediate, leaf } = chains[sample.kind];
  const certificates = [leaf.der, intermediate.der, root.der];
  const { privateKey } = leaf.keys;
  const pfx = await encodePfx({ ...sample, privateKey, certificates, randomBytes });
  const path = join(folder, `${titleOf(sample)}.pfx`);
  writeFileSync(path, pfx);
  return path;
}

/** What `openssl pkcs12 -info` says, and the PEM that it prints. */
function opensslInfo(path: string, password: string) {
  const options = ['-info', '-in', path, '-passin', `pass:${password}`, '-nodes'];
  const { status, stderr, stdout } = spawnSync('openssl', ['pkcs12', ...options], {
    encoding: 'utf8',
  });
  return { status, info: stderr, pem: stdout };
}

const MODERN = 'PBES2, PBKDF2, AES-256-CBC, Iteration 10000, PRF hmacWithSHA256';
const COMPAT = 'pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 10000';
const algorithms = {
  modern: ['MAC: sha256, Iteration 10000', `data: ${MODERN}`, `Keybag: ${MODERN}`],
  compat: ['MAC: sha1, Iteration 10000', `data: ${COMPAT}`, `Keybag: ${COMPAT}`],
};

describe('openssl reads a PFX', () => {
  for (const sample of samples) {
    it(`${titleOf(sample)}: the algorithms promised, the key, and the path leaf first`, async () => {
      const path = await writtenPfx(sample);
      const { status, info, pem } = opensslInfo(path, sample.password);
      assert.equal(status, 0, info);
      for (const line of algorithms[sample.encryption]) assert.ok(info.includes(line), info);
      assert.doesNotMatch(info, /RC2/);

      const { root, intermediate, leaf } = chains[sample.kind];
      const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
      const read = (certificates ?? []).map((text) => new X509Certificate(text).raw);
      assert.deepEqual(read, [leaf.der, intermediate.der, root.der]);
      assert.ok(createPrivateKey(pem).equals(leaf.keys.privateKey));
      assert.equal(pem.match(/localKeyID/g)?.length, 2);
      assert.equal(pem.match(/friendlyName: web/g)?.length, sample.friendlyName ? 2 : undefined);
    });
  }

  it('refuses a wrong password', async () => {
    const path = await writtenPfx({ kind: 'ec', encryption: 'modern', password: 'right' });
    const { status, info } = opensslInfo(path, 'wrong');
    assert.notEqual(status, 0);
    assert.match(info, /invalid password/);
  });
});

describe('keytool reads a PFX', { skip: keytoolIsPresent ? false : 'keytool is not here' }, () => {
  for (const encryption of ['modern', 'compat'] as const) {
    for (const password of ['Abc123def456', '']) {
      const sample = { kind: 'rsa', encryption, password } as const;
      it(`${titleOf(sample)}: one key with its path`, async () => {
        const path = await writtenPfx(sample);
        const store = ['-storetype', 'PKCS12', '-keystore', path, '-storepass', password];
        const listed = execFileSync('keytool', ['-list', '-v', ...store, '-J-Duser.language=en']);
        assert.match(
          listed.toString(),
          /Entry type: PrivateKeyEntry\s+Certificate chain length: 3/,
        );
      });
    }
  }
});
