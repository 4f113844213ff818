import assert from 'node:assert/strict';
import { checkPrimeSync, generateKeyPairSync, generatePrimeSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { PkiError } from '../../../src/errors.ts';
import { readCertificationRequest } from '../../../src/x509/certification-request.ts';
import * as der from '../../../src/x509/der.ts';
import { EC_PUBLIC_KEY, P256, RSA_ENCRYPTION } from '../../../src/x509/oids.ts';
import { rsaWeakness } from '../../../src/x509/rsa-weaknesses.ts';
import { handMadeRequest, keys } from './hand-made-request.ts';

/** What a CSR for this key is refused for; its key is judged before its signature. */
async function faultOf(subjectPublicKeyInfo: Buffer): Promise<string> {
  try {
    await readCertificationRequest(handMadeRequest({ subjectPublicKeyInfo }));
  } catch (error) {
    assert.ok(error instanceof PkiError, String(error));
    assert.equal(error.code, 'certificate-request-invalid');
    assert.equal(error.violations[0]?.pointer, '/csr');
    return error.violations[0].detail;
  }
  return 'none';
}

function octetsOf(number: bigint): Buffer {
  const digits = number.toString(16);
  return Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
}

function rsaKey(modulus: bigint, publicExponent = 65_537n): Buffer {
  const numbers = der.sequence(
    der.integer(octetsOf(modulus)),
    der.integer(octetsOf(publicExponent)),
  );
  return der.sequence(
    der.sequence(der.oid(RSA_ENCRYPTION), der.nullValue()),
    der.bitString(numbers),
  );
}

function ecKey(point: Buffer, curve = der.oid(P256)): Buffer {
  return der.sequence(der.sequence(der.oid(EC_PUBLIC_KEY), curve), der.bitString(point));
}

const good = BigInt(
  `0x${Buffer.from(
    generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' }).n ?? '',
    'base64url',
  ).toString('hex')}`,
);
const prime = () => generatePrimeSync(1024, { bigint: true });
const p = squareOfFullLength();

/** A prime whose square has 2048 bits. */
function squareOfFullLength(): bigint {
  let candidate = prime();
  while (candidate < 3n << 1022n) candidate = prime();
  return candidate;
}

/** The first prime that is `distance` or more above `p`. */
function primeAbove(distance: bigint): bigint {
  let candidate = p + distance;
  while (!checkPrimeSync(candidate)) candidate += 1n;
  return candidate;
}

/** A modulus that 751 divides, and no smaller prime. */
function divisible(): bigint {
  let cofactor = good / 751n;
  while (!rsaWeakness(octetsOf(cofactor * 751n))?.endsWith('divisible by 751')) cofactor += 1n;
  return cofactor * 751n;
}

/** The fingerprint of the faulty generator: a power of 65537 modulo each of these primes, and no small factor. */
const FINGERPRINT_PRIMES = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101,
  103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];
function rocaModulus(power: number): bigint {
  const product = FINGERPRINT_PRIMES.reduce((all, one) => all * BigInt(one), 2n);
  let residue = 1n;
  for (let index = 0; index < power; index += 1) residue = (residue * 65_537n) % product;
  let modulus = (good / product) * product + residue;
  while (rsaWeakness(octetsOf(modulus))?.includes('divisible')) modulus += product;
  return modulus;
}

describe('a weak key is refused in its own words', () => {
  for (const [words, key] of [
    ['has an RSA key of 1024 bits, fewer than 2048', rsaKey(2n ** 1023n + 1n)],
    ['has an RSA key of 2047 bits, fewer than 2048', rsaKey(2n ** 2046n + 1n)],
    ['has an RSA key of 2049 bits, which is no multiple of 8', rsaKey(2n ** 2048n + 1n)],
    ['has an RSA key of 8192 bits; supported are', rsaKey(2n ** 8191n + 1n)],
    ['has an RSA key of 131072 bits; supported are', rsaKey(2n ** 131_071n + 1n)],
    ['has the RSA public exponent 65538, which is even', rsaKey(good, 65_538n)],
    ['has the RSA public exponent 3, which is smaller than 65537', rsaKey(good, 3n)],
    ['has the RSA public exponent 1, which is smaller than 65537', rsaKey(good, 1n)],
    [
      'has the RSA public exponent 2147483649, which is larger than 2147483647',
      rsaKey(good, 2n ** 31n + 1n),
    ],
    [
      'has an RSA public exponent of 9 octets, which is larger than 2147483647',
      rsaKey(good, 2n ** 64n + 1n),
    ],
    ['has an RSA modulus that is divisible by 2', rsaKey(good - 1n)],
    ['has an RSA modulus that is divisible by 751', rsaKey(divisible())],
    [
      'has an RSA key that was made by a faulty generator (ROCA, CVE-2017-15361)',
      rsaKey(rocaModulus(12)),
    ],
    [
      'has an RSA modulus whose primes lie so close together that 100 rounds',
      rsaKey(p * primeAbove(1n)),
    ],
    ['has an RSA modulus whose primes lie so close together that 100 rounds', rsaKey(p * p)],
    ['has the point at infinity of P-256 for its key', ecKey(Buffer.of(0))],
    ['has a key of 2 octets, the first one 4; a point of P-256 has 65', ecKey(Buffer.of(4, 1))],
    ['has a key of 65 octets, the first one 6; a point of P-256', ecKey(Buffer.alloc(65, 6))],
    ['has a key that is no point of its curve', ecKey(Buffer.alloc(65, 4))],
    [
      'has a key on the curve secp256k1 (1.3.132.0.10); supported are',
      ecKey(Buffer.of(4), der.oid('1.3.132.0.10')),
    ],
    [
      'is no PKCS #10 request: wrong parameters of algorithm id-ecPublicKey (1.2.840.10045.2.1), whose curve must be named',
      ecKey(Buffer.of(4), der.sequence()),
    ],
    [
      'is no PKCS #10 request: wrong parameters of algorithm id-ecPublicKey (1.2.840.10045.2.1), whose curve must be named',
      ecKey(Buffer.of(4), der.nullValue()),
    ],
  ] as const) {
    it(words, async () => {
      const fault = await faultOf(key);
      assert.ok(fault.startsWith(words), fault);
    });
  }

  it('its key is not of the kind of its signature', async () => {
    const words =
      /^is signed by the algorithm .*1\.2\.840\.10045\.4\.3\.2.*not one for its RSA key$/;
    assert.match(await faultOf(rsaKey(good)), words);
  });

  it('however far apart 100 rounds of Fermat reach, and no farther', () => {
    assert.match(rsaWeakness(octetsOf(p * primeAbove(2n ** 512n))) ?? '', /close/);
    assert.equal(rsaWeakness(octetsOf(good)), undefined);
    for (let made = 0; made < 5; made += 1) {
      assert.equal(rsaWeakness(octetsOf(prime() * prime())), undefined);
    }
  });

  it('not one that is good', async () => {
    assert.equal(await faultOf(keys.publicKey.export({ type: 'spki', format: 'der' })), 'none');
  });
});
