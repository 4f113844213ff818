import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { createSecureContext } from 'node:tls';
import { makePfx, type PfxRequest } from '../../../src/bundle/pfx.ts';
import { PkiError } from '../../../src/errors.ts';
import { rsaKeys, testCertificate, testChain } from '../../support/chains.ts';
import { handMadeCertificate } from '../../support/hand-made-certificate.ts';

const rsa = testCertificate({ commonName: 'rsa.example.org', keys: rsaKeys() });
const ec = testCertificate({ commonName: 'ec.example.org' });
const modern = {
  privateKey: rsa.keys.privateKey,
  certificates: [rsa.der],
  password: 'Abc123def456',
  encryption: 'modern',
} as const;

async function warningsOf(changes: Partial<PfxRequest>): Promise<readonly string[]> {
  const { warnings } = await makePfx({ randomBytes }, { ...modern, ...changes });
  return warnings.map(({ code }) => code);
}

function isMalformedAt(pointer: string) {
  return (error: unknown) =>
    error instanceof PkiError &&
    error.code === 'request-malformed' &&
    error.violations[0]?.pointer === pointer;
}

describe('makePfx', () => {
  it('makes up a password where none is given, and tells it', async () => {
    const made = await makePfx({ randomBytes }, { ...modern, password: undefined });
    assert.match(made.password, /^[A-Za-z0-9]{12}$/);
    createSecureContext({ pfx: made.pfx, passphrase: made.password });
  });

  it('takes the empty password as one', async () => {
    const made = await makePfx({ randomBytes }, { ...modern, password: '' });
    assert.equal(made.password, '');
    createSecureContext({ pfx: made.pfx, passphrase: '' });
  });

  it('has nothing to say about a PFX that every Azure service takes', async () => {
    assert.deepEqual(await warningsOf({}), []);
    assert.deepEqual(await warningsOf({ encryption: 'compat' }), []);
  });

  it('warns of an EC key', async () => {
    const changes = { privateKey: ec.keys.privateKey, certificates: [ec.der] };
    assert.deepEqual(await warningsOf(changes), ['ec-private-key']);
  });

  it('warns of an Ed25519 key, which Azure takes nowhere', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const certificate = handMadeCertificate({ publicKey });
    const changes = { privateKey, certificates: [certificate.der] };
    assert.deepEqual(await warningsOf(changes), ['ed25519-private-key']);
  });

  it('warns of an RSA key that is too small for servers', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const certificate = handMadeCertificate({ publicKey });
    const changes = { privateKey, certificates: [certificate.der] };
    assert.deepEqual(await warningsOf(changes), ['rsa-key-too-small']);
  });

  it('warns of a password that Application Gateway does not take', async () => {
    assert.deepEqual(await warningsOf({ password: 'with-hyphen' }), ['password-not-alphanumeric']);
  });

  it('warns of a PFX that is too large for Application Gateway', async () => {
    const { root } = testChain('large');
    const certificates = [rsa.der, ...Array.from({ length: 40 }, () => root.der)];
    assert.deepEqual(await warningsOf({ certificates }), ['larger-than-16-kib']);
  });

  it('refuses a password that readers encode in different ways', async () => {
    const request = { ...modern, password: 'pässword' };
    await assert.rejects(makePfx({ randomBytes }, request), isMalformedAt('/password'));
  });

  it('refuses a friendly name with control characters, none or too many characters', async () => {
    for (const friendlyName of ['', 'a\nb', '\ud800', 'x'.repeat(129)]) {
      const request = { ...modern, friendlyName };
      await assert.rejects(makePfx({ randomBytes }, request), isMalformedAt('/friendlyName'));
    }
  });
});
