import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { startApi } from '../support/api.ts';
import { certificatesIn, issue, placesIn } from './certificates-on-the-wire.ts';

const { api } = await startApi();

const host = 'webapp.istioinaction.io';
const good = { authority: 'issuing', profile: 'server', dnsNames: [host] };

function textOf(pem: string): string {
  return execFileSync('openssl', ['x509', '-noout', '-text'], { input: pem, encoding: 'utf8' });
}

function refusalOf(changes: Readonly<Record<string, unknown>>) {
  return api.post('/v1/certificates', { ...good, ...changes });
}

describe('POST /v1/certificates', () => {
  it('201: a server certificate with its key and its path, to be found where Location says', async () => {
    const reply = await api.post('/v1/certificates', good);
    const { privateKey = '', ...certificate } = reply.json<Awaited<ReturnType<typeof issue>>>();
    const leaf = new X509Certificate(certificate.certificate);
    const [issuing, root, ...more] = certificatesIn(certificate.chain);
    assert.ok(issuing && root && more.length === 0);
    assert.ok(leaf.verify(issuing.publicKey) && issuing.verify(root.publicKey));
    assert.ok(leaf.checkPrivateKey(createPrivateKey(privateKey)));
    assert.equal(leaf.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
    const found = await api.get(reply.headers['location'] ?? '');
    assert.deepEqual(found.json(), certificate);
  });

  it('201: what is answered is what the certificate says', async () => {
    const issued = await issue(api, {
      subject: {
        commonName: host,
        organization: 'Dis',
        locality: 'Springfield',
        stateOrProvince: 'Denial',
        country: 'US',
      },
      dnsNames: [host, '*.Apps.istioinaction.io'],
      ipAddresses: ['192.0.2.7', '2001:DB8:0:0::7'],
      emailAddresses: ['Ops@Example.org'],
      uris: ['spiffe://example.org/webapp'],
      validity: '90d',
    });
    const leaf = new X509Certificate(issued.certificate);
    assert.equal(leaf.serialNumber.toLowerCase(), issued.serialNumber);
    assert.equal(BigInt(`0x${issued.serialNumber}`).toString(), issued.serialNumberDecimal);
    assert.equal(leaf.fingerprint256.replaceAll(':', '').toLowerCase(), issued.fingerprintSha256);
    assert.deepEqual(issued.dnsNames, [host, '*.apps.istioinaction.io']);
    assert.deepEqual(issued.ipAddresses, ['192.0.2.7', '2001:db8::7']);
    assert.deepEqual(issued.emailAddresses, ['Ops@example.org']);
    assert.equal(leaf.validFromDate.toISOString(), '2030-06-15T11:55:00.000Z');
    assert.equal(leaf.validToDate.toISOString(), '2030-09-13T11:59:59.000Z');
    assert.deepEqual(
      [issued.notBefore, issued.notAfter].map(Date.parse),
      [leaf.validFromDate, leaf.validToDate].map(Number),
    );
    const text = textOf(issued.certificate);
    assert.match(text, /Subject: C = US, ST = Denial, L = Springfield, O = Dis, CN = webapp/);
    assert.match(
      text,
      /DNS:webapp.istioinaction.io, DNS:\*.apps.istioinaction.io, IP Address:192.0.2.7/,
    );
    assert.match(text, /Extended Key Usage: *\n +TLS Web Server Authentication\n/);
    assert.match(text, /Basic Constraints: critical\s+CA:FALSE/);
  });

  it('201: lasts thirty days where nothing is said, and 825 at most', async () => {
    const lifetime = ({ notBefore, notAfter }: { notBefore: string; notAfter: string }) =>
      (Date.parse(notAfter) - Date.parse(notBefore) + 1_000) / 1_000;
    assert.equal(lifetime(await issue(api, { dnsNames: [host] })), 30 * 86_400 + 300);
    assert.ok(lifetime(await issue(api, { dnsNames: [host], validity: '825d' })) <= 825 * 86_400);
  });

  it('201: a host of more than 64 characters stands in a critical subjectAltName alone', async () => {
    const long = `${'a'.repeat(60)}.istioinaction.io`;
    const issued = await issue(api, { dnsNames: [long] });
    assert.deepEqual(issued.subject, {});
    assert.match(textOf(issued.certificate), /Subject Alternative Name: critical/);
  });

  it('201: a client certificate by its common name alone', async () => {
    const issued = await issue(api, { profile: 'client', subject: { commonName: 'Büro 7 😀' } });
    assert.deepEqual(issued.subject, { commonName: 'Büro 7 😀' });
    const usage = /Extended Key Usage: *\n +TLS Web Client Authentication\n/;
    assert.match(textOf(issued.certificate), usage);
  });

  it('201: an RSA key where one is asked for', async () => {
    const issued = await issue(api, { dnsNames: [host], keyAlgorithm: 'rsa-2048' });
    const { publicKey } = new X509Certificate(issued.certificate);
    assert.equal(publicKey.asymmetricKeyDetails?.modulusLength, 2048);
    assert.match(issued.privateKey ?? '', /^-----BEGIN PRIVATE KEY-----/);
  });

  it('400: names every member at fault at once, by JSON Pointer', async () => {
    const reply = await refusalOf({
      profile: 'no name',
      dnsNames: [host, 'not a host', '-a.example.org', '*.org', 'a.example.org.', '192.0.2.1'],
      ipAddresses: ['192.0.2.300', 'fe80::1%eth0'],
      emailAddresses: ['nobody'],
      uris: ['no scheme'],
      validity: '30w',
      subject: { commonName: 'a\u0000b', country: 'usa', serialNumber: '1' },
      isCA: true,
    });
    const names = [1, 2, 3, 4, 5].map((index) => `/dnsNames/${index}`);
    assert.deepEqual(
      placesIn(reply, 400, 'request-malformed').toSorted(),
      [
        ...names,
        '/emailAddresses/0',
        '/ipAddresses/0',
        '/ipAddresses/1',
        '/isCA',
        '/profile',
        '/subject/commonName',
        '/subject/country',
        '/subject/serialNumber',
        '/uris/0',
        '/validity',
      ].toSorted(),
    );
  });

  it('404: an authority that does not exist', async () => {
    const reply = await refusalOf({ authority: 'nobody' });
    assert.deepEqual(placesIn(reply, 404, 'authority-unknown'), ['/authority']);
  });

  it('422: a root signs authorities only', async () => {
    const reply = await refusalOf({ authority: 'root' });
    assert.deepEqual(placesIn(reply, 422, 'request-refused'), ['/authority']);
  });

  it('422: a common name that is none of the names of a server', async () => {
    const reply = await refusalOf({ subject: { commonName: 'other.example.org' } });
    assert.deepEqual(placesIn(reply, 422, 'request-refused'), ['/subject/commonName']);
  });

  it('422: a server without host, and a client without any name', async () => {
    const server = await refusalOf({ dnsNames: [], emailAddresses: ['a@example.org'] });
    assert.deepEqual(placesIn(server, 422, 'request-refused'), ['/dnsNames']);
    const client = await refusalOf({ profile: 'client', dnsNames: undefined });
    assert.deepEqual(placesIn(client, 422, 'request-refused'), ['/subject']);
  });

  it('422: more than 825 days, and more than its issuer has left', async () => {
    const long = await refusalOf({ validity: '826d' });
    assert.deepEqual(placesIn(long, 422, 'request-refused'), ['/validity']);
    const short = {
      name: 'short',
      kind: 'intermediate',
      parent: 'root',
      subject: { commonName: 'Short' },
    };
    await api.post('/v1/authorities', { ...short, keyAlgorithm: 'ecdsa-p256', validity: '10d' });
    const outlives = await refusalOf({ authority: 'short', validity: '11d' });
    assert.deepEqual(placesIn(outlives, 422, 'request-refused'), ['/validity']);
  });

  it('422: more than a hundred names in all', async () => {
    const hosts = Array.from({ length: 60 }, (_, index) => `h${index}.example.org`);
    const uris = Array.from({ length: 41 }, (_, index) => `urn:example:${index}`);
    const reply = await refusalOf({ dnsNames: hosts, uris });
    assert.deepEqual(placesIn(reply, 422, 'request-refused'), ['/dnsNames']);
  });

  it('422: the subject of its own issuer', async () => {
    const { subject } = (await api.get('/v1/authorities/issuing')).json<{ subject: unknown }>();
    const reply = await refusalOf({ profile: 'client', subject });
    assert.deepEqual(placesIn(reply, 422, 'request-refused'), ['/subject']);
  });
});

describe('POST /v1/certificates, below an authority with name constraints', () => {
  it('422: names each name that is not permitted, by its place in the request', async () => {
    const created = await api.post('/v1/authorities', {
      name: 'narrow',
      kind: 'intermediate',
      parent: 'root',
      subject: { commonName: 'Narrow' },
      keyAlgorithm: 'ecdsa-p256',
      validity: '1y',
      nameConstraints: {
        permitted: { dnsNames: ['example.org'] },
        excluded: { ipRanges: ['10.0.0.0/8'] },
      },
    });
    assert.equal(created.status, 201, created.text);
    const reply = await refusalOf({
      authority: 'narrow',
      dnsNames: ['a.example.org', 'example.net', 'b.example.org', 'badexample.org'],
      ipAddresses: ['192.0.2.1', '10.1.2.3'],
    });
    assert.deepEqual(placesIn(reply, 422, 'request-refused'), [
      '/dnsNames/1',
      '/dnsNames/3',
      '/ipAddresses/1',
    ]);
  });
});

describe('POST /v1/certificates, by an authority that has expired', () => {
  it('409: nothing is issued any more', async () => {
    const { api: later, clock } = await startApi();
    clock.advance(6 * 365 * 86_400_000);
    const reply = await later.post('/v1/certificates', good);
    assert.deepEqual(placesIn(reply, 409, 'authority-cannot-issue'), ['/authority']);
  });
});
