import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { startApi } from '../support/api.ts';
import type { Reply } from '../support/api-client.ts';
import { fileNameIn, issue, placesIn, problemIn } from './certificates-on-the-wire.ts';
import { certificatesInside, JSON_FORM, openedPfx, type PfxJson } from './pfx-on-the-wire.ts';

const { api, recorded, recordCertificate } = await startApi();

const host = 'webapp.istioinaction.io';
const stored = await issue(api, {
  dnsNames: [host],
  keyAlgorithm: 'rsa-2048',
  storePrivateKey: true,
});
const path = `/v1/certificates/${stored.serialNumber}/pfx`;

describe('POST /v1/certificates/{serialNumber}/pfx', () => {
  const wholePath = stored.certificate + stored.chain;

  function assertOpens(reply: Reply, password: string): void {
    assert.equal(reply.headers['content-type'], 'application/x-pkcs12');
    assert.equal(fileNameIn(reply), `${host}.pfx`);
    assert.equal(certificatesInside(reply.octets, password), wholePath);
    const key = openedPfx(reply.octets, password, '-nocerts', '-nodes');
    assert.ok(key.includes(stored.privateKey ?? 'no key'), 'the key is another one');
  }

  it('200: a file that openssl opens with the password, the whole path inside, leaf first', async () => {
    for (const accept of [undefined, '*/*', 'application/x-pkcs12', 'text/html']) {
      const options = accept === undefined ? {} : { accept };
      assertOpens(await api.post(path, { password: 'Passw0rd' }, options), 'Passw0rd');
    }
  });

  it('200: an empty password is a password', async () => {
    assertOpens(await api.post(path, { password: '' }), '');
  });

  it('200: modern and compat name their algorithms, and there is no RC2 in either', async () => {
    const describePfx = async (body: object) => {
      const { octets } = await api.post(path, { password: 'x', ...body });
      const args = ['pkcs12', '-passin', 'pass:x', '-info', '-noout'];
      return execFileSync('sh', ['-c', 'openssl "$@" 2>&1', 'sh', ...args], {
        input: octets,
        encoding: 'utf8',
      });
    };
    const modern =
      /MAC: sha256[\s\S]+PBES2, PBKDF2, AES-256-CBC, Iteration \d+, PRF hmacWithSHA256/;
    assert.match(await describePfx({}), modern);
    assert.match(await describePfx({ encryption: 'modern' }), modern);
    const compat = await describePfx({ encryption: 'compat' });
    assert.match(compat, /MAC: sha1[\s\S]+pbeWithSHA1And3-KeyTripleDES-CBC/);
    assert.doesNotMatch(compat, /RC2/);
  });

  it('200: the friendly name is the one that was asked for', async () => {
    const { octets } = await api.post(path, { password: 'x', friendlyName: 'Büro' });
    assert.match(openedPfx(octets, 'x', '-nokeys', '-clcerts'), /friendlyName: B/);
  });

  it('200: as JSON with the password that was given, or with one that was made up', async () => {
    const given = (await api.post(path, { password: 'Passw0rd' }, JSON_FORM)).json<PfxJson>();
    assert.equal(given.password, 'Passw0rd');
    const madeUp = [1, 2].map(async () => (await api.post(path, {}, JSON_FORM)).json<PfxJson>());
    const [one, other] = await Promise.all(madeUp);
    assert.match(one?.password ?? '', /^[A-Za-z0-9]{12}$/);
    assert.notEqual(one?.password, other?.password);
    const pfx = Buffer.from(one?.pfx ?? '', 'base64');
    assert.equal(certificatesInside(pfx, one?.password ?? ''), wholePath);
  });

  it('200: warns of an EC key, in a header beside the file and in the JSON', async () => {
    const ec = await issue(api, { dnsNames: [host], storePrivateKey: true });
    const ecPath = `/v1/certificates/${ec.serialNumber}/pfx`;
    const file = await api.post(ecPath, { password: 'x' });
    const { warnings } = (await api.post(ecPath, {}, JSON_FORM)).json<PfxJson>();
    assert.deepEqual(
      warnings.map(({ code }) => code),
      ['ec-private-key'],
    );
    assert.equal(file.headers['certwright-warning'], 'ec-private-key');
    const rsa = await api.post(path, { password: 'x' });
    assert.equal(rsa.headers['certwright-warning'], undefined);
  });

  it('200: nothing of it stays in a cache', async () => {
    for (const options of [{}, JSON_FORM]) {
      const reply = await api.post(path, { password: 'x' }, options);
      assert.equal(reply.headers['cache-control'], 'no-store');
    }
  });

  it('400: the file itself needs a password, since it has no other way to tell it', async () => {
    assert.deepEqual(placesIn(await api.post(path, {}), 400, 'request-malformed'), ['/password']);
  });

  it('400: a password outside printable ASCII, or longer than 128 characters', async () => {
    for (const password of ['pässword', 'tab\t', 'x'.repeat(129), '\u0000', '😀']) {
      const reply = await api.post(path, { password });
      assert.deepEqual(placesIn(reply, 400, 'request-malformed'), ['/password'], password);
    }
    assert.equal((await api.post(path, { password: ' ~'.repeat(64) })).status, 200);
  });

  it('400: an encryption that there is not, and a friendly name of two lines', async () => {
    const reply = await api.post(path, { password: 'x', encryption: 'rc2', friendlyName: 'a\nb' });
    const places = placesIn(reply, 400, 'request-malformed');
    assert.deepEqual(places, ['/encryption', '/friendlyName']);
  });

  it('404: a certificate that was never issued', async () => {
    const unknown = '/v1/certificates/40000000000000000000000000000000/pfx';
    problemIn(await api.post(unknown, { password: 'x' }), 404, 'certificate-unknown');
  });

  it('409: a key that was not stored, made elsewhere, or an authority’s own', async () => {
    const notStored = await issue(api, { dnsNames: [host] });
    const root = (await api.get('/v1/authorities/root')).json<{ serialNumber: string }>();
    for (const { serialNumber } of [notStored, root]) {
      const reply = await api.post(`/v1/certificates/${serialNumber}/pfx`, { password: 'x' });
      problemIn(reply, 409, 'private-key-not-stored');
    }
  });

  it('409: a serial number that several authorities have used, until one of them is picked', async () => {
    const { serialNumber } = await issue(api, { dnsNames: [host], storePrivateKey: true });
    const [own] = await recorded(serialNumber);
    assert.ok(own);
    await recordCertificate({ ...own, authority: 'root' });
    const ofBoth = `/v1/certificates/${serialNumber}/pfx`;
    const ambiguous = await api.post(ofBoth, { password: 'x' });
    assert.deepEqual(placesIn(ambiguous, 409, 'ambiguous-serial-number'), ['authority']);
    assert.equal((await api.post(`${ofBoth}?authority=issuing`, { password: 'x' })).status, 200);
    const others = await api.post(`${ofBoth}?authority=root`, { password: 'x' });
    problemIn(others, 409, 'private-key-not-stored');
  });
});
