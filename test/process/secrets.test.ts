import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createPrivateKey, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  type Answer,
  type Call,
  call,
  exchange,
  newHome,
  serverCertificate,
  started,
} from './service-process.ts';

const PASSWORD = `Hunter2${randomBytes(8).toString('hex')}`;
const WRONG_TOKEN = randomBytes(32).toString('base64url');
const CLIENT = { authority: 'issuing', profile: 'client', subject: { commonName: 'alice' } };

interface Issued {
  readonly serialNumber: string;
  readonly privateKey: string;
  readonly certificate: string;
  readonly chain: string;
}

describe('after everything was issued, converted, written and refused', async () => {
  const home = newHome();
  const path = home.newFolder('tls');
  const service = await started(home, { PKI_LOG_LEVEL: 'trace' });
  /** Answers that are to hold no secret at all. */
  const answers: Answer[] = [];
  const ask = async (url: string, options: Call = {}) => {
    const answer = await call(service, url, options);
    answers.push(answer);
    return answer;
  };

  const issue = async (body: unknown) => {
    const answer = await call(service, '/v1/certificates', { body });
    assert.equal(answer.status, 201, answer.text);
    return answer.json<Issued>();
  };
  const kept = await issue(serverCertificate('kept.example.org', { storePrivateKey: true }));
  const rsa = await issue(
    serverCertificate('rsa.example.org', { keyAlgorithm: 'rsa-2048', storePrivateKey: true }),
  );
  const issued = [
    kept,
    rsa,
    await issue(serverCertificate('www.example.org')),
    await issue(CLIENT),
  ];
  const csr = makeCsr(home.folder);
  answers.push(
    await call(service, '/v1/certificates', {
      body: { authority: 'issuing', profile: 'server', csr },
    }),
  );

  // The PFX files are what is asked for; everything else about them is not.
  const made: string[] = [];
  for (const encryption of ['modern', 'compat']) {
    const body = { password: PASSWORD, encryption };
    const binary = await call(service, `/v1/certificates/${kept.serialNumber}/pfx`, { body });
    assert.equal(binary.status, 200);
    const accept = { headers: { Accept: 'application/json' } };
    const json = await call(service, `/v1/certificates/${rsa.serialNumber}/pfx`, {
      body: { encryption },
      ...accept,
    });
    made.push(json.json<{ password: string }>().password);
    const { privateKey, certificate, chain } = kept;
    const elsewhere = {
      privateKey,
      certificates: certificate + chain,
      password: PASSWORD,
      encryption,
    };
    assert.equal((await call(service, '/v1/pfx', { body: elsewhere })).status, 200);
  }

  const destination = { type: 'directory', path };
  const target = {
    name: 'shop',
    ...serverCertificate('shop.example.org'),
    validity: '30d',
    destination,
  };
  await ask('/v1/rotation/targets', { body: target });
  await ask('/v1/rotation/run', { method: 'POST' });
  await ask('/v1/rotation/targets/shop/rotate', { method: 'POST' });
  const written = readFileSync(join(path, 'current', 'tls.key'), 'utf8');
  writeFileSync(join(path, 'current', 'tls.key'), `${written.slice(0, 80)}\n`);
  await ask('/v1/rotation/run', { method: 'POST', body: { force: true } });
  const rewritten = readFileSync(join(path, 'current', 'tls.key'), 'utf8');

  // Failures that quote, or might quote, what was sent.
  await ask('/v1/authorities', { token: WRONG_TOKEN });
  await ask(`/v1/authorities?access_token=${home.adminToken()}`);
  await ask('/v1/pfx', {
    body: { privateKey: kept.privateKey, certificates: 'x', password: PASSWORD },
  });
  await ask('/v1/pfx', {
    body: {
      privateKey: kept.privateKey.slice(0, -60),
      certificates: kept.certificate,
      password: PASSWORD,
    },
  });
  await ask('/v1/pfx', {
    body: { privateKey: kept.privateKey, certificates: rsa.certificate, password: PASSWORD },
  });
  await ask('/v1/pfx', {
    body: { privateKey: kept.privateKey, certificates: kept.certificate, passwort: PASSWORD },
  });
  await ask(`/v1/certificates/${kept.serialNumber}/pfx`, {
    body: { password: PASSWORD, encryption: 'none' },
  });
  await ask('/v1/certificates', {
    body: serverCertificate('a.example.org', { csr: kept.privateKey }),
  });
  await ask('/v1/certificates', {
    body: serverCertificate('a.example.org', { keyAlgorithm: 'rc4' }),
  });
  for (const url of [
    '/v1/certificates?limit=1000',
    `/v1/certificates/${kept.serialNumber}`,
    '/v1/authorities',
    '/v1/rotation/targets',
    '/v1/audit?limit=1000',
  ]) {
    await ask(url);
  }
  const metrics = await exchange(`${service.distribution}/metrics`, {});
  const live = databaseFiles(home.dataDir);
  const { status, output } = await service.stop();

  const places: Readonly<Record<string, readonly Buffer[]>> = {
    'the log': [Buffer.from(output)],
    'the database, while the service runs': live,
    'the database, once it has ended': databaseFiles(home.dataDir),
    'the answers that are to hold none, the journal among them': answers.map(({ text, headers }) =>
      Buffer.from(text + JSON.stringify(headers), 'latin1'),
    ),
    'the metrics': [Buffer.from(metrics.text)],
  };
  const keys = [...issued.map(({ privateKey }) => privateKey), written, rewritten];
  const secrets: Readonly<Record<string, readonly Buffer[]>> = {
    'a private key': keys.flatMap(formsOfKey),
    'the word that a private key begins with': [Buffer.from('PRIVATE KEY-----')],
    'a password': [PASSWORD, ...made].flatMap(formsOfText),
    'the administrator’s token': formsOfText(home.adminToken()),
    'a token that was wrong': formsOfText(WRONG_TOKEN),
    'the key-encryption key': formsOfOctets(readFileSync(join(home.dataDir, 'key-encryption-key'))),
  };

  it('the service has ended well, and all of it was tried', () => {
    assert.equal(status, 0);
    assert.equal(made.length, 2);
    assert.ok(answers.some((answer) => answer.status === 401));
    assert.ok(answers.filter((answer) => answer.status >= 400).length >= 9);
    assert.ok(!answers.some((answer) => answer.status >= 500));
    assert.notEqual(rewritten, written);
  });

  for (const [place, texts] of Object.entries(places)) {
    for (const [what, forms] of Object.entries(secrets)) {
      it(`nothing of ${what} is in ${place}`, () => {
        assert.ok(texts.length > 0);
        const found = forms.find((form) => texts.some((text) => text.includes(form)));
        assert.equal(found, undefined);
      });
    }
  }
});

