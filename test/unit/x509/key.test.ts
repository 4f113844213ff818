import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, verify, X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { KEY_ALGORITHMS, type KeyAlgorithm } from '../../../src/certificate.ts';
import {
  keyAlgorithmOf,
  newKeyPair,
  signatureAlgorithmOf,
  signWith,
  subjectKeyIdentifierOf,
  subjectPublicKeyInfoOf,
} from '../../../src/x509/key.ts';

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

const fast: readonly KeyAlgorithm[] = ['ecdsa-p256', 'ecdsa-p384', 'rsa-2048'];

describe('a key pair', () => {
  for (const algorithm of fast) {
    it(`of ${algorithm} is of that algorithm, and signs`, async () => {
      const { publicKey, privateKey } = await newKeyPair(algorithm);
      assert.equal(keyAlgorithmOf(publicKey), algorithm);
      const octets = Buffer.from('to be signed');
      const signature = await signWith(privateKey, algorithm, octets);
      const hash = algorithm === 'ecdsa-p384' ? 'sha384' : 'sha256';
      assert.ok(verify(hash, octets, publicKey, signature));
    });
  }

  it('of RSA has the exponent 65537', async () => {
    const { publicKey } = await newKeyPair('rsa-2048');
    assert.equal(publicKey.asymmetricKeyDetails?.publicExponent, 65_537n);
  });

  it('of any other kind is none of ours', () => {
    const others = [
      generateKeyPairSync('ec', { namedCurve: 'secp521r1' }),
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
      generateKeyPairSync('ed25519'),
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
    ['-newkey', 'rsa:2048'],
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
      signatureAlgorithmOf(algorithm).toString('hex'),
    ]);
    assert.deepEqual(Object.fromEntries(written), {
      'ecdsa-p256': '300a06082a8648ce3d040302',
      'ecdsa-p384': '300a06082a8648ce3d040303',
      'rsa-2048': '300d06092a864886f70d01010b0500',
      'rsa-3072': '300d06092a864886f70d01010b0500',
      'rsa-4096': '300d06092a864886f70d01010c0500',
    });
  });
});
