import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ImportSource, openImport } from '../../../src/authority/import-source.ts';
import { encodePem } from '../../../src/x509/pem.ts';
import { refusalOf } from '../../support/issuance.ts';
import { outsideAuthority } from '../../support/outside-authority.ts';
import { unlockAtOnce } from '../../support/unlock.ts';
import {
  certBag,
  goodSafe,
  handMadePfx,
  keyBag,
  PASSWORD,
  safeOf,
  subject,
} from '../x509/hand-made-pfx.ts';

const password = PASSWORD;
const opened = (source: ImportSource) => openImport(source, unlockAtOnce);

describe('openImport', () => {
  it('finds the certificate that belongs to the key, wherever it stands', async () => {
    const root = outsideAuthority({ subject: 'Root' });
    const own = outsideAuthority({ subject: 'Own', issuer: root });
    for (const certificate of [own.pem + root.pem, root.pem + own.pem]) {
      const found = await opened({ certificate, privateKey: own.keyPem });
      assert.deepEqual(found.own.x509.raw, own.der);
      assert.equal(found.certificates.length, 2);
      assert.equal(found.pointer, '/certificate');
    }
  });

  it('opens a PFX, with a password or with the empty one', async () => {
    const found = await opened({ pfx: await handMadePfx(goodSafe), password });
    assert.deepEqual(found.own.x509.raw, subject.der);
    assert.equal(found.pointer, '/pfx');
    const pfx = await handMadePfx(goodSafe, { password: '' });
    for (const empty of ['', undefined]) assert.ok(await opened({ pfx, password: empty }));
  });

  it('refuses a PFX without exactly one key, or without a certificate', async () => {
    for (const [safe, words] of [
      [safeOf(certBag()), /no private key in the PFX/],
      [safeOf(keyBag, keyBag, certBag()), /more than one private key/],
      [safeOf(keyBag), /no certificate in the PFX/],
      [safeOf(keyBag, ...Array.from({ length: 21 }, () => certBag())), /more than 20 certificates/],
    ] as const) {
      const pfx = await handMadePfx(safe);
      const place = ['request-malformed', '/pfx'];
      assert.deepEqual(await refusalOf(opened({ pfx, password })), place);
      await assert.rejects(opened({ pfx, password }), words);
    }
  });

  it('refuses a PFX that asks for more work than anybody’s, before it does any of it', async () => {
    const pfx = await handMadePfx(goodSafe, { iterations: 2 ** 31 });
    const started = performance.now();
    const place = ['private-key-locked', '/pfx'];
    assert.deepEqual(await refusalOf(opened({ pfx, password })), place);
    await assert.rejects(opened({ pfx, password }), /the PFX asks for a number of iterations/);
    assert.ok(performance.now() - started < 5_000);
  });

  it('refuses two certificates of one key, since only one can be the authority’s', async () => {
    const own = outsideAuthority({ subject: 'Own' });
    const twin = outsideAuthority({ subject: 'Twin', keys: own.keys });
    const attempt = opened({ certificate: own.pem + twin.pem, privateKey: own.keyPem });
    assert.deepEqual(await refusalOf(attempt), ['chain-invalid', '/certificate']);
  });

  it('refuses a public half under another certificate’s private half', async () => {
    const [mine, theirs] = ['Mine', 'Theirs'].map((name) => outsideAuthority({ subject: name }));
    assert.ok(mine && theirs);
    const octetsOf = ({ keys }: typeof mine) =>
      keys.privateKey.export({ format: 'der', type: 'sec1' });
    // SEC1 ends with the public point, 65 octets on this curve.
    const mixed = Buffer.concat([octetsOf(mine).subarray(0, -65), octetsOf(theirs).subarray(-65)]);
    const privateKey = encodePem('EC PRIVATE KEY', mixed);
    const attempt = opened({ certificate: theirs.pem, privateKey });
    assert.deepEqual(await refusalOf(attempt), ['request-malformed', '/privateKey']);
  });
});
