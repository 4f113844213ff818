import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { encodePfx } from '../../src/x509/pfx.ts';
import { outsideAuthority } from '../support/outside-authority.ts';
import { formsOfKey, formsOfOctets, formsOfText } from './secret-forms.ts';
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

  const broughtFrom = answers.length;
  const brought = await bringAuthorities(ask);

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
  const keys = [...issued.map(({ privateKey }) => privateKey), written, rewritten, ...brought];
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
    assert.equal(rewritten, written);
    const statuses = answers.slice(broughtFrom).map((answer) => answer.status);
    assert.deepEqual(statuses.slice(0, 6), [201, 201, 201, 422, 400, 422]);
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

/** Imports authorities, well and badly, and has one certified outside; their keys are what is looked for. */
async function bringAuthorities(ask: (url: string, options: Call) => Promise<Answer>) {
  const notBefore = new Date(Date.now() - 86_400_000);
  const made = ['One', 'Two'].map((subject) => outsideAuthority({ subject, notBefore }));
  const [one, two] = made;
  assert.ok(one && two);
  const lock = {
    format: 'pem',
    type: 'pkcs8',
    cipher: 'aes-256-cbc',
    passphrase: PASSWORD,
  } as const;
  const locked = String(one.keys.privateKey.export(lock));
  const { privateKey } = two.keys;
  const octets = { privateKey, certificates: [two.der], password: PASSWORD, randomBytes };
  const pfx = (await encodePfx({ ...octets, encryption: 'modern' })).toString('base64');
  const pem = { name: 'one', certificate: one.pem, privateKey: locked };
  const pending = { name: 'pending', kind: 'intermediate', parent: null };
  const terms = { subject: { commonName: 'Pending' }, keyAlgorithm: 'ecdsa-p256' };
  const path = '/v1/authorities/import';
  await ask(path, { body: { ...pem, password: PASSWORD } });
  await ask(path, { body: { name: 'two', pfx, password: PASSWORD } });
  await ask('/v1/authorities', { body: { ...pending, ...terms } });
  await ask(path, { body: { ...pem, name: 'a', password: `${PASSWORD}!` } });
  await ask(path, { body: { name: 'a', pfx: pfx.slice(0, -8), password: PASSWORD } });
  await ask(path, { body: { ...pem, name: 'a', certificate: two.pem, password: PASSWORD } });
  await ask(path, { body: { ...pem, name: 'a', passwort: PASSWORD } });
  const shown = { certificate: two.keyPem + two.pem };
  await ask('/v1/authorities/pending/certificate', { body: shown });
  return made.map(({ keyPem }) => keyPem);
}

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
