import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { startApi } from '../support/api.ts';
import {
  type CertificateJson,
  certificatesIn,
  fileNameIn,
  issue,
  placesIn,
  problemIn,
} from './certificates-on-the-wire.ts';

const { api, recorded, recordCertificate } = await startApi();

const host = 'webapp.istioinaction.io';
const issued = await issue(api, { dnsNames: [host] });
const path = `/v1/certificates/${issued.serialNumber}`;
const above = certificatesIn(issued.chain).map((certificate) => certificate.toString());
const [issuing = '', root = ''] = above;
const PEM = 'application/pem-certificate-chain';

describe('GET /v1/certificates/{serialNumber}', () => {
  it('200: everything but the private key, without a format and with format=json', async () => {
    const { privateKey: _, ...certificate } = issued;
    for (const query of ['', '?format=json']) {
      const reply = await api.get(path + query, { accept: 'application/pkix-cert' });
      assert.deepEqual(reply.json(), certificate);
      assert.equal(fileNameIn(reply), undefined);
    }
  });

  it('200: by its serial number as any tool prints it', async () => {
    const upper = issued.serialNumber.toUpperCase();
    const colons = (text: string) => text.match(/../g)?.join(':') ?? '';
    const spellings = [
      upper,
      colons(upper),
      colons(issued.serialNumber),
      `0x${upper}`,
      `0X${issued.serialNumber}`,
    ];
    for (const spelling of spellings) {
      assert.equal((await api.get(`/v1/certificates/${spelling}`)).status, 200, spelling);
    }
  });

  const texts = [
    ['pem', `${host}.cert.pem`, issued.certificate],
    ['cer', `${host}.cer`, issued.certificate],
    ['chain', `${host}.chain.pem`, issuing + root],
    ['fullchain', `${host}.fullchain.pem`, issued.certificate + issuing],
    ['fullchain&root=include', `${host}.fullchain.pem`, issued.certificate + issuing + root],
  ] as const;
  for (const [format, fileName, text] of texts) {
    it(`200: format=${format} is the file ${fileName}, whatever Accept says`, async () => {
      const reply = await api.get(`${path}?format=${format}`, { accept: 'application/json' });
      assert.equal(reply.headers['content-type'], PEM);
      assert.equal(fileNameIn(reply), fileName);
      assert.equal(reply.text, text);
    });
  }

  it('200: format=der is the certificate that openssl reads', async () => {
    const reply = await api.get(`${path}?format=der`);
    assert.equal(reply.headers['content-type'], 'application/pkix-cert');
    assert.equal(fileNameIn(reply), `${host}.der`);
    assert.equal(new X509Certificate(reply.octets).toString(), issued.certificate);
  });

  it('200: format=p7b holds the whole path, leaf first, for openssl too', async () => {
    const reply = await api.get(`${path}?format=p7b`);
    assert.equal(reply.headers['content-type'], 'application/x-pkcs7-certificates');
    assert.equal(fileNameIn(reply), `${host}.p7b`);
    const args = ['pkcs7', '-inform', 'DER', '-print_certs'];
    const printed = execFileSync('openssl', args, { input: reply.octets, encoding: 'utf8' });
    const pem = printed.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----\n/g) ?? [];
    assert.deepEqual(pem, [issued.certificate, issuing, root]);
  });

  it('200: a wildcard becomes an underscore in the file name', async () => {
    const { serialNumber } = await issue(api, { dnsNames: [`*.${host}`] });
    const reply = await api.get(`/v1/certificates/${serialNumber}?format=pem`);
    assert.equal(fileNameIn(reply), `_.${host}.cert.pem`);
  });

  it('200: a file name has nothing of a name that could lead out of its folder', async () => {
    const subject = { commonName: '../../etc/"passwd\\ ü' };
    const { serialNumber } = await issue(api, { profile: 'client', subject });
    const reply = await api.get(`/v1/certificates/${serialNumber}?format=pem`);
    assert.match(fileNameIn(reply) ?? '', /^[A-Za-z0-9_][A-Za-z0-9._-]*\.cert\.pem$/);
  });

  it("200: an authority's certificate is one like any other, and above a root there is nothing", async () => {
    const { serialNumber } = (await api.get('/v1/authorities/root')).json<{
      serialNumber: string;
    }>();
    const shown = await api.get(`/v1/certificates/${serialNumber}`);
    assert.equal(shown.json<{ profile: string }>().profile, 'root');
    const chain = await api.get(`/v1/certificates/${serialNumber}?format=chain`);
    assert.deepEqual([chain.status, chain.text], [200, '']);
    for (const format of ['fullchain', 'fullchain&root=include']) {
      const reply = await api.get(`/v1/certificates/${serialNumber}?format=${format}`);
      assert.equal(reply.text, root, format);
    }
  });

  it('400: a format that there is not', async () => {
    const reply = await api.get(`${path}?format=jks`);
    assert.deepEqual(placesIn(reply, 400, 'request-malformed'), ['format']);
  });

  it('400: a root beside any format but fullchain', async () => {
    for (const query of [
      'root=include',
      'format=chain&root=include',
      'format=fullchain&root=yes',
    ]) {
      const reply = await api.get(`${path}?${query}`);
      assert.deepEqual(placesIn(reply, 400, 'request-malformed'), ['root'], query);
    }
  });

  it('404: a serial number that was never issued, and one that can be none', async () => {
    const unknown = ['40000000000000000000000000000000', issued.serialNumber.slice(2), 'ff'];
    const none = [
      issued.serialNumberDecimal,
      'xyz',
      '0x',
      '4a6f21c',
      '00'.repeat(21),
      ':',
      '4a%206f',
    ];
    for (const serialNumber of [...unknown, ...none]) {
      const reply = await api.get(`/v1/certificates/${serialNumber}`);
      problemIn(reply, 404, 'certificate-unknown');
    }
    const ofAnother = await api.get(`${path}?authority=root`);
    problemIn(ofAnother, 404, 'certificate-unknown');
  });

  it('409: a serial number that several authorities have used, until one of them is picked', async () => {
    const { serialNumber } = await issue(api, { dnsNames: [host] });
    const [own] = await recorded(serialNumber);
    assert.ok(own);
    await recordCertificate({ ...own, authority: 'root', dnsNames: ['twin.example.org'] });
    for (const query of ['', '?format=pem']) {
      const reply = await api.get(`/v1/certificates/${serialNumber}${query}`);
      assert.deepEqual(placesIn(reply, 409, 'ambiguous-serial-number'), ['authority']);
      assert.match(reply.text, /issuing[\s\S]+root/);
    }
    const picked = async (query: string) =>
      (await api.get(`/v1/certificates/${serialNumber}?${query}`)).json<CertificateJson>();
    assert.deepEqual((await picked('authority=issuing')).dnsNames, [host]);
    assert.deepEqual((await picked('authority=root')).dnsNames, ['twin.example.org']);
    const file = `/v1/certificates/${serialNumber}?format=pem&authority=root`;
    assert.equal(fileNameIn(await api.get(file)), 'twin.example.org.cert.pem');
  });
});
