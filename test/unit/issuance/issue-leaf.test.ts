import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import * as der from '../../../src/x509/der.ts';
import { certificatePem } from '../../support/issuance.ts';
import { generalName, handMadeRequest } from '../x509/hand-made-request.ts';
import { asked, askedByCsr, host, issued, world } from './asked.ts';

const { dns, ip, email, uri } = generalName;

describe('a leaf for a key made here', () => {
  it('is handed out with that key', async () => {
    const { certificate, privateKey } = await world.issue({ dnsNames: [host] });
    const pkcs8 = privateKey?.export({ type: 'pkcs8', format: 'pem' }) ?? '';
    const known = new X509Certificate(certificate.der);
    assert.ok(known.checkPrivateKey(createPrivateKey(pkcs8)));
  });

  it('keeps the order of its names, in canonical form and each once', async () => {
    const { dnsNames, ipAddresses, emailAddresses, uris } = await issued({
      dnsNames: ['b.a', 'A.a', 'a.A', '*.c.a'],
      ipAddresses: ['2001:DB8::0', '192.0.2.1', '2001:db8::'],
      emailAddresses: ['B@A.org', 'b@a.org', 'B@a.org'],
      uris: ['urn:b:2', 'urn:b:1', 'urn:b:2'],
    });
    assert.deepEqual(dnsNames, ['b.a', 'a.a', '*.c.a']);
    assert.deepEqual(ipAddresses, ['2001:db8::', '192.0.2.1']);
    assert.deepEqual(emailAddresses, ['B@a.org', 'b@a.org']);
    assert.deepEqual(uris, ['urn:b:2', 'urn:b:1']);
  });

  it('has each name once, however it is spelt', async () => {
    const { dnsNames, ipAddresses, emailAddresses, uris } = await issued({
      dnsNames: ['bücher.a', 'BüCHER.A', 'xn--bcher-kva.a', '*.bücher.a', 'XN--bcher-KVA.a'],
      ipAddresses: ['2001:DB8::1', '2001:db8:0:0:0:0:0:1', '2001:db8::0.0.0.1'],
      emailAddresses: ['a@bücher.a', 'a@xn--bcher-kva.a', 'A@bücher.a'],
      uris: ['https://bücher.a/', 'HTTPS://xn--bcher-kva.a/', 'https://bücher.a/A'],
    });
    assert.deepEqual(dnsNames, ['xn--bcher-kva.a', '*.xn--bcher-kva.a']);
    assert.deepEqual(ipAddresses, ['2001:db8::1']);
    assert.deepEqual(emailAddresses, ['a@xn--bcher-kva.a', 'A@xn--bcher-kva.a']);
    assert.deepEqual(uris, ['https://xn--bcher-kva.a/', 'https://xn--bcher-kva.a/A']);
  });

  it('points to a name by its place in the request, duplicates counted', async () => {
    assert.deepEqual(await asked({ dnsNames: [host, host, 'a_b', host, '*.org'] }), [
      'request-refused',
      '/dnsNames/2',
      '/dnsNames/4',
    ]);
  });

  it('may use its key to transport keys where that is RSA and the profile server', async () => {
    for (const [profile, bits] of [
      ['server', '030205a0'],
      ['client', '03020780'],
    ] as const) {
      const request = { profile, dnsNames: [host], keyAlgorithm: 'rsa-2048' } as const;
      const hex = Buffer.from((await issued(request)).der).toString('hex');
      assert.ok(hex.includes(`0603551d0f0101ff0404${bits}`), profile);
    }
  });
});

