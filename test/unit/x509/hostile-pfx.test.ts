import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodePfx, MAX_PFX_OCTETS } from '../../../src/x509/decode-pfx.ts';
import * as der from '../../../src/x509/der.ts';
import type { DerivationWork, Spend } from '../../../src/x509/derivation-budget.ts';
import { LockedFileError } from '../../../src/x509/locked-file-error.ts';
import { encodePfx } from '../../../src/x509/pfx.ts';
import { DATA, ENCRYPTED_DATA, KEY_BAG } from '../../../src/x509/pfx-oids.ts';
import { testChain } from '../../support/chains.ts';
import {
  bag,
  certBag,
  contentInfo,
  friendlyName,
  goodSafe,
  handMadePfx,
  keyBag,
  macData,
  PASSWORD,
  pfxOf,
  privateKeyInfo,
  refusalOf,
  safeOf,
} from './hand-made-pfx.ts';

const SHA1_AND_RC4 = '1.2.840.113549.1.12.1.1';
const SHA1_AND_3DES = '1.2.840.113549.1.12.1.3';

function encryptedPart(algorithm: Buffer, ciphertext = randomBytes(16)): Buffer {
  const info = der.sequence(der.oid(DATA), algorithm, der.implicit(0, ciphertext));
  return contentInfo(ENCRYPTED_DATA, der.sequence(der.integer(0), info));
}

function pkcs12Algorithm(id: string, iterations: number): Buffer {
  const parameters = der.sequence(der.octetString(randomBytes(8)), der.integer(iterations));
  return der.sequence(der.oid(id), parameters);
}

function abortable() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort(new Error('nobody waits')) };
}

const { leaf } = testChain('hostile');

