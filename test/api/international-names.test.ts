import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { startApi } from '../support/api.ts';
import { generalName, handMadeRequest } from '../unit/x509/hand-made-request.ts';
import { type CertificateJson, issue, placesIn } from './certificates-on-the-wire.ts';
import { declared, directoryTarget } from './targets-on-the-wire.ts';

const { api, newDirectory } = await startApi();

const host = 'xn--bcher-kva.example';

describe('POST /v1/certificates with names beyond ASCII', () => {
  it('201: are issued, shown and recorded as A-labels', async () => {
    const issued = await issue(api, {
      dnsNames: ['Bücher.example', '*.bücher.example'],
      emailAddresses: ['ops@bücher.example'],
      uris: ['https://bücher.example/a'],
    });
    assert.deepEqual(issued.dnsNames, [host, `*.${host}`]);
    assert.deepEqual(issued.emailAddresses, [`ops@${host}`]);
    assert.deepEqual(issued.uris, [`https://${host}/a`]);
    assert.deepEqual(issued.subject, { commonName: host });
    const shown = (
      await api.get(`/v1/certificates/${issued.serialNumber}`)
    ).json<CertificateJson>();
    assert.deepEqual(shown.dnsNames, issued.dnsNames);
    const { subjectAltName } = new X509Certificate(issued.certificate);
    const names = [`DNS:${host}`, `DNS:*.${host}`, `email:ops@${host}`, `URI:https://${host}/a`];
    assert.equal(subjectAltName, names.join(', '));
  });

  it('201: agree with a CSR that has A-labels', async () => {
    const csr = handMadeRequest({ names: [generalName.dns(host)] });
    const issued = await issue(api, { csr, dnsNames: ['bücher.example'] });
    assert.deepEqual(issued.dnsNames, [host]);
  });
});

describe('GET /v1/certificates by a name beyond ASCII', () => {
  it('200: finds it in either form', async () => {
    const { serialNumber } = await issue(api, { dnsNames: ['straße.example'] });
    for (const dnsName of ['straße.example', 'xn--strae-oqa.example', 'XN--strae-OQA.Example']) {
      const reply = await api.get(`/v1/certificates?dnsName=${encodeURIComponent(dnsName)}`);
      const { items } = reply.json<{ readonly items: readonly CertificateJson[] }>();
      assert.deepEqual(
        items.map((item) => item.serialNumber),
        [serialNumber],
      );
    }
  });

  it('400: for what is no name, in its own words', async () => {
    for (const dnsName of ['☃.example', 'xn--n3h.example', 'аррӏе.example', 'a.', '127.1']) {
      const reply = await api.get(`/v1/certificates?dnsName=${encodeURIComponent(dnsName)}`);
      assert.deepEqual(placesIn(reply, 400, 'request-malformed'), ['dnsName'], dnsName);
    }
  });
});

describe('POST /v1/rotation/targets with names beyond ASCII', () => {
  it('201: are kept as A-labels, and what is issued for them is found to be current', async () => {
    const path = newDirectory();
    const dnsNames = ['bücher.example', '*.Bücher.example'];
    const subject = { commonName: 'bücher.example' };
    const body = directoryTarget(path, { name: 'books', dnsNames, subject });
    const target = await declared(api, body);
    assert.deepEqual(target.dnsNames, [host, `*.${host}`]);
    assert.deepEqual([target.status.state, target.status.reasons], ['current', []]);
  });

  it('422: names each that is none', async () => {
    const dnsNames = ['a.example', 'A.example', '☃.example', 'pаypal.example'];
    const body = directoryTarget(newDirectory(), { name: 'none', dnsNames });
    const reply = await api.post('/v1/rotation/targets', body);
    assert.deepEqual(placesIn(reply, 422, 'request-refused'), ['/dnsNames/2', '/dnsNames/3']);
  });
});
