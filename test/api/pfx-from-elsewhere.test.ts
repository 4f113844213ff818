import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startApi } from '../support/api.ts';
import { keyPem, pemOf, rsaKeys, testCertificate, testChain } from '../support/chains.ts';
import { fileNameIn, issue, placesIn, problemIn } from './certificates-on-the-wire.ts';
import { certificatesInside, JSON_FORM, type PfxJson } from './pfx-on-the-wire.ts';

const { api } = await startApi();

const chain = testChain('foreign', rsaKeys);
const { root, intermediate, leaf } = chain;
const other = testChain('other');
const good = {
  privateKey: keyPem(leaf),
  certificates: pemOf([leaf, intermediate, root]),
  password: 'Passw0rd',
};

function convert(changes: Readonly<Record<string, unknown>>, options = {}) {
  return api.post('/v1/pfx', { ...good, ...changes }, options);
}

function reencoded(type: 'pkcs1' | 'sec1', { keys }: typeof leaf): string {
  const { privateKey } = keys;
  return type === 'pkcs1'
    ? privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
    : privateKey.export({ type: 'sec1', format: 'pem' }).toString();
}

describe('POST /v1/pfx', () => {
  it('200: the certificates in any order become a path, leaf first, root last', async () => {
    for (const order of [
      [leaf, intermediate, root],
      [root, leaf, intermediate],
    ]) {
      const reply = await convert({ certificates: pemOf(order) });
      assert.equal(reply.headers['content-type'], 'application/x-pkcs12');
      assert.equal(fileNameIn(reply), 'foreign.example.org.pfx');
      assert.equal(reply.headers['certwright-warning'], undefined);
      assert.equal(certificatesInside(reply.octets, 'Passw0rd'), good.certificates);
    }
  });

  it('200: a key as PKCS#8, PKCS#1 or SEC1', async () => {
    assert.equal((await convert({ privateKey: reencoded('pkcs1', leaf) })).status, 200);
    const ec = other.leaf;
    const certificates = pemOf([ec, other.intermediate, other.root]);
    const reply = await convert({ privateKey: reencoded('sec1', ec), certificates });
    assert.equal(reply.status, 200, reply.text);
    assert.equal(reply.headers['certwright-warning'], 'ec-private-key');
  });

  it('200: what is issued here below an Ed25519 authority, and an Ed25519 key with a warning', async () => {
    await api.post('/v1/authorities', {
      ...{ name: 'ed', kind: 'intermediate', parent: 'root', validity: '1y' },
      ...{ subject: { commonName: 'Ed' }, keyAlgorithm: 'ed25519' },
    });
    for (const [keyAlgorithm, warning] of [
      ['rsa-2048', undefined],
      ['ed25519', 'ed25519-private-key'],
    ] as const) {
      const issued = await issue(api, {
        ...{ authority: 'ed', dnsNames: ['a.example.org'], keyAlgorithm, storePrivateKey: true },
      });
      const { privateKey, certificate, chain: above } = issued;
      const reply = await convert({ privateKey, certificates: certificate + above });
      assert.equal(reply.status, 200, reply.text);
      assert.equal(reply.headers['certwright-warning'], warning);
      const own = await api.post(`/v1/certificates/${issued.serialNumber}/pfx`, { password: 'x' });
      assert.equal(own.headers['certwright-warning'], warning);
    }
  });

  it('200: a root that nobody knows is left out, with a warning', async () => {
    const certificates = pemOf([leaf, intermediate]);
    const file = await convert({ certificates });
    assert.equal(certificatesInside(file.octets, 'Passw0rd'), certificates);
    assert.equal(file.headers['certwright-warning'], 'root-missing');
    const { warnings } = (await convert({ certificates }, JSON_FORM)).json<PfxJson>();
    assert.deepEqual(
      warnings.map(({ code }) => code),
      ['root-missing'],
    );
  });

  it('200: a root of ours is completed', async () => {
    const ours = await issue(api, { dnsNames: ['ours.example.org'] });
    const [issuing = ''] = ours.chain.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----\n/g) ?? [];
    const certificates = issuing + ours.certificate;
    const reply = await convert({ privateKey: ours.privateKey, certificates });
    assert.equal(certificatesInside(reply.octets, 'Passw0rd'), ours.certificate + ours.chain);
  });

  it('200: as JSON with a password that was made up', async () => {
    const { password, pfx } = (await convert({ password: undefined }, JSON_FORM)).json<PfxJson>();
    assert.match(password, /^[A-Za-z0-9]{12}$/);
    assert.equal(certificatesInside(Buffer.from(pfx, 'base64'), password), good.certificates);
  });

  it('400: the file itself needs a password', async () => {
    const reply = await convert({ password: undefined });
    assert.deepEqual(placesIn(reply, 400, 'request-malformed'), ['/password']);
  });

  it('400: a text that is no key, or no certificates', async () => {
    const encrypted = leaf.keys.privateKey
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
      .toString();
    for (const privateKey of [
      'no key',
      encrypted,
      good.certificates,
      good.privateKey.slice(0, 99),
    ]) {
      const reply = await convert({ privateKey });
      assert.deepEqual(placesIn(reply, 400, 'request-malformed'), ['/privateKey']);
    }
    for (const certificates of [
      'no certificate',
      good.privateKey,
      good.certificates.slice(0, 99),
    ]) {
      const reply = await convert({ certificates });
      assert.deepEqual(placesIn(reply, 400, 'request-malformed'), ['/certificates']);
    }
  });

  it('400: a member of the other PFX route', async () => {
    const reply = await convert({ friendlyName: 'webapp' });
    assert.deepEqual(placesIn(reply, 400, 'request-malformed'), ['/friendlyName']);
  });

  it("422: a key that is not the leaf's", async () => {
    const reply = await convert({ privateKey: keyPem(intermediate) });
    assert.deepEqual(placesIn(reply, 422, 'chain-invalid'), ['/privateKey']);
  });

  const forged = testCertificate({
    commonName: 'foreign intermediate',
    issuer: root,
    isAuthority: true,
    keys: intermediate.keys,
    signedWith: other.root.keys.privateKey,
  });
  const unusable = [
    ['that is not on the path of the leaf', [leaf, intermediate, root, other.root]],
    ['whose intermediate is missing', [leaf, root]],
    ['of two leaves', [leaf, other.leaf, intermediate, root, other.intermediate, other.root]],
    ['with a link that does not verify', [leaf, forged, root]],
  ] as const;
  for (const [which, certificates] of unusable) {
    it(`422: certificates ${which}`, async () => {
      const reply = await convert({ certificates: pemOf(certificates) });
      const { errors = [] } = problemIn(reply, 422, 'chain-invalid');
      assert.ok(
        errors.some(({ pointer }) => pointer === '/certificates'),
        reply.text,
      );
    });
  }

  it('keeps neither the key nor the PFX', async () => {
    const { items } = (await api.get('/v1/certificates?dnsName=foreign.example.org')).json<{
      items: unknown[];
    }>();
    assert.deepEqual(items, []);
  });
});
