import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  authorityFileNameOf,
  fileNameOf,
  foreignPfxFileNameOf,
  type NamedCertificate,
} from '../../../src/bundle/file-name.ts';
import { testCertificate } from '../../support/chains.ts';

const nameless: NamedCertificate = {
  dnsNames: [],
  ipAddresses: [],
  emailAddresses: [],
  uris: [],
  subject: {},
  serialNumber: '4a00ff',
};

function pemNameOf(changes: Partial<NamedCertificate>): string {
  return fileNameOf({ ...nameless, ...changes }, 'pem');
}

describe('fileNameOf', () => {
  it('ends as each format does', () => {
    const certificate = { ...nameless, dnsNames: ['webapp.istioinaction.io'] };
    assert.equal(fileNameOf(certificate, 'pem'), 'webapp.istioinaction.io.cert.pem');
    assert.equal(fileNameOf(certificate, 'chain'), 'webapp.istioinaction.io.chain.pem');
    assert.equal(fileNameOf(certificate, 'fullchain'), 'webapp.istioinaction.io.fullchain.pem');
    assert.equal(fileNameOf(certificate, 'der'), 'webapp.istioinaction.io.der');
    assert.equal(fileNameOf(certificate, 'cer'), 'webapp.istioinaction.io.cer');
    assert.equal(fileNameOf(certificate, 'p7b'), 'webapp.istioinaction.io.p7b');
    assert.equal(fileNameOf(certificate, 'pfx'), 'webapp.istioinaction.io.pfx');
  });

  it('goes by the first name there is, hosts before people, and else by the serial number', () => {
    const subject = { commonName: 'Alice Example' };
    const names = { emailAddresses: ['alice@example.org'], uris: ['spiffe://x/y'] };
    assert.equal(pemNameOf({ ...names, subject, dnsNames: ['a', 'b'] }), 'a.cert.pem');
    assert.equal(pemNameOf({ ...names, subject }), 'Alice_Example.cert.pem');
    assert.equal(pemNameOf({ ...names, ipAddresses: ['::1'] }), '__1.cert.pem');
    assert.equal(pemNameOf(names), 'alice_example.org.cert.pem');
    assert.equal(pemNameOf({ uris: ['spiffe://x/y'] }), 'spiffe___x_y.cert.pem');
    assert.equal(pemNameOf({}), '4a00ff.cert.pem');
  });

  it('writes _ for the asterisk of a wildcard', () => {
    assert.equal(pemNameOf({ dnsNames: ['*.example.org'] }), '_.example.org.cert.pem');
  });

  it('is harmless as a path, in a shell and in a header, whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 400 }), (commonName) => {
        const name = pemNameOf({ subject: { commonName } });
        assert.match(name, /^[A-Za-z0-9_][A-Za-z0-9._-]*\.cert\.pem$/);
        assert.ok(name.length <= 255);
      }),
    );
  });
});

describe('authorityFileNameOf', () => {
  it('tells the certificate from the path up to the root', () => {
    assert.equal(authorityFileNameOf('issuing', 'pem'), 'issuing.cert.pem');
    assert.equal(authorityFileNameOf('issuing', 'chain'), 'issuing.ca-chain.cert.pem');
    assert.equal(authorityFileNameOf('root', 'cer'), 'root.cer');
    assert.equal(authorityFileNameOf('root', 'der'), 'root.der');
  });
});

describe('foreignPfxFileNameOf', () => {
  it('goes by DNS name, by common name and by serial number', () => {
    const host = testCertificate({ commonName: 'x', dnsNames: ['*.example.org', 'b.example.org'] });
    assert.equal(foreignPfxFileNameOf(host.der), '_.example.org.pfx');
    assert.equal(foreignPfxFileNameOf(testCertificate({ commonName: 'A B' }).der), 'A_B.pfx');
    const nameless = testCertificate({ commonName: '' });
    assert.match(foreignPfxFileNameOf(nameless.der), /^4[0-9a-f]{31}\.pfx$/);
  });
});
