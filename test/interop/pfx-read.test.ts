import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type ImportSource, openImport } from '../../src/authority/import-source.ts';
import { decodePfx, type PfxCertificate } from '../../src/x509/decode-pfx.ts';
import { LockedFileError } from '../../src/x509/locked-file-error.ts';
import { unlockAtOnce } from '../support/unlock.ts';

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

/** What a test says of a file; the rest is as it is mostly. */
interface Expected {
  readonly password?: string;
  /** False: a wrong password would take seconds. */
  readonly isWrongTried?: boolean;
}

async function assertOpens(pfx: Buffer, expected: Expected = {}): Promise<void> {
  const all = { password: PASSWORD, isWrongTried: true, ...expected };
  const { keys, certificates } = await decodePfx(pfx, all.password);
  const [key, ...others] = keys;
  assert.ok(key && others.length === 0);
  const own = { key: Buffer.from(key.privateKeyInfo), format: 'der', type: 'pkcs8' } as const;
  assert.ok(createPrivateKey(own).equals(createPrivateKey(read('ec.key'))));
  const octetsOf = ({ der }: PfxCertificate) => Buffer.from(der);
  const files = ['ec.pem', 'rsa.pem'].map((name) => new X509Certificate(read(name)).raw);
  assert.deepEqual(
    certificates.map(octetsOf).toSorted(Buffer.compare),
    files.toSorted(Buffer.compare),
  );
  if (!all.isWrongTried) return;
  const wrong = (error: unknown) => error instanceof LockedFileError && error.isPasswordWrong;
  await assert.rejects(decodePfx(pfx, `${all.password}.`), wrong);
}

async function refusalOf(source: ImportSource): Promise<string> {
  return String(await openImport(source, unlockAtOnce).catch(String));
}

/** Runs the commands that a refusal prints. */
function cured(refusal: string): void {
  const [, cure = ''] = /with its password in the environment as PW: (.+)$/.exec(refusal) ?? [];
  const environment = { ...process.env, PW: PASSWORD };
  execFileSync('sh', ['-c', cure], { cwd: folder, env: environment, stdio: 'pipe' });
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
        await assertOpens(pfx, { password });
      }
    }
  });

  it('but not without a MAC, by RC4 or with a MAC by MD5, before openssl has written it anew as the refusal says', async () => {
    for (const [options, reason] of [
      [['-nomac'], /has no MAC/],
      [
        ['-legacy', '-keypbe', 'PBE-SHA1-RC4-128'],
        /1\.2\.840\.113549\.1\.12\.1\.1, which is not read here/,
      ],
      [['-macalg', 'md5'], /MAC by 1\.2\.840\.113549\.2\.5, which/],
    ] as const) {
      const refusal = await refusalOf({ pfx: exportPfx('old', ...options), password: PASSWORD });
      assert.match(refusal, reason);
      cured(refusal);
      await assertOpens(read('new.pfx'));
    }
  });
});

describe('an encrypted key that openssl writes', () => {
  const open = (name: string) =>
    openImport(
      {
        certificate: read('ec.pem').toString(),
        privateKey: read(name).toString(),
        password: PASSWORD,
      },
      unlockAtOnce,
    );
  const encrypt = (...options: readonly string[]) => {
    const files = ['-in', 'ec.key', '-out', 'old.key', '-passout', `pass:${PASSWORD}`];
    run('openssl', 'pkcs8', '-topk8', ...files, ...options);
  };

  it('is read, under scrypt too, within its bounds', async () => {
    for (const options of [[], ['-scrypt'], ['-scrypt', '-scrypt_p', '2']]) {
      encrypt(...options);
      assert.ok((await open('old.key')).privateKey.equals(createPrivateKey(read('ec.key'))));
    }
    encrypt('-scrypt', '-scrypt_p', '8');
    await assert.rejects(open('old.key'), /number of iterations outside the bounds/);
  });

  it('is read once openssl has written it anew as the refusal says, where it is by DES', async () => {
    encrypt('-v1', 'PBE-MD5-DES', '-provider', 'legacy', '-provider', 'default');
    const refusal = await open('old.key').catch(String);
    assert.match(
      String(refusal),
      /is encrypted by 1\.2\.840\.113549\.1\.5\.3, which is not read here/,
    );
    cured(String(refusal));
    assert.ok((await open('new.key')).privateKey.equals(createPrivateKey(read('ec.key'))));
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
    for (const [password, option] of [
      [PASSWORD, ['--password', PASSWORD]],
      ['', ['--null-password']],
    ] as const) {
      run('certtool', '--to-p12', ...files, ...others, ...option, '--outfile', 'certtool.pfx');
      await assertOpens(read('certtool.pfx'), { password, isWrongTried: false });
    }
  });

  it('of NSS, which is BER', {
    skip: isHere('pk12util') ? false : 'pk12util is not here',
  }, async () => {
    exportPfx('source');
    const db = ['-d', `sql:${folder}`];
    run('certutil', '-N', ...db, '--empty-password');
    run('pk12util', '-i', 'source.pfx', ...db, '-W', PASSWORD);
    for (const password of [PASSWORD, '']) {
      run('pk12util', '-o', 'nss.pfx', '-n', 'corp', ...db, '-W', password);
      await assertOpens(read('nss.pfx'), { password, isWrongTried: false });
    }
  });
});
