import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parsePrivateKey } from '../../../src/bundle/private-key.ts';
import { PkiError } from '../../../src/errors.ts';
import { encodePem } from '../../../src/x509/pem.ts';
import { ecKeys, rsaKeys } from '../../support/chains.ts';

const ec = ecKeys().privateKey;
const rsa = rsaKeys().privateKey;

function pem(key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'sec1'): string {
  return key.export({ format: 'pem', type }).toString();
}

function refusalOf(text: string): string {
  try {
    parsePrivateKey(text);
  } catch (error) {
    assert.ok(error instanceof PkiError, String(error));
    assert.equal(error.code, 'request-malformed');
    assert.deepEqual(error.violations, [{ pointer: '/privateKey', detail: error.message }]);
    return error.message;
  }
  return assert.fail('the key was accepted');
}

describe('parsePrivateKey', () => {
  it('reads PKCS#8, PKCS#1 and SEC1', () => {
    assert.ok(parsePrivateKey(pem(rsa, 'pkcs8')).equals(rsa));
    assert.ok(parsePrivateKey(pem(rsa, 'pkcs1')).equals(rsa));
    assert.ok(parsePrivateKey(pem(ec, 'pkcs8')).equals(ec));
    assert.ok(parsePrivateKey(pem(ec, 'sec1')).equals(ec));
  });

  it('passes over remarks, and the EC PARAMETERS that openssl ecparam writes', () => {
    const parameters = encodePem('EC PARAMETERS', Buffer.from('06082a8648ce3d030107', 'hex'));
    const remarks =
      'Bag Attributes\r\n    friendlyName: web\r\nKey Attributes: <No Attributes>\r\n';
    const text = remarks + parameters + pem(ec, 'sec1').replaceAll('\n', '\r\n');
    assert.ok(parsePrivateKey(text).equals(ec));
  });

  it('refuses an encrypted key, in either of its two forms, and says so', () => {
    const passphrase = { cipher: 'aes-256-cbc', passphrase: 'secret', format: 'pem' } as const;
    assert.match(refusalOf(String(rsa.export({ ...passphrase, type: 'pkcs8' }))), /is encrypted/);
    assert.match(refusalOf(String(rsa.export({ ...passphrase, type: 'pkcs1' }))), /is encrypted/);
    const der = rsa.export({ ...passphrase, format: 'der', type: 'pkcs8' });
    assert.match(refusalOf(encodePem('PRIVATE KEY', der)), /cannot be read/);
  });

  it('refuses anything but exactly one private key', () => {
    assert.match(refusalOf(''), /no PEM private key/);
    assert.match(refusalOf('not a key'), /no PEM private key/);
    assert.match(refusalOf(pem(ec, 'sec1') + pem(rsa, 'pkcs1')), /more than one/);
    assert.match(refusalOf(pem(ec, 'sec1').repeat(2)), /more than one/);
    const certificate = encodePem('CERTIFICATE', Buffer.of(0x30, 0));
    assert.match(refusalOf(certificate), /"CERTIFICATE" is not/);
    for (const text of [certificate + pem(ec, 'sec1'), pem(ec, 'pkcs8') + certificate]) {
      assert.match(refusalOf(text), /"CERTIFICATE" stands beside the private key/);
    }
    assert.match(refusalOf(pem(ec, 'sec1').slice(0, -20)), /cut off/);
    assert.match(refusalOf(`${' '.repeat(40_000)}${pem(ec, 'sec1')}`), /at most 32768 characters/);
  });

  it('refuses contents that are no private key', () => {
    const publicKey = ecKeys().publicKey.export({ format: 'der', type: 'spki' });
    assert.match(refusalOf(encodePem('PRIVATE KEY', publicKey)), /cannot be read/);
    assert.match(refusalOf(encodePem('RSA PRIVATE KEY', Buffer.of(0x30, 0))), /cannot be read/);
  });

  it('reads an Ed25519 key', () => {
    const ed25519 = generateKeyPairSync('ed25519').privateKey;
    assert.ok(parsePrivateKey(pem(ed25519, 'pkcs8')).equals(ed25519));
  });

  it('refuses a key that is neither RSA, nor Ed25519, nor on a curve of TLS', () => {
    const ed448 = generateKeyPairSync('ed448').privateKey;
    assert.match(refusalOf(pem(ed448, 'pkcs8')), /neither RSA, nor EC, nor Ed25519/);
    assert.match(refusalOf(pem(ecKeys('secp256k1').privateKey, 'pkcs8')), /none of the curves/);
  });

  it('refuses a private half under another public half', () => {
    const [mine, theirs] = [ec, ecKeys().privateKey].map((key) =>
      key.export({ format: 'der', type: 'sec1' }),
    );
    assert.ok(mine && theirs);
    // SEC1 ends with the public point, 65 octets on this curve.
    const mixed = Buffer.concat([mine.subarray(0, -65), theirs.subarray(-65)]);
    assert.match(refusalOf(encodePem('EC PRIVATE KEY', mixed)), /does not fit|cannot be read/);
  });

  it('gives a key or a PkiError, whatever the octets', () => {
    const label = fc.constantFrom('PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY');
    const good = ec.export({ format: 'der', type: 'sec1' });
    const damage = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1 });
    const damaged = damage.map((changes) => {
      const der = Buffer.from(good);
      for (const [index, octet] of changes) der[index] = octet;
      return der;
    });
    const octets = fc.oneof(fc.uint8Array({ maxLength: 200 }), damaged);
    fc.assert(
      fc.property(label, octets, (word, der) => {
        try {
          parsePrivateKey(encodePem(word, der));
        } catch (error) {
          assert.ok(error instanceof PkiError, String(error));
        }
      }),
      { numRuns: 300 },
    );
  });
});
