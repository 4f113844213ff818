import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  verify,
  X509Certificate,
} from 'node:crypto';
import { describe, it } from 'node:test';
import { KEY_ALGORITHMS, type KeyAlgorithm } from '../../../src/certificate.ts';
import {
  keyAlgorithmOf,
  newKeyPair,
  p256PublicKeyIn,
  privateKeyInfoOf,
  subjectKeyIdentifierOf,
  subjectPublicKeyInfoOf,
} from '../../../src/x509/key.ts';
import { signingSchemeOf, signWith } from '../../../src/x509/signature-scheme.ts';

/** A certificate of openssl's own making, and the subject key identifier that it gave it. */
function certifiedByOpenssl(newKey: readonly string[]) {
  const selfSigned = [
    'req',
    '-x509',
    ...newKey,
    '-nodes',
    '-keyout',
    '/dev/null',
    '-subj',
    '/CN=a',
  ];
  const pem = execFileSync('openssl', selfSigned, { stdio: ['ignore', 'pipe', 'ignore'] });
  const shown = ['x509', '-noout', '-ext', 'subjectKeyIdentifier'];
  const text = execFileSync('openssl', shown, { input: pem, encoding: 'utf8' });
  const [identifier = ''] = /(?:[0-9A-F]{2}:){19}[0-9A-F]{2}/.exec(text) ?? [];
  const { publicKey } = new X509Certificate(pem);
  return { publicKey, identifier: identifier.replaceAll(':', '').toLowerCase() };
}

const fast = ['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521', 'rsa-2048', 'ed25519'] as const;
const HASHES: Partial<Record<KeyAlgorithm, string>> = {
  'ecdsa-p384': 'sha384',
  'ecdsa-p521': 'sha512',
};

describe('a key pair', () => {
  for (const algorithm of fast) {
    it(`of ${algorithm} is of that algorithm, and signs`, async () => {
      const { publicKey, privateKey } = await newKeyPair(algorithm);
      assert.equal(keyAlgorithmOf(publicKey), algorithm);
      const octets = Buffer.from('to be signed');
      const signature = await signWith(privateKey, signingSchemeOf(algorithm), octets);
      const hash = algorithm === 'ed25519' ? null : (HASHES[algorithm] ?? 'sha256');
      assert.ok(verify(hash, octets, publicKey, signature));
    });
  }

  for (const algorithm of fast) {
    it(`of ${algorithm} is written as OpenSSL writes it`, async () => {
      // Of so many numbers some begin with a zero octet, which must not be lost.
      const count = algorithm === 'ecdsa-p256' ? 300 : 1;
      for (let made = 0; made < count; made += 1) {
        const { publicKey, privateKey } = await newKeyPair(algorithm);
        const spki = publicKey.export({ type: 'spki', format: 'der' });
        const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
        assert.deepEqual(subjectPublicKeyInfoOf(publicKey), spki);
        assert.deepEqual(privateKeyInfoOf(privateKey), pkcs8);
      }
    });
  }

  it('on a curve that JOSE has no name for is written as OpenSSL writes it', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'brainpoolP256r1' });
    const spki = publicKey.export({ type: 'spki', format: 'der' });
    assert.deepEqual(subjectPublicKeyInfoOf(publicKey), spki);
    const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
    assert.deepEqual(privateKeyInfoOf(privateKey), pkcs8);
  });

  it('of RSA has the exponent 65537', async () => {
    const { publicKey } = await newKeyPair('rsa-2048');
    assert.equal(publicKey.asymmetricKeyDetails?.publicExponent, 65_537n);
  });

  it('of any other kind is none of ours', () => {
    const others = [
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
      generateKeyPairSync('ed448'),
      generateKeyPairSync('x25519'),
      generateKeyPairSync('rsa', { modulusLength: 1024 }),
      generateKeyPairSync('rsa', { modulusLength: 2056 }),
      generateKeyPairSync('rsa-pss', { modulusLength: 2048 }),
    ];
    for (const { publicKey } of others) {
      const { asymmetricKeyType, asymmetricKeyDetails } = publicKey;
      const what = `${asymmetricKeyType} ${Object.values(asymmetricKeyDetails ?? {}).join(' ')}`;
      assert.equal(keyAlgorithmOf(publicKey), undefined, what);
    }
  });
});