describe('the names of a leaf', () => {
  it('are at least one host for a server, by either way', async () => {
    const refusal = ['request-refused', '/dnsNames'];
    assert.deepEqual(await asked({}), refusal);
    assert.deepEqual(await asked({ emailAddresses: ['a@b'], uris: ['urn:a:b'] }), refusal);
    assert.deepEqual(await askedByCsr({ names: [email('a@b')] }), refusal);
    assert.deepEqual(await askedByCsr({}), refusal);
    assert.deepEqual(await asked({ ipAddresses: ['192.0.2.1'] }), ['granted']);
  });

  it('are at least a common name or any other name for a client', async () => {
    const profile = 'client';
    assert.deepEqual(await asked({ profile }), ['request-refused', '/subject']);
    const subject = { organization: 'Dis' };
    assert.deepEqual(await asked({ profile, subject }), ['request-refused', '/subject']);
    assert.deepEqual(await askedByCsr({}, { profile }), ['request-refused', '/subject']);
    for (const names of [
      { subject: { commonName: 'Büro 7, 2. Stock' } },
      { dnsNames: ['a'] },
      { ipAddresses: ['::1'] },
      { emailAddresses: ['a@b'] },
      { uris: ['spiffe://a/b'] },
    ]) {
      assert.deepEqual(await asked({ profile, ...names }), ['granted'], JSON.stringify(names));
    }
  });

  it('are a hundred at most, of all kinds together', async () => {
    const hosts = (count: number) => Array.from({ length: count }, (_, index) => `h${index}.a`);
    const fifty = { dnsNames: hosts(50), uris: hosts(50).map((name) => `https://${name}/`) };
    assert.deepEqual(await asked(fifty), ['granted']);
    const more = { ...fifty, ipAddresses: ['192.0.2.1'] };
    assert.deepEqual(await asked(more), ['request-refused', '/dnsNames']);
    assert.deepEqual(await askedByCsr({ names: hosts(100).map(dns) }), ['granted']);
    assert.deepEqual(await askedByCsr({ names: hosts(101).map(dns) }), ['request-refused', '/csr']);
  });

  it('are judged alike by CSR and by body', async () => {
    const octets = (text: string) => Buffer.from(text.split('.').map(Number));
    const MAPPED = '00000000000000000000ffffc0000201';
    for (const [kind, value, name] of [
      ['dnsNames', 'a_b.example', dns],
      ['dnsNames', 'a.example.', dns],
      ['dnsNames', '192.0.2.1', dns],
      ['dnsNames', '*.example', dns],
      ['dnsNames', 'a\0.example', dns],
      ['dnsNames', '☃.example', dns],
      ['dnsNames', 'xn--n3h.example', dns],
      ['dnsNames', 'xn--80ak6aa92e.example', dns],
      ['dnsNames', 'xn--pypal-4ve.example', dns],
      ['dnsNames', '127.1', dns],
      ['dnsNames', '', dns],
      ['ipAddresses', '1.2.3.4.5', (text: string) => ip(octets(text))],
      ['ipAddresses', '::ffff:192.0.2.1', () => ip(Buffer.from(MAPPED, 'hex'))],
      ['emailAddresses', 'a b@c', email],
      ['emailAddresses', 'a@xn--n3h.example', email],
      ['emailAddresses', 'a@b\n', email],
      ['uris', 'no-scheme', uri],
      ['uris', 'a: b', uri],
      ['uris', 'https://xn--n3h.example/', uri],
      ['uris', 'https://127.1/', uri],
    ] as const) {
      const beside = { profile: 'client', subject: { commonName: 'a' } } as const;
      const byBody = await asked({ ...beside, dnsNames: ['a.b'], [kind]: [value] });
      assert.deepEqual(byBody, ['request-refused', `/${kind}/0`], value);
      const byCsr = await askedByCsr({ names: [dns('a.b'), name(value)] }, beside);
      // What no certificate can hold is no CSR either; all else is against the profile.
      assert.match(String(byCsr), /^(request-refused|certificate-request-invalid),\/csr$/, value);
    }
  });
});

describe('what is recorded of a leaf', () => {
  it('is what it says, with its fingerprint and its warnings', async () => {
    const extension = der.sequence(der.oid('1.2.3'), der.octetString(Buffer.alloc(0)));
    const csr = handMadeRequest({ names: [dns(host)], extensions: [extension] });
    const certificate = await issued({ csr });
    assert.deepEqual(world.records.at(-1)?.certificate, certificate);
    const known = new X509Certificate(certificatePem(certificate));
    assert.equal(known.serialNumber.toLowerCase(), certificate.serialNumber);
    assert.equal(
      known.fingerprint256.replaceAll(':', '').toLowerCase(),
      certificate.fingerprintSha256,
    );
    assert.deepEqual(
      Array.from(certificate.warnings, ({ code, detail }) => [code, /1\.2\.3/.test(detail)]),
      [['extension-ignored', true]],
    );
  });
});
