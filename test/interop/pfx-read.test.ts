import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { decodePfx } from '../../src/x509/decode-pfx.ts';
import { LockedFileError } from '../../src/x509/locked-file-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'certwright-pfx-read-'));
after(() => rmSync(folder, { recursive: true }));
const PASSWORD = 'Abc123def456';

function run(program: string, ...options: readonly string[]): string {
  return execFileSync(program, options, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
}

function isHere(program: string): boolean {
  return spawnSync(program, ['--help']).error === undefined;
}

function read(name: string): Buffer {
  return readFileSync(join(folder, name));
}

const isAuthority = ['-addext', 'basicConstraints=critical,CA:TRUE'];
const root = ['-keyout', 'rsa.key', '-out', 'rsa.pem', '-subj', '/O=Elsewhere/CN=Root'];
run('openssl', 'req', '-x509', '-nodes', '-newkey', 'rsa:2048', ...root, ...isAuthority);
const ecKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384', '-keyout', 'ec.key'];
const request = ['-out', 'ec.csr', '-subj', '/O=Elsewhere/CN=Issuing'];
run('openssl', 'req', '-nodes', ...ecKey, ...request, ...isAuthority);
const issuer = ['-CA', 'rsa.pem', '-CAkey', 'rsa.key', '-CAcreateserial'];
const issued = ['-copy_extensions', 'copy', '-in', 'ec.csr', '-out', 'ec.pem'];
run('openssl', 'x509', '-req', ...issued, ...issuer);

/** Writes `name`.pfx: the EC key with both certificates. */
function exportPfx(name: string, ...options: readonly string[]): Buffer {
  const files = ['-inkey', 'ec.key', '-in', 'ec.pem', '-certfile', 'rsa.pem', '-name', 'corp'];
  const password = options.includes('-passout') ? [] : ['-passout', `pass:${PASSWORD}`];
  run('openssl', 'pkcs12', '-export', ...files, '-out', `${name}.pfx`, ...options, ...password);
  return read(`${name}.pfx`);
}

async function assertOpens(pfx: Buffer, password = PASSWORD): Promise<void> {
  const { keys, certificates } = await decodePfx(pfx, password);
  const [key, ...others] = keys;
  assert.ok(key && others.length === 0);
  const own = { key: Buffer.from(key.privateKeyInfo), format: 'der', type: 'pkcs8' } as const;
  assert.ok(createPrivateKey(own).equals(createPrivateKey(read('ec.key'))));
  const [leaf, above, ...more] = certificates;
  assert.deepEqual(
    [leaf, above].map((one) => Buffer.from(one?.der ?? [])),
    ['ec.pem', 'rsa.pem'].map((name) => new X509Certificate(read(name)).raw),
  );
  assert.equal(more.length, 0);
  const wrong = (error: unknown) => error instanceof LockedFileError && error.isPasswordWrong;
  await assert.rejects(decodePfx(pfx, `${password}.`), wrong);
}

describe('a PFX that openssl writes is read', () => {
  const writings: Readonly<Record<string, readonly string[]>> = {
    'as it does today': [],
    'with -legacy, whose certificates are in RC2': ['-legacy'],
    'as Microsoft says for Windows before 2019': [
      ...['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1'],
    ],
    'with two keys of DES, and RC2 of 128 bits': [
      ...['-legacy', '-keypbe', 'PBE-SHA1-2DES', '-certpbe', 'PBE-SHA1-RC2-128'],
    ],
    'with AES of 128 and 192 bits, and SHA-512': [
      ...['-keypbe', 'aes-128-cbc', '-certpbe', 'aes-192-cbc', '-macalg', 'sha512'],
    ],
    'with 3DES under PBES2, and SHA-384': [
      ...['-keypbe', 'des-ede3-cbc', '-certpbe', 'des-ede3-cbc', '-macalg', 'sha384'],
    ],
    'without any encryption': ['-keypbe', 'NONE', '-certpbe', 'NONE'],
    'with as few iterations as there can be': ['-noiter', '-nomaciter'],
    'as Windows exports a key of the machine': ['-LMK', '-CSP', 'Microsoft Software KSP'],
    'with fifty thousand iterations': ['-iter', '50000'],
  };
  for (const [how, options] of Object.entries(writings)) {
    it(how, async () => {
      await assertOpens(exportPfx('written', ...options));
    });
  }

  it('with passwords that are empty, or outside ASCII', async () => {
    for (const password of ['', 'pässwörd€']) {
      for (const options of [[], ['-legacy']]) {
        const pfx = exportPfx('written', ...options, '-passout', `pass:${password}`);
        await assertOpens(pfx, password);
      }
    }
  });

  it('but not without a MAC, and not with RC4', async () => {
    const rc4 = ['-legacy', '-keypbe', 'PBE-SHA1-RC4-128'];
    for (const [options, reason] of [
      [['-nomac'], /has no MAC/],
      [rc4, /1\.2\.840\.113549\.1\.12\.1\.1, which is not read here/],
    ] as const) {
      await assert.rejects(decodePfx(exportPfx('written', ...options), PASSWORD), reason);
    }
  });
});

describe('a PFX of other tools is read', () => {
  it('of keytool, today’s and that of Java 8', {
    skip: isHere('keytool') ? false : 'keytool is not here',
  }, async () => {
    exportPfx('source');
    const stores = ['-srckeystore', 'source.pfx', '-srcstoretype', 'PKCS12'];
    const passwords = ['-srcstorepass', PASSWORD, '-deststorepass', PASSWORD];
    for (const java of [[], ['-J-Dkeystore.pkcs12.legacy']]) {
      const name = `keytool${java.length}.pfx`;
      const target = ['-destkeystore', name, '-deststoretype', 'PKCS12'];
      run('keytool', ...java, '-importkeystore', ...stores, ...target, ...passwords);
      await assertOpens(read(name));
    }
  });

  it('of GnuTLS', { skip: isHere('certtool') ? false : 'certtool is not here' }, async () => {
    const files = ['--load-privkey', 'ec.key', '--load-certificate', 'ec.pem'];
    const others = ['--load-ca-certificate', 'rsa.pem', '--p12-name', 'corp', '--outder'];
    const output = ['--password', PASSWORD, '--outfile', 'certtool.pfx'];
    run('certtool', '--to-p12', ...files, ...others, ...output);
    await assertOpens(read('certtool.pfx'));
  });

  it('of NSS, which is BER, after openssl has written it anew as the refusal says', {
    skip: isHere('pk12util') ? false : 'pk12util is not here',
  }, async () => {
    exportPfx('source');
    const db = ['-d', `sql:${folder}`];
    run('certutil', '-N', ...db, '--empty-password');
    run('pk12util', '-i', 'source.pfx', ...db, '-W', PASSWORD);
    run('pk12util', '-o', 'nss.pfx', '-n', 'corp', ...db, '-W', PASSWORD);
    const refusal = await decodePfx(read('nss.pfx'), PASSWORD).catch(String);
    const [, cure = ''] = /openssl writes it anew: (.+)$/.exec(String(refusal)) ?? [];
    const [take, give] = cure.replace('old.pfx', 'nss.pfx').split(' | ');
    const script = `${take} -passin pass:${PASSWORD} | ${give} -passout pass:${PASSWORD} -name corp`;
    run('sh', '-c', script);
    await assertOpens(read('new.pfx'));
  });
});
