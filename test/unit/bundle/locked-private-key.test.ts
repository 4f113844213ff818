import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, it } from 'node:test';
import { keyObstacle } from '../../../src/bundle/key-obstacle.ts';
import { openPrivateKey } from '../../../src/bundle/locked-private-key.ts';
import * as der from '../../../src/x509/der.ts';
import { encodePem } from '../../../src/x509/pem.ts';
import { PBES2, PBKDF2, SCRYPT } from '../../../src/x509/pfx-oids.ts';
import { ecKeys, rsaKeys } from '../../support/chains.ts';
import { refusalOf } from '../../support/issuance.ts';
import { unlockAtOnce } from '../../support/unlock.ts';

const ec = ecKeys().privateKey;
const rsa = rsaKeys().privateKey;
const PASSWORD = 'pass phrase';
const terms = { pointer: '/privateKey', keyFault: keyObstacle };
const open = (privateKey: string, password?: string) =>
  openPrivateKey({ privateKey, password }, terms, unlockAtOnce);

function locked(key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'sec1', cipher = 'aes-256-cbc'): string {
  return String(key.export({ format: 'pem', type, cipher, passphrase: PASSWORD }));
}

const plain = (key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'sec1' = 'pkcs8') =>
  String(key.export({ format: 'pem', type }));

const salt = der.octetString(Buffer.alloc(8));

/** A key that asks for more iterations than anybody has time for. */
function bomb(): string {
  const iterations = der.integer(Buffer.from('7fffffff', 'hex'));
  return lockedBy(der.sequence(der.oid(PBKDF2), der.sequence(salt, iterations)));
}

function scrypted(...numbers: readonly number[]): string {
  const parameters = der.sequence(salt, ...numbers.map((number) => der.integer(number)));
  return lockedBy(der.sequence(der.oid(SCRYPT), parameters));
}

/** A key that nothing opens. */
function lockedBy(derivation: Buffer): string {
  const cipher = der.sequence(
    der.oid('2.16.840.1.101.3.4.1.42'),
    der.octetString(Buffer.alloc(16)),
  );
  const algorithm = der.sequence(der.oid(PBES2), der.sequence(derivation, cipher));
  const octets = der.sequence(algorithm, der.octetString(Buffer.alloc(160)));
  return encodePem('ENCRYPTED PRIVATE KEY', octets);
}

describe('openPrivateKey', () => {
  it('opens keys that a password protects, in PKCS #8 and in the way of older tools', async () => {
    for (const text of [
      locked(ec, 'pkcs8'),
      locked(ec, 'sec1'),
      locked(ec, 'sec1', 'des-ede3-cbc').replaceAll('\n', '\r\n'),
    ]) {
      assert.ok((await open(text, PASSWORD)).equals(ec));
    }
    assert.ok((await open(`remarks\n${locked(rsa, 'pkcs1')}`, PASSWORD)).equals(rsa));
  });

  it('opens keys without one, Ed25519 ones too', async () => {
    assert.ok((await open(plain(rsa, 'pkcs1'))).equals(rsa));
    const ed25519 = generateKeyPairSync('ed25519').privateKey;
    assert.ok((await open(plain(ed25519))).equals(ed25519));
    assert.ok((await open(locked(ed25519, 'pkcs8'), PASSWORD)).equals(ed25519));
  });

  it('says whether the password is wrong, missing or one too many', async () => {
    const place = ['private-key-locked', '/password'];
    for (const text of [locked(ec, 'pkcs8'), locked(ec, 'sec1')]) {
      assert.deepEqual(await refusalOf(open(text, 'another')), place);
      assert.deepEqual(await refusalOf(open(text)), place);
      await assert.rejects(open(text), /is needed/);
    }
    assert.deepEqual(await refusalOf(open(plain(ec), PASSWORD)), place);
  });

  it('refuses anything but exactly one key of use, at its place', async () => {
    const place = ['request-malformed', '/privateKey'];
    const ed448 = generateKeyPairSync('ed448').privateKey;
    for (const text of [
      '',
      plain(ec) + plain(rsa),
      locked(ec, 'sec1') + plain(ec),
      locked(ec, 'sec1') + locked(ec, 'sec1'),
      locked(ec, 'sec1').replace('-----END EC', '-----END RSA'),
      plain(ed448),
      `${' '.repeat(40_000)}${plain(ec)}`,
    ]) {
      assert.deepEqual(
        await refusalOf(open(text, text.includes('ENC') ? PASSWORD : undefined)),
        place,
        text,
      );
    }
  });

  it('does no work for a key that asks for too much of it', async () => {
    const started = performance.now();
    assert.deepEqual(await refusalOf(open(bomb(), PASSWORD)), [
      'private-key-locked',
      '/privateKey',
    ]);
    await assert.rejects(open(bomb(), PASSWORD), /iterations outside the bounds/);
    // Hidden behind a password of the older way, which is opened by OpenSSL.
    const [, hidden = ''] = /-----\n([^-]*)-----/.exec(bomb()) ?? [];
    const head =
      '-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00000000000000000000000000000000\n\n';
    const text = `${head}${hidden}-----END EC PRIVATE KEY-----\n`;
    assert.deepEqual(await refusalOf(open(text, PASSWORD)), ['private-key-locked', '/password']);
    assert.ok(performance.now() - started < 5_000);
  });

  it('does no work for scrypt beyond its bounds, or with what it cannot have', async () => {
    for (const [numbers, words] of [
      [[2 ** 20, 8, 1], /asks scrypt for more than 67108864 octets of memory/],
      [[2, 2 ** 20, 1], /of memory/],
      [[2, 1, 2 ** 20], /of memory/],
      [[2 ** 15, 8, 5], /iterations outside the bounds/],
      [[3, 8, 1], /parameters that scrypt cannot have/],
      [[0, 8, 1], /cannot have/],
      [[1, 8, 1], /cannot have/],
      [[2, 0, 1], /cannot have/],
      [[2, 8, 0], /cannot have/],
      [[16_384, 8, 1, 31], /another key length/],
    ] as const) {
      await assert.rejects(open(scrypted(...numbers), PASSWORD), words);
    }
    const place = ['private-key-locked', '/password'];
    assert.deepEqual(await refusalOf(open(scrypted(16_384, 8, 1, 32), PASSWORD)), place);
  });

  it('refuses a private half under another public half', async () => {
    const [mine, theirs] = [ec, ecKeys().privateKey].map((key) =>
      key.export({ format: 'der', type: 'sec1' }),
    );
    assert.ok(mine && theirs);
    const mixed = Buffer.concat([mine.subarray(0, -65), theirs.subarray(-65)]);
    const key = createPrivateKey(plain(ec));
    assert.ok(key.equals(ec));
    const attempt = open(encodePem('EC PRIVATE KEY', mixed));
    assert.deepEqual(await refusalOf(attempt), ['request-malformed', '/privateKey']);
  });
});