function databaseFiles(dataDir: string): readonly Buffer[] {
  const names = readdirSync(dataDir).filter((name) => name.startsWith('certwright.db'));
  return names.map((name) => readFileSync(join(dataDir, name)));
}

function makeCsr(folder: string): string {
  const key = join(folder, 'csr.key');
  execFileSync('openssl', ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', key]);
  const request = [
    'req',
    '-new',
    '-key',
    key,
    '-subj',
    '/',
    '-addext',
    'subjectAltName=DNS:csr.example.org',
  ];
  return execFileSync('openssl', request, { encoding: 'utf8' });
}

/** Its secret part alone, raw, in hexadecimal and in Base64, and the whole in each encoding. */
function formsOfKey(pem: string): readonly Buffer[] {
  const key = createPrivateKey(pem);
  const { d = '' } = key.export({ format: 'jwk' });
  const pkcs8 = key.export({ format: 'der', type: 'pkcs8' });
  // The parts around the secret are public, and some of them stand in every certificate.
  const lines = pem.split('\n').slice(2, -3);
  return [
    ...formsOfOctets(Buffer.from(d, 'base64url')),
    ...formsOfOctets(pkcs8),
    ...lines.slice(0, 1).map((line) => Buffer.from(line)),
  ];
}

function formsOfText(text: string): readonly Buffer[] {
  return [
    Buffer.from(text),
    Buffer.from(text)
      .toString('base64')
      .replace(/.{0,4}$/, ''),
  ].map((form) => Buffer.from(form));
}

function formsOfOctets(octets: Buffer): readonly Buffer[] {
  const encodings = ['hex', 'base64', 'base64url'] as const;
  return [octets, ...encodings.map((encoding) => Buffer.from(octets.toString(encoding)))];
}
