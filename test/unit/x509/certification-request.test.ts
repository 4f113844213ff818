import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readCertificationRequest } from '../../../src/x509/certification-request.ts';
import { subjectPublicKeyInfoOf } from '../../../src/x509/key.ts';
import { refusalOf } from '../../support/issuance.ts';

const curve = (name: string) => ['-newkey', 'ec', '-pkeyopt', `ec_paramgen_curve:${name}`];
const P256 = curve('P-256');
const INVALID = ['certificate-request-invalid', '/csr'];

const folder = mkdtempSync(join(tmpdir(), 'certwright-csr-'));
after(() => rmSync(folder, { recursive: true }));
/** One RSA key for all, since they take long to make. */
const RSA = ['-key', join(folder, 'rsa.pem')];
execFileSync('openssl', ['genrsa', '-out', join(folder, 'rsa.pem'), '2048'], { stdio: 'ignore' });

/** A CSR as openssl makes it; `args` go to `openssl req`. */
function requestBy(key: readonly string[], ...args: readonly string[]): string {
  const kept = ['-nodes', '-keyout', '/dev/null'];
  const subject = args.includes('-subj') ? [] : ['-subj', '/'];
  return execFileSync('openssl', ['req', '-new', ...key, ...kept, ...subject, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

const good = requestBy(P256, '-subj', '/C=CH/O=Dis/CN=a', '-addext', 'subjectAltName=DNS:a,DNS:b');

describe('a CSR that openssl made', () => {
  it('is read with its key, its subject and its names in their order', async () => {
    const request = await readCertificationRequest(good);
    const { known, others } = request.subject;
    assert.deepEqual(known, { country: 'CH', organization: 'Dis', commonName: 'a' });
    assert.deepEqual(others, []);
    assert.deepEqual(request.names.dnsNames, ['a', 'b']);
    assert.deepEqual(
      request.requested.extensions.map(({ id }) => id),
      ['2.5.29.17'],
    );
    const shown = execFileSync('openssl', ['req', '-noout', '-pubkey'], { input: good });
    const spki = subjectPublicKeyInfoOf(createPublicKey(shown));
    assert.deepEqual(request.publicKey, {
      keyAlgorithm: 'ecdsa-p256',
      subjectPublicKeyInfo: spki,
    });
  });

  it('may hold any kind of name that is issued here', async () => {
    const names = 'subjectAltName=URI:urn:a,email:a@b,IP:2001:db8::1,IP:192.0.2.1,DNS:*.a.b';
    assert.deepEqual((await readCertificationRequest(requestBy(P256, '-addext', names))).names, {
      dnsNames: ['*.a.b'],
      ipAddresses: ['2001:db8::1', '192.0.2.1'],
      emailAddresses: ['a@b'],
      uris: ['urn:a'],
      otherKinds: [],
      directoryNames: [],
    });
  });

  for (const [what, newKey, algorithm] of [
    ['P-384', curve('P-384'), 'ecdsa-p384'],
    ['P-521', curve('P-521'), 'ecdsa-p521'],
    ['Ed25519', ['-newkey', 'ed25519'], 'ed25519'],
    ['RSA 2048', RSA, 'rsa-2048'],
  ] as const) {
    it(`may have a key of ${what}`, async () => {
      const { publicKey } = await readCertificationRequest(requestBy(newKey));
      assert.equal(publicKey.keyAlgorithm, algorithm);
    });
  }

  it('may be signed with SHA-384 or SHA-512, and by RSA-PSS', async () => {
    const pss = ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:32'];
    for (const request of [
      requestBy(P256, '-sha512'),
      requestBy(P256, '-sha384'),
      requestBy(RSA, '-sha256', ...pss),
    ]) {
      assert.ok((await readCertificationRequest(request)).publicKey);
    }
  });

  it('may have the older label, text around it and CRLF', async () => {
    const older = good.replaceAll('CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST');
    for (const text of [older, `A note.\n${good}Another.`, good.replaceAll('\n', '\r\n')]) {
      assert.ok(await readCertificationRequest(text));
    }
  });

  it('may ask for anything else, which is handed out', async () => {
    const extensions = [
      'basicConstraints=CA:TRUE',
      'keyUsage=critical,keyCertSign',
      '1.2.3=DER:0500',
    ];
    const added = extensions.flatMap((extension) => ['-addext', extension]);
    const { requested } = await readCertificationRequest(requestBy(P256, ...added));
    assert.deepEqual(
      requested.extensions.map(({ id, isCritical }) => [id, isCritical]),
      [
        ['2.5.29.19', false],
        ['2.5.29.15', true],
        ['1.2.3', false],
      ],
    );
    const { isAuthority, keyUsage } = requested.values;
    assert.deepEqual([isAuthority, keyUsage], [true, ['keyCertSign']]);
  });

  it('tells of subject attributes that are unknown here', async () => {
    const request = requestBy(P256, '-subj', '/CN=a/emailAddress=a@b/UID=7');
    const { subject } = await readCertificationRequest(request);
    assert.deepEqual(subject.known, { commonName: 'a' });
    assert.equal(subject.others.length, 2);
  });
});

describe('a CSR that is refused', () => {
  for (const [why, newKey, ...args] of [
    ['its RSA key has 1024 bits', ['-newkey', 'rsa:1024']],
    ['its RSA exponent is 3', ['-newkey', 'rsa:2048', '-pkeyopt', 'rsa_keygen_pubexp:3']],
    ['its curve is P-224', curve('P-224')],
    ['its curve is secp256k1', curve('secp256k1')],
    ['its curve is written out', [...P256, '-pkeyopt', 'ec_param_enc:explicit']],
    ['its key is Ed448', ['-newkey', 'ed448']],
    ['it is signed with SHA-1', P256, '-sha1'],
    ['it is signed with SHA-224', P256, '-sha224'],
    ['it is signed with MD5', RSA, '-md5'],
  ] as const) {
    it(`because ${why}`, async () => {
      const attempt = readCertificationRequest(requestBy(newKey, ...args));
      assert.deepEqual(await refusalOf(attempt), INVALID);
    });
  }

  it('in words that name the algorithm or the curve', async () => {
    for (const [request, words] of [
      [requestBy(P256, '-sha1'), /algorithm ecdsa-with-SHA1 \(1\.2.*; sign with SHA-256 or better/],
      [requestBy(RSA, '-md5'), /algorithm md5WithRSAEncryption \(/],
      [requestBy(['-newkey', 'ed448']), /key of the algorithm Ed448 \(1\.3\.101\.113\); supported/],
      [requestBy(curve('P-224')), /curve P-224 \(/],
    ] as const) {
      await assert.rejects(readCertificationRequest(request), words);
    }
  });

  it('in words that say how to write what came without PEM', async () => {
    for (const [text, words] of [
      ['', /^the CSR holds no PEM block; openssl req -inform der -in FILE writes one/],
      [base64Of(good), /^the CSR is Base64 without the lines of PEM .* \| openssl req -inform der/],
      [Buffer.from(good).toString('base64'), /^the CSR is Base64 of a PEM text/],
    ] as const) {
      await assert.rejects(readCertificationRequest(text), { message: words });
    }
  });

  it('because its signature does not hold', async () => {
    const other = requestBy(P256, '-subj', '/CN=b');
    const [body, otherBody] = [good, other].map((pem) => Buffer.from(base64Of(pem), 'base64'));
    assert.ok(body && otherBody);
    body.writeUInt8(body.readUInt8(body.length - 1) ^ 1, body.length - 1);
    assert.deepEqual(await refusalOf(readCertificationRequest(pemOf(body))), INVALID);
  });

  it('because it is not one PEM block of the right kind', async () => {
    const der = Buffer.from(base64Of(good), 'base64');
    for (const text of [
      '',
      'text',
      good + good,
      good.replaceAll('CERTIFICATE REQUEST', 'CERTIFICATE'),
      good.replace('-----END CERTIFICATE REQUEST-----', ''),
      pemOf(der.subarray(0, 100)),
      pemOf(Buffer.concat([der, Buffer.of(0)])),
      pemOf(Buffer.from('3000', 'hex')),
    ]) {
      assert.deepEqual(await refusalOf(readCertificationRequest(text)), INVALID, text);
    }
  });
});

function base64Of(pem: string): string {
  return /-----\n([^-]+)-----/.exec(pem)?.[1] ?? '';
}

function pemOf(der: Uint8Array): string {
  const label = 'CERTIFICATE REQUEST';
  return `-----BEGIN ${label}-----\n${Buffer.from(der).toString('base64')}\n-----END ${label}-----\n`;
}
