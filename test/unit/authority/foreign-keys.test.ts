import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { certificateKeyFault } from '../../../src/authority/foreign-keys.ts';
import { keyObstacle } from '../../../src/bundle/key-obstacle.ts';
import { bitString, oid, sequence } from '../../../src/x509/der.ts';
import { EC_PUBLIC_KEY, P256 } from '../../../src/x509/oids.ts';
import { ecKeyPair, rsaKeyPair } from '../../support/outside-authority.ts';

/** The same point by one coordinate (SEC 1 §2.3.3). */
function compressed() {
  const { x = '', y = '' } = ecKeyPair().publicKey.export({ format: 'jwk' });
  const isOdd = (Buffer.from(y, 'base64url').at(-1) ?? 0) & 1;
  const point = Buffer.concat([Buffer.of(2 | isOdd), Buffer.from(x, 'base64url')]);
  const key = sequence(sequence(oid(EC_PUBLIC_KEY), oid(P256)), bitString(point));
  return createPublicKey({ key, format: 'der', type: 'spki' });
}

describe('the key of an authority from elsewhere', () => {
  it('is of an algorithm that we certify, and strong', () => {
    for (const { publicKey, privateKey } of [
      ecKeyPair(),
      ecKeyPair('secp521r1'),
      rsaKeyPair(),
      generateKeyPairSync('ed25519'),
    ]) {
      assert.equal(certificateKeyFault(publicKey), undefined);
      assert.equal(keyObstacle(privateKey), undefined);
    }
  });

  it('is refused by name where it is not', () => {
    for (const [publicKey, words] of [
      [rsaKeyPair(1024).publicKey, /1024 bits, fewer than 2048/],
      [
        generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }).publicKey,
        /exponent/,
      ],
      [
        ecKeyPair('secp256k1').publicKey,
        /has a key on the curve secp256k1 \(1\.3\.132\.0\.10\); supported are P-256/,
      ],
      [
        generateKeyPairSync('ed448').publicKey,
        /has a key of the algorithm Ed448 \(1\.3\.101\.113\); supported are/,
      ],
      [
        generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey,
        /has a key of the algorithm RSASSA-PSS \(1\.2\.840\.113549\.1\.1\.10\); supported are/,
      ],
      [compressed(), /has a compressed point for its key, which Go cannot read/],
    ] as const) {
      assert.match(certificateKeyFault(publicKey) ?? '', words);
    }
  });
});
