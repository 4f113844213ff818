import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { serviceAccess } from '../../../api/commands/service-access.ts';

const folder = mkdtempSync(join(tmpdir(), 'certwright-access-'));
after(() => rmSync(folder, { recursive: true }));
const data = join(folder, 'data');
mkdirSync(data);
writeFileSync(join(data, 'admin-token'), 'the-token\n');
writeFileSync(join(data, 'root.pem'), 'the root');
const here = { PKI_DATA_DIR: data };

function urlWith(environment: Readonly<Record<string, string>>): string {
  return serviceAccess({}, { ...here, ...environment }).url.origin;
}

describe('where a command finds the service', () => {
  it('is where it listens by itself, with the token and the root of its data folder', () => {
    const { url, token, ca } = serviceAccess({}, here);
    assert.deepEqual([url.origin, token, ca], ['https://localhost:8443', 'the-token', 'the root']);
  });

  it('is what its settings say: port, names, plain HTTP, another file for the token', () => {
    assert.equal(urlWith({ PKI_MANAGEMENT_LISTEN: '0.0.0.0:9443' }), 'https://localhost:9443');
    const names = 'certwright.pki.svc,localhost,::1';
    assert.equal(urlWith({ PKI_TLS_NAMES: names }), 'https://localhost:8443');
    assert.equal(urlWith({ PKI_TLS_NAMES: 'a.example' }), 'https://a.example:8443');
    assert.equal(urlWith({ PKI_TLS_NAMES: '::1,a.example' }), 'https://[::1]:8443');
    assert.equal(urlWith({ PKI_TLS: 'off' }), 'http://127.0.0.1:8443');
    const file = join(folder, 'other-token');
    writeFileSync(file, 'other');
    assert.equal(serviceAccess({}, { ...here, PKI_ADMIN_TOKEN_FILE: file }).token, 'other');
  });

  it('is what the options say, before all settings', () => {
    const file = join(folder, 'option');
    writeFileSync(file, 'by-option');
    const options = { url: 'https://pki.example.org/', 'token-file': file, ca: file };
    const { url, token, ca } = serviceAccess(options, { ...here, PKI_TLS: 'off' });
    assert.deepEqual([url.host, token, ca], ['pki.example.org', 'by-option', 'by-option']);
  });

  it('is no place to which the token would go in plain text, and no place without a port', () => {
    assert.throws(() => serviceAccess({ url: 'http://pki.example.org' }, here), /is not https/);
    assert.throws(() => serviceAccess({ url: 'ftp://localhost' }, here), /is not an address/);
    assert.throws(() => serviceAccess({ url: 'https://a:b@localhost' }, here), /is not an address/);
    assert.throws(() => urlWith({ PKI_MANAGEMENT_LISTEN: '127.0.0.1:0' }), /--url/);
  });

  it('names the option by which a missing file is given, and shows nothing of a token', () => {
    const options = { 'token-file': join(folder, 'none') };
    assert.throws(() => serviceAccess(options, here), /none is not there; name .* --token-file/);
    assert.throws(() => serviceAccess({ ca: join(folder, 'none') }, here), /--ca/);
    assert.throws(() => serviceAccess({ 'token-file': folder }, here), /EISDIR/);
    const broken = join(folder, 'broken');
    writeFileSync(broken, 'secret\u0001words');
    assert.throws(
      () => serviceAccess({ 'token-file': broken }, here),
      (error: Error) => !error.message.includes('secret'),
    );
  });
});