describe('a key identifier', () => {
  for (const newKey of [
    ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
    ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384'],
    ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-521'],
    ['-newkey', 'rsa:2048'],
    ['-newkey', 'ed25519'],
  ]) {
    it(`is the one that openssl gives a key made with ${newKey.join(' ')}`, () => {
      const { publicKey, identifier } = certifiedByOpenssl(newKey);
      const ours = subjectKeyIdentifierOf(subjectPublicKeyInfoOf(publicKey));
      assert.equal(ours.toString('hex'), identifier);
    });
  }
});

describe('a signature algorithm', () => {
  it('has a hash as strong as the key; ECDSA has no parameters, RSA has NULL', () => {
    const written = KEY_ALGORITHMS.map((algorithm) => [
      algorithm,
      signingSchemeOf(algorithm).identifier.toString('hex'),
    ]);
    assert.deepEqual(Object.fromEntries(written), {
      'ecdsa-p256': '300a06082a8648ce3d040302',
      'ecdsa-p384': '300a06082a8648ce3d040303',
      'ecdsa-p521': '300a06082a8648ce3d040304',
      'rsa-2048': '300d06092a864886f70d01010b0500',
      'rsa-3072': '300d06092a864886f70d01010b0500',
      'rsa-4096': '300d06092a864886f70d01010c0500',
      ed25519: '300506032b6570',
    });
  });

  it('of RSASSA-PSS leaves nothing to a DEFAULT: SHA-2, MGF1 with the same, a salt as long', () => {
    // As the CA/B BR (7.1.3.2.1) have them, octet for octet.
    const sha256 = '300d06096086480165030402010500';
    const sha384 = '300d06096086480165030402020500';
    const expected = (hash: string, salt: string) =>
      `304106092a864886f70d01010a3034a00f${hash}a11c301a06092a864886f70d010108${hash}a2030201${salt}`;
    for (const [algorithm, written] of [
      ['rsa-2048', expected(sha256, '20')],
      ['rsa-3072', expected(sha256, '20')],
      ['rsa-4096', expected(sha384, '30')],
    ] as const) {
      assert.equal(signingSchemeOf(algorithm, 'pss').identifier.toString('hex'), written);
    }
  });

  it('of any other key is the same, whatever RSA keys are to do', () => {
    for (const algorithm of ['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521', 'ed25519'] as const) {
      assert.equal(signingSchemeOf(algorithm, 'pss'), signingSchemeOf(algorithm));
    }
  });
});

describe('the public key in a private key', () => {
  const octetsOf = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'der' });
  const openssl = (...args: readonly string[]) =>
    execFileSync('openssl', [...args], { stdio: ['ignore', 'pipe', 'ignore'] });

  it('is the one that OpenSSL finds, in what OpenSSL writes', () => {
    const pem = openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256');
    const key = createPrivateKey(pem);
    const expected = createPublicKey(key).export({ type: 'spki', format: 'der' });
    assert.deepEqual(p256PublicKeyIn(octetsOf(key)), expected);
  });

  it('is left to others for every other curve, kind and form', async () => {
    for (const algorithm of ['ecdsa-p384', 'rsa-2048', 'ed25519'] as const) {
      const { privateKey } = await newKeyPair(algorithm);
      assert.equal(p256PublicKeyIn(octetsOf(privateKey)), undefined, algorithm);
    }
    const { privateKey } = await newKeyPair('ecdsa-p256');
    assert.equal(p256PublicKeyIn(octetsOf(privateKey).subarray(0, -1)), undefined);
  });

  it('has to be that of its scalar, which has to be one', async () => {
    const { privateKey } = await newKeyPair('ecdsa-p256');
    const octets = octetsOf(privateKey);
    const another = Buffer.from(octets);
    another[octets.length - 1] = (another.at(-1) ?? 0) ^ 1;
    assert.throws(() => p256PublicKeyIn(another), RangeError);
    const zero = Buffer.from(octets).fill(0, 36, 68);
    assert.throws(() => p256PublicKeyIn(zero), /not valid/);
  });
});
