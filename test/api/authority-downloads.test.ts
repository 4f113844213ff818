import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { startApi } from '../support/api.ts';
import { fileNameIn, placesIn, problemIn } from './certificates-on-the-wire.ts';

interface AuthorityJson {
  readonly certificate: string;
  readonly chain: string;
}

const { api } = await startApi();

describe('GET /v1/authorities/{name}/certificate', () => {
  const path = '/v1/authorities/root/certificate';
  const forms = [
    ['', 'application/pem-certificate-chain', 'root.cert.pem'],
    ['?format=pem', 'application/pem-certificate-chain', 'root.cert.pem'],
    ['?format=der', 'application/pkix-cert', 'root.der'],
    ['?format=cer', 'application/pem-certificate-chain', 'root.cer'],
  ] as const;

  for (const [query, mediaType, fileName] of forms) {
    it(`200: the file ${fileName} for "${query}", whatever Accept says`, async () => {
      const reply = await api.get(path + query, { accept: 'application/json' });
      assert.equal(reply.headers['content-type'], mediaType);
      assert.equal(fileNameIn(reply), fileName);
      const { certificate } = (await api.get('/v1/authorities/root')).json<AuthorityJson>();
      assert.equal(new X509Certificate(reply.octets).toString(), certificate);
    });
  }

  it('400: a format that there is not', async () => {
    const reply = await api.get(`${path}?format=p7b`);
    assert.deepEqual(placesIn(reply, 400, 'request-malformed'), ['format']);
  });

  it('404: an authority that does not exist', async () => {
    const reply = await api.get('/v1/authorities/nobody/certificate');
    problemIn(reply, 404, 'authority-unknown');
  });
});

describe('GET /v1/authorities/{name}/chain', () => {
  it('200: the authority itself, then its root, as the file for curl --cacert', async () => {
    const reply = await api.get('/v1/authorities/issuing/chain');
    assert.equal(fileNameIn(reply), 'issuing.ca-chain.cert.pem');
    const { certificate, chain } = (await api.get('/v1/authorities/issuing')).json<AuthorityJson>();
    assert.equal(reply.text, certificate + chain);
  });

  it('404: an authority that does not exist', async () => {
    problemIn(await api.get('/v1/authorities/nobody/chain'), 404, 'authority-unknown');
  });
});
