import assert from 'node:assert/strict';
import { createPrivateKey, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { createSecureContext } from 'node:tls';
import fc from 'fast-check';
import { type DecodedPfx, decodePfx } from '../../../src/x509/decode-pfx.ts';
import * as der from '../../../src/x509/der.ts';
import { encodePfx } from '../../../src/x509/pfx.ts';
import { PFX_ENCRYPTIONS } from '../../../src/x509/pfx-encryption.ts';
import { FRIENDLY_NAME, KEY_BAG, LOCAL_KEY_ID } from '../../../src/x509/pfx-oids.ts';
import { testChain } from '../../support/chains.ts';
import {
  bag,
  certBag,
  goodSafe,
  handMadePfx,
  PASSWORD,
  pbmac1Data,
  pfxOf,
  privateKeyInfo,
  refusalOf,
  safeOf,
  subject,
} from './hand-made-pfx.ts';

const { root, intermediate, leaf } = testChain('read');
describe('decodePfx', () => {
  it('reads what encodePfx writes, for every password', async () => {
    const password = fc.string({ unit: 'grapheme-ascii', maxLength: 128 });
    const encryption = fc.constantFrom(...PFX_ENCRYPTIONS);
    await fc.assert(
      fc.asyncProperty(password, encryption, password, async (right, how, other) => {
        fc.pre(right !== other);
        const certificates = [leaf.der, intermediate.der, root.der];
        const { privateKey } = leaf.keys;
        const contents = { privateKey, certificates, friendlyName: 'Büro 🔑', randomBytes };
        const pfx = await encodePfx({ ...contents, password: right, encryption: how });
        const { keys, certificates: found } = await decodePfx(pfx, right);
        assert.deepEqual(
          found.map((one) => Buffer.from(one.der)),
          certificates,
        );
        const [key, ...others] = keys;
        assert.ok(key && others.length === 0);
        const read = {
          key: Buffer.from(key.privateKeyInfo),
          format: 'der',
          type: 'pkcs8',
        } as const;
        assert.ok(createPrivateKey(read).equals(privateKey));
        assert.equal(await refusalOf(pfx, other), 'wrong password');
      }),
      { numRuns: 5, examples: [['', 'modern', ' ']] },
    );
  });

  const asHandMade: DecodedPfx = {
    keys: [{ privateKeyInfo }],
    certificates: [{ der: subject.der }],
  };
  const octetsOf = ({ keys, certificates }: DecodedPfx) => [
    keys.map((key) => Buffer.from(key.privateKeyInfo)),
    certificates.map((certificate) => Buffer.from(certificate.der)),
  ];

  it('verifies a MAC by every digest, and with any count of iterations left out', async () => {
    for (const digest of ['sha1', 'sha256', 'sha384', 'sha512'] as const) {
      for (const iterations of [1, 2, 1_000]) {
        const pfx = await handMadePfx(goodSafe, { digest, iterations });
        createSecureContext({ pfx, passphrase: PASSWORD });
        assert.deepEqual(octetsOf(await decodePfx(pfx, PASSWORD)), octetsOf(asHandMade));
        assert.equal(await refusalOf(pfx, 'another'), 'wrong password');
      }
    }
  });

  it('verifies a PBMAC1, as Node’s own OpenSSL does', async () => {
    const pfx = pfxOf(goodSafe, pbmac1Data(goodSafe));
    createSecureContext({ pfx, passphrase: PASSWORD });
    assert.deepEqual(octetsOf(await decodePfx(pfx, PASSWORD)), octetsOf(asHandMade));
    assert.equal(await refusalOf(pfx, 'another'), 'wrong password');
    assert.match(await refusalOf(pfxOf(goodSafe, pbmac1Data(goodSafe, 19))), /too short/);
    assert.match(await refusalOf(pfxOf(goodSafe, pbmac1Data(goodSafe, 33))), /too long/);
  });

  it('takes the labels that tools write, whatever they hold', async () => {
    const attribute = (id: string, ...values: readonly Buffer[]) =>
      der.sequence(der.oid(id), der.setOf(...values));
    const name = (...values: readonly Buffer[]) => attribute(FRIENDLY_NAME, ...values);
    const numbers = Array.from({ length: 500 }, (_, index) => der.integer(index));
    const labels: Readonly<Record<string, readonly Buffer[]>> = {
      'Windows, of a key of the machine': [attribute('1.3.6.1.4.1.311.17.2')],
      'two values': [attribute('1.2.3.4', der.integer(1), der.integer(2))],
      'two names': [name(der.bmpString('a'), der.bmpString('b'))],
      'a name in UTF-8': [name(der.utf8String('a'))],
      'no name': [name()],
      'a localKeyId that is a number': [attribute(LOCAL_KEY_ID, der.integer(1))],
      'many attributes': numbers.map((number) => attribute('1.2.3.4', number)),
      'no attribute': [],
    };
    for (const [what, attributes] of Object.entries(labels)) {
      const key = bag(KEY_BAG, privateKeyInfo, der.setOf(...attributes));
      assert.equal(await refusalOf(await handMadePfx(safeOf(key, certBag()))), 'opened', what);
    }
  });

  it('takes both ways in which writers leave the password away', async () => {
    for (const password of ['', null]) {
      const pfx = await handMadePfx(goodSafe, { password });
      assert.equal(await refusalOf(pfx, ''), 'opened');
      assert.equal(await refusalOf(pfx, PASSWORD), 'wrong password');
    }
  });
});
