import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { makePfx } from '../../src/bundle/pfx.ts';
import { PkiError } from '../../src/errors.ts';
import { encodePfx } from '../../src/x509/pfx.ts';
import { PFX_ENCRYPTIONS } from '../../src/x509/pfx-encryption.ts';
import { ecKeys, testChain } from '../support/chains.ts';
import { sha256Of } from './pfx/pfx-facts.ts';
import { pfxReaders } from './pfx/pfx-readers.ts';

const { root, intermediate, leaf } = testChain('passwords', ecKeys);
const { privateKey } = leaf.keys;
const certificates = [leaf.der, intermediate.der, root.der];

/** Java has octets in the place of characters; go-pkcs12 takes no character of more than sixteen bits. */
const JAVA = ['Java KeyStore', 'Java keytool'];
const PASSWORDS = [
  { password: 'pässwörd', unopened: JAVA },
  { password: 'Пароль', unopened: JAVA },
  { password: '東京都', unopened: JAVA },
  { password: '😀', unopened: ['Go go-pkcs12', ...JAVA] },
];

describe('a password outside ASCII', () => {
  for (const { password, unopened } of PASSWORDS) {
    for (const encryption of PFX_ENCRYPTIONS) {
      it(`divides the readers: ${password}, ${encryption}`, async () => {
        const contents = { privateKey, certificates, password, encryption, friendlyName: 'web' };
        const pfx = await encodePfx({ ...contents, randomBytes });
        const shut: string[] = [];
        for (const { name, read } of pfxReaders) {
          const [account = {}] = await read([{ pfx, password }]).catch(() => []);
          const found = JSON.stringify(account.certificates);
          if (found !== JSON.stringify(certificates.map(sha256Of))) shut.push(name);
        }
        assert.deepEqual(shut, unopened);
      });
    }

    it(`is therefore not taken by any route that makes a PFX: ${password}`, async () => {
      const request = { privateKey, certificates, password, encryption: 'modern' } as const;
      await assert.rejects(makePfx({ randomBytes }, request), PkiError);
    });
  }
});
