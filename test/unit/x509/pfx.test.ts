import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { createSecureContext } from 'node:tls';
import fc from 'fast-check';
import { octetString } from '../../../src/x509/der.ts';
import { encodePfx, type PfxContents } from '../../../src/x509/pfx.ts';
import { PFX_ENCRYPTIONS } from '../../../src/x509/pfx-encryption.ts';
import { rsaKeys, testCertificate, testChain } from '../../support/chains.ts';

const { root, intermediate } = testChain('pfx');
const leaf = testCertificate({
  commonName: 'pfx.example.org',
  issuer: intermediate,
  keys: rsaKeys(),
});
const contents: PfxContents = {
  privateKey: leaf.keys.privateKey,
  certificates: [leaf.der, intermediate.der, root.der],
  password: 'Abc123def456',
  encryption: 'modern',
  randomBytes,
};

describe('encodePfx', () => {
  it('opens with its password and with no other', async () => {
    const password = fc.string({ unit: 'grapheme-ascii', maxLength: 128 });
    const encryption = fc.constantFrom(...PFX_ENCRYPTIONS);
    await fc.assert(
      fc.asyncProperty(password, encryption, password, async (right, how, other) => {
        fc.pre(right !== other);
        const pfx = await encodePfx({ ...contents, password: right, encryption: how });
        createSecureContext({ pfx, passphrase: right });
        assert.throws(() => createSecureContext({ pfx, passphrase: other }), /mac verify failure/);
      }),
      {
        numRuns: 15,
        examples: [
          ['', 'modern', ' '],
          ['', 'compat', 'a'],
        ],
      },
    );
  });

  it('draws a fresh salt for each bag and for the MAC, and a fresh IV where there is one', async () => {
    const sizes: number[] = [];
    const recorded = (size: number) => {
      sizes.push(size);
      return randomBytes(size);
    };
    await encodePfx({ ...contents, randomBytes: recorded });
    assert.deepEqual(sizes, [16, 16, 16, 16, 16]);
    sizes.length = 0;
    await encodePfx({ ...contents, encryption: 'compat', randomBytes: recorded });
    assert.deepEqual(sizes, [16, 16, 16]);
  });

  it('shows neither key nor certificates', async () => {
    for (const encryption of PFX_ENCRYPTIONS) {
      const pfx = await encodePfx({ ...contents, encryption });
      const pkcs8 = leaf.keys.privateKey.export({ format: 'der', type: 'pkcs8' });
      assert.equal(pfx.includes(pkcs8.subarray(-64)), false);
      assert.equal(pfx.includes(Buffer.from('pfx.example.org')), false);
    }
  });

  it('marks the key with the SHA-1 of its certificate and, when asked, with a name', async () => {
    const localKeyId = octetString(createHash('sha1').update(leaf.der).digest());
    const nameless = await encodePfx(contents);
    assert.ok(nameless.includes(localKeyId));
    const name = Buffer.from('Ünï', 'utf16le').swap16();
    assert.equal(nameless.includes(name), false);
    const named = await encodePfx({ ...contents, friendlyName: 'Ünï' });
    assert.ok(named.includes(name));
  });

  it('is refused without the certificate of its key', async () => {
    await assert.rejects(encodePfx({ ...contents, certificates: [] }), RangeError);
  });
});