describe('decodePfx', () => {
  it('opens nothing before the MAC holds', async () => {
    const part = encryptedPart(pkcs12Algorithm(SHA1_AND_3DES, 1));
    const mac = await macData(goodSafe);
    assert.equal(await refusalOf(pfxOf(der.sequence(part), mac)), 'wrong password');
  });

  it('refuses by name what it does not read', async () => {
    const whole = await handMadePfx(goodSafe);
    const bmp = (text: string) =>
      friendlyName(Buffer.concat([Buffer.of(0x1e, 1), Buffer.from(text)]));
    const signed = der.sequence(der.oid('1.2.840.113549.1.7.2'), der.explicit(0, der.nullValue()));
    const cases: readonly (readonly [string, Buffer, RegExp])[] = [
      ['no MAC', pfxOf(goodSafe, undefined), /has no MAC/],
      ['version 1', pfxOf(goodSafe, undefined, 1), /version 3/],
      ['a signature', der.sequence(der.integer(3), signed), /a signature/],
      ['too large', Buffer.alloc(MAX_PFX_OCTETS + 1, 0x30), /has more than 131072 octets/],
      ['nothing', Buffer.alloc(0), /is no PFX/],
      ['PEM', Buffer.from('-----BEGIN PKCS12-----'), /is no PFX/],
      [
        'a beginning',
        whole.subarray(0, -1),
        /cannot be read \(a length beyond the end, at octet 0\)/,
      ],
      ['BER without an end', Buffer.from('3080020103', 'hex'), /cannot be read \(the end comes/],
      [
        'trailing octets',
        Buffer.concat([whole, Buffer.of(0)]),
        /cannot be read \(something follows/,
      ],
      [
        'a CRL',
        await handMadePfx(safeOf(bag('1.2.840.113549.1.12.10.1.4', der.nullValue()))),
        /a CRL/,
      ],
      [
        'a secret',
        await handMadePfx(safeOf(bag('1.2.840.113549.1.12.10.1.5', der.nullValue()))),
        /a secret/,
      ],
      [
        'nested',
        await handMadePfx(safeOf(bag('1.2.840.113549.1.12.10.1.6', der.nullValue()))),
        /nested/,
      ],
      ['an unknown bag', await handMadePfx(safeOf(bag('1.2.3', der.nullValue()))), /type 1\.2\.3/],
      [
        'an SDSI certificate',
        await handMadePfx(safeOf(certBag('1.2.840.113549.1.9.22.2'))),
        /not X\.509/,
      ],
      [
        'half a character',
        await handMadePfx(safeOf(bag(KEY_BAG, privateKeyInfo, bmp('a')))),
        /half a character/,
      ],
      [
        'a part for a key',
        await handMadePfx(der.sequence(contentInfo('1.2.840.113549.1.7.3', der.nullValue()))),
        /for a key/,
      ],
      [
        'RC4',
        await handMadePfx(der.sequence(encryptedPart(pkcs12Algorithm(SHA1_AND_RC4, 1)))),
        /by 1\.2\.840\.113549\.1\.12\.1\.1,/,
      ],
      [
        '101 entries',
        await handMadePfx(safeOf(...Array.from({ length: 101 }, () => keyBag))),
        /100 entries/,
      ],
      [
        '21 parts',
        await handMadePfx(
          der.sequence(
            ...Array.from({ length: 21 }, () => contentInfo(DATA, der.octetString(der.sequence()))),
          ),
        ),
        /too many parts/,
      ],
    ];
    for (const [what, pfx, reason] of cases) assert.match(await refusalOf(pfx), reason, what);
  });

  it('refuses an absurd count of iterations before it does any of them', async () => {
    for (const iterations of [0, 1_000_001, 2 ** 31, 2 ** 47]) {
      const ofMac = await handMadePfx(goodSafe, { iterations });
      assert.match(await refusalOf(ofMac), /number of iterations/);
      const part = encryptedPart(pkcs12Algorithm(SHA1_AND_3DES, iterations));
      const ofPart = await handMadePfx(der.sequence(part));
      assert.match(await refusalOf(ofPart), /number of iterations/);
    }
  });

  it('counts what the whole file asks for before it does any of it', async () => {
    const part = encryptedPart(pkcs12Algorithm(SHA1_AND_3DES, 1_000_000));
    const pfx = await handMadePfx(der.sequence(part, part, part), { iterations: 1_000_000 });
    const asked: DerivationWork[] = [];
    const spend: Spend = (work) => {
      asked.push(...work);
      throw new LockedFileError('too much');
    };
    await assert.rejects(decodePfx(pfx, PASSWORD, { spend }), /too much/);
    const ofParts = Array.from({ length: 3 }, () => ({ iterations: 1_000_000, times: 3 }));
    assert.deepEqual(asked, [{ iterations: 1_000_000, times: 1 }, ...ofParts]);
  });

  it('ends at once where nobody waits any more', async () => {
    const pfx = await handMadePfx(goodSafe, { iterations: 1_000_000 });
    const { signal, abort } = abortable();
    const attempt = decodePfx(pfx, PASSWORD, { signal });
    setTimeout(abort, 20);
    await assert.rejects(attempt, /nobody waits/);
  });

  it('refuses a part that is damaged under a MAC that holds', async () => {
    for (const length of [0, 1, 8, 15, 16]) {
      const part = encryptedPart(pkcs12Algorithm(SHA1_AND_3DES, 1), randomBytes(length));
      const refusal = await refusalOf(await handMadePfx(der.sequence(part)));
      assert.match(refusal, /wrong password|cannot be read/);
    }
  });

  it('says of any octets what is wrong with them, and never anything else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (octets) => {
        assert.notEqual(await refusalOf(octets), 'opened');
      }),
      { numRuns: 300 },
    );
  });

  it('takes a file with a changed octet, under a MAC that holds, for good or for bad, and comes to an end', async () => {
    const encrypted = await encodePfx({
      privateKey: leaf.keys.privateKey,
      certificates: [leaf.der],
      password: PASSWORD,
      encryption: 'modern',
      friendlyName: 'leaf',
      randomBytes,
    });
    const change = fc.tuple(fc.nat(), fc.nat(255));
    const changed = (octets: Uint8Array, [at, octet]: readonly [number, number]) => {
      const copy = Buffer.from(octets);
      copy[at % copy.length] = octet;
      return copy;
    };
    const underAMac = fc.asyncProperty(change, async (one) => {
      await refusalOf(await handMadePfx(changed(goodSafe, one)));
    });
    await fc.assert(underAMac, { numRuns: 500 });
    const asItStands = fc.asyncProperty(change, async (one) => {
      await refusalOf(changed(encrypted, one));
    });
    await fc.assert(asItStands, { numRuns: 30 });
  });
});
