import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { encodeCertificatesOnly } from '../../src/x509/pkcs7.ts';
import { testChain } from '../support/chains.ts';

const folder = mkdtempSync(join(tmpdir(), 'certwright-p7b-'));
after(() => rmSync(folder, { recursive: true }));

const { root, intermediate, leaf } = testChain('p7b');
const path = join(folder, 'chain.p7b');
writeFileSync(path, encodeCertificatesOnly([leaf.der, intermediate.der, root.der]));

const keytoolIsPresent = spawnSync('keytool', ['-help']).error === undefined;

describe('a .p7b', () => {
  it('is shown leaf first by openssl', () => {
    const options = ['-inform', 'DER', '-in', path, '-print_certs', '-noout'];
    const shown = execFileSync('openssl', ['pkcs7', ...options]).toString();
    const subjects = [...shown.matchAll(/subject=CN ?= ?(.+)/g)].map(([, subject]) => subject);
    assert.deepEqual(subjects, ['p7b.example.org', 'p7b intermediate', 'p7b root']);
  });

  it('is shown leaf first by keytool', { skip: !keytoolIsPresent && 'keytool is not here' }, () => {
    const shown = execFileSync('keytool', ['-printcert', '-file', path, '-J-Duser.language=en']);
    const owners = [...shown.toString().matchAll(/Owner: CN=(.+)/g)].map(([, owner]) => owner);
    assert.deepEqual(owners, ['p7b.example.org', 'p7b intermediate', 'p7b root']);
  });
});
