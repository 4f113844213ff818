import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createPublicKey, X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { startApi } from '../support/api.ts';
import { issue, placesIn } from './certificates-on-the-wire.ts';

const { api } = await startApi();

const host = 'csr.example.org';
const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];

interface CsrOptions {
  readonly subject?: string;
  /** As `-addext` takes them. */
  readonly extensions?: readonly string[];
  readonly key?: readonly string[];
  readonly digest?: string;
}

/** A CSR as openssl makes it. */
function newCsr({
  subject = '/',
  extensions = [],
  key = EC,
  digest = '-sha256',
}: CsrOptions): string {
  const added = extensions.flatMap((extension) => ['-addext', extension]);
  const args = [
    'req',
    '-new',
    ...key,
    '-nodes',
    '-keyout',
    '/dev/null',
    '-subj',
    subject,
    digest,
    ...added,
  ];
  return execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

function withAlteredSignature(csr: string): string {
  const [, base64 = ''] = /-----\n([^-]+)-----/.exec(csr) ?? [];
  const der = Buffer.from(base64, 'base64');
  der.writeUInt8(der.readUInt8(der.length - 1) ^ 1, der.length - 1);
  return `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
}

function ask(csr: string, changes: Readonly<Record<string, unknown>> = {}) {
  return api.post('/v1/certificates', { authority: 'issuing', profile: 'server', csr, ...changes });
}

describe('POST /v1/certificates with a csr', () => {
  const named = newCsr({ extensions: [`subjectAltName=DNS:${host},IP:192.0.2.7`] });

  it('201: the key and the names of the CSR, and no private key', async () => {
    const issued = await issue(api, { csr: named });
    assert.equal('privateKey' in issued, false);
    assert.deepEqual([issued.dnsNames, issued.ipAddresses], [[host], ['192.0.2.7']]);
    assert.deepEqual(issued.warnings, []);
    const key = execFileSync('openssl', ['req', '-noout', '-pubkey'], { input: named });
    const spki = { type: 'spki', format: 'pem' } as const;
    const { publicKey } = new X509Certificate(issued.certificate);
    assert.equal(publicKey.export(spki), createPublicKey(key).export(spki));
  });

  it('201: the same names in the body, in another order', async () => {
    const csr = newCsr({ extensions: [`subjectAltName=DNS:${host},DNS:b.example.org`] });
    const issued = await issue(api, { csr, dnsNames: ['b.example.org', host] });
    assert.deepEqual(issued.dnsNames, [host, 'b.example.org']);
  });

  it('201: a CSR without names takes those of the body', async () => {
    const issued = await issue(api, { csr: newCsr({}), dnsNames: [host] });
    assert.deepEqual(issued.dnsNames, [host]);
  });

  it('201: no warning of what was asked for and is granted, alone or in a batch', async () => {
    const extensions = [
      `subjectAltName=DNS:${host}`,
      'basicConstraints=critical,CA:FALSE',
      'keyUsage=critical,digitalSignature',
      'extendedKeyUsage=serverAuth',
    ];
    const csr = newCsr({ extensions });
    assert.deepEqual((await issue(api, { csr })).warnings, []);
    const items = [{ authority: 'issuing', profile: 'server', csr }];
    const { results } = (await api.post('/v1/certificates/batch', { items })).json<{
      results: readonly { readonly body: { readonly warnings: readonly unknown[] } }[];
    }>();
    assert.deepEqual(
      results.map(({ body }) => body.warnings),
      [[]],
    );
  });

  it('201: other extensions are ignored, and named in the warnings', async () => {
    const extensions = [
      `subjectAltName=DNS:${host}`,
      'basicConstraints=CA:TRUE',
      'keyUsage=critical,keyCertSign',
      'extendedKeyUsage=codeSigning',
    ];
    const issued = await issue(api, { csr: newCsr({ extensions }) });
    assert.deepEqual(
      issued.warnings.map(({ code }) => code),
      Array(3).fill('extension-ignored'),
    );
    for (const name of ['basicConstraints', 'keyUsage', 'extKeyUsage']) {
      assert.ok(
        issued.warnings.some(({ detail }) => detail.includes(name)),
        name,
      );
    }
    const leaf = new X509Certificate(issued.certificate);
    assert.equal(leaf.ca, false);
    assert.deepEqual(leaf.keyUsage, ['1.3.6.1.5.5.7.3.1']);
    const shown = (await api.get(`/v1/certificates/${issued.serialNumber}`)).json<typeof issued>();
    assert.deepEqual(shown.warnings, issued.warnings);
  });

  it('201: a CSR with an Ed25519 or a P-521 key', async () => {
    for (const key of [
      ['-newkey', 'ed25519'],
      ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-521'],
    ]) {
      const issued = await issue(api, { csr: newCsr({ key }), dnsNames: [host] });
      assert.deepEqual(issued.dnsNames, [host]);
    }
  });

  it('400: a CSR brings its own key: no algorithm and no storing beside it', async () => {
    const reply = await ask(named, { keyAlgorithm: 'ecdsa-p256', storePrivateKey: false });
    assert.deepEqual(placesIn(reply, 400, 'request-malformed'), [
      '/keyAlgorithm',
      '/storePrivateKey',
    ]);
  });

  const unusable = [
    ['whose signature is altered', withAlteredSignature(named)],
    ['signed with SHA-1', newCsr({ extensions: [`subjectAltName=DNS:${host}`], digest: '-sha1' })],
    [
      'with RSA 1024',
      newCsr({ extensions: [`subjectAltName=DNS:${host}`], key: ['-newkey', 'rsa:1024'] }),
    ],
    ['with an Ed448 key', newCsr({ key: ['-newkey', 'ed448'] })],
    [
      'that asks for a critical extension which is not granted',
      newCsr({ extensions: ['basicConstraints=critical,CA:TRUE'] }),
    ],
    [
      'on a curve that no browser knows',
      newCsr({ key: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp256k1'] }),
    ],
    ['that is cut off', named.slice(0, 200)],
    ['that is a certificate', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'],
    ['that is there twice', named + named],
    ['that is no PEM', 'MIIB'],
  ] as const;
  for (const [which, csr] of unusable) {
    it(`422: a CSR ${which}`, async () => {
      const reply = await ask(csr, { dnsNames: [host] });
      assert.deepEqual(placesIn(reply, 422, 'certificate-request-invalid'), ['/csr']);
    });
  }

  it('422: names in the body that are not those of the CSR, where they stand', async () => {
    const reply = await ask(named, { dnsNames: ['other.example.org'], ipAddresses: [] });
    assert.deepEqual(placesIn(reply, 422, 'request-refused'), ['/dnsNames', '/ipAddresses']);
  });

  it('422: a subject in the body that is not that of the CSR', async () => {
    const csr = newCsr({ subject: `/CN=${host}`, extensions: [`subjectAltName=DNS:${host}`] });
    const reply = await ask(csr, { subject: { commonName: host, organization: 'Other' } });
    assert.deepEqual(placesIn(reply, 422, 'request-refused'), ['/subject']);
  });

  it('422: a CSR without names and a body without names', async () => {
    const reply = await ask(newCsr({ subject: `/CN=${host}` }));
    assert.equal(reply.status, 422, reply.text);
  });

  it('422: names that came by CSR are judged like any other, and point to it', async () => {
    const names = ['DNS:*.org', 'DNS:a_b.example.org', 'DNS:192.0.2.1'];
    for (const name of names) {
      const csr = newCsr({ extensions: [`subjectAltName=DNS:${host},${name}`] });
      assert.deepEqual(placesIn(await ask(csr), 422, 'request-refused'), ['/csr'], name);
    }
  });

  it('422: a kind of name that is not issued here', async () => {
    const csr = newCsr({ extensions: [`subjectAltName=DNS:${host},RID:1.2.3.4`] });
    assert.deepEqual(placesIn(await ask(csr), 422, 'request-refused'), ['/csr']);
  });
});
