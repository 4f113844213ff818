import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { certificationPathOf } from '../../src/bundle/certification-path.ts';
import { makePfx } from '../../src/bundle/pfx.ts';
import { PkiError } from '../../src/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'certwright-foreign-'));
after(() => rmSync(folder, { recursive: true }));

function openssl(...options: readonly string[]): string {
  return execFileSync('openssl', options, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
}

/** Keys as the commands write them that people find in tutorials. */
const keyFiles = {
  'pkcs1.key': ['genrsa', '-traditional', '-out', 'pkcs1.key', '2048'],
  'pkcs8.key': ['genpkey', '-algorithm', 'RSA', '-out', 'pkcs8.key'],
  'sec1.key': ['ecparam', '-name', 'prime256v1', '-genkey', '-out', 'sec1.key'],
} as const;

/** A root, an intermediate and a leaf over the given key, made as somebody without Certwright would. */
function opensslChain(keyFile: string) {
  const caExtensions = ['-addext', 'basicConstraints=critical,CA:TRUE'];
  const newKey = ['-newkey', 'rsa:2048', '-nodes'];
  const root = ['-keyout', 'root.key', '-out', 'root.pem', '-subj', '/O=Elsewhere/CN=Root'];
  openssl('req', '-x509', ...newKey, ...root);
  const intermediate = ['-keyout', 'int.key', '-out', 'int.csr', '-subj', '/O=Elsewhere/CN=R12'];
  openssl('req', ...newKey, ...intermediate, ...caExtensions);
  const copied = ['-copy_extensions', 'copy', '-CAcreateserial', '-req'];
  openssl(
    'x509',
    ...copied,
    '-in',
    'int.csr',
    '-CA',
    'root.pem',
    '-CAkey',
    'root.key',
    '-out',
    'int.pem',
  );
  const san = ['-addext', 'subjectAltName=DNS:www.example.org'];
  openssl(
    'req',
    '-new',
    '-key',
    keyFile,
    '-subj',
    '/CN=www.example.org',
    ...san,
    '-out',
    'leaf.csr',
  );
  const leaf = ['-in', 'leaf.csr', '-CA', 'int.pem', '-CAkey', 'int.key', '-out', 'leaf.pem'];
  openssl('x509', ...copied, ...leaf, '-days', '20', '-text');
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  return { root: read('root.pem'), intermediate: read('int.pem'), leaf: read('leaf.pem') };
}

describe('what openssl wrote elsewhere becomes a PFX that openssl reads', () => {
  for (const [keyFile, command] of Object.entries(keyFiles)) {
    it(`with its key in ${keyFile}, completed by the root`, async () => {
      openssl(...command);
      const { root, intermediate, leaf } = opensslChain(keyFile);
      const path = certificationPathOf({
        privateKey: readFileSync(join(folder, keyFile), 'utf8'),
        certificates: intermediate + leaf,
        ownAuthorities: [],
        publicRoots: [root],
        now: new Date(),
      });
      assert.deepEqual(
        path.certificates,
        [leaf, intermediate, root].map((pem) => new X509Certificate(pem).raw),
      );
      const password = 'Abc123def456';
      const made = await makePfx({ randomBytes }, { ...path, password, encryption: 'compat' });
      writeFileSync(join(folder, 'made.pfx'), made.pfx);
      const read = openssl('pkcs12', '-in', 'made.pfx', '-passin', `pass:${password}`, '-nodes');
      assert.equal(read.match(/BEGIN CERTIFICATE/g)?.length, 3);
      assert.equal(read.match(/BEGIN PRIVATE KEY/g)?.length, 1);
    });
  }

  it('refuses the encrypted keys that openssl writes', () => {
    const passphrase = ['-aes256', '-passout', 'pass:secret'];
    const commands = [
      ['genrsa', ...passphrase, '-out', 'encrypted.key'],
      ['genrsa', '-traditional', ...passphrase, '-out', 'encrypted.key'],
    ];
    for (const command of commands) {
      openssl(...command);
      const privateKey = readFileSync(join(folder, 'encrypted.key'), 'utf8');
      const nobody = { ownAuthorities: [], publicRoots: [], now: new Date() };
      const certificates = readFileSync(join(folder, 'leaf.pem'), 'utf8');
      assert.throws(
        () => certificationPathOf({ privateKey, certificates, ...nobody }),
        (error) => error instanceof PkiError && /is encrypted/.test(error.message),
      );
    }
  });
});
