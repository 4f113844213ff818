import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseCertificates, quotedName } from '../../../src/bundle/foreign-certificate.ts';
import { PkiError } from '../../../src/errors.ts';
import { encodePem } from '../../../src/x509/pem.ts';
import { ecKeys, keyPem, pemOf, testCertificate, testChain } from '../../support/chains.ts';

const { root, intermediate, leaf } = testChain('good');
const text = pemOf([leaf, intermediate, root]);

function refusalOf(certificates: string): string {
  try {
    parseCertificates(certificates);
  } catch (error) {
    assert.ok(error instanceof PkiError, String(error));
    assert.equal(error.code, 'request-malformed');
    assert.deepEqual(error.violations, [{ pointer: '/certificates', detail: error.message }]);
    return error.message;
  }
  return assert.fail('the certificates were accepted');
}

describe('parseCertificates', () => {
  it('reads every certificate of a text, with remarks and any line ends', () => {
    const remarked = `\uFEFF 0 s:CN = x\r\n${text.replaceAll('\n', '\r\n')}---\r\nServer certificate`;
    const labels = parseCertificates(remarked).map(({ label }) => label);
    assert.deepEqual(labels, [
      'certificate 1 ("CN=good.example.org")',
      'certificate 2 ("CN=good intermediate")',
      'certificate 3 ("CN=good root")',
    ]);
  });

  it('takes twenty certificates and no more', () => {
    assert.equal(parseCertificates(leaf.pem.repeat(20)).length, 1);
    assert.match(refusalOf(leaf.pem.repeat(21)), /more than 20/);
  });

  it('refuses a private key, so that nobody sends one where it is not looked after', () => {
    assert.match(refusalOf(text + keyPem(leaf)), /private key among the certificates/);
  });

  it('refuses a text without certificates, with other things or with damage', () => {
    assert.match(refusalOf(''), /no PEM certificate/);
    assert.match(refusalOf('hello'), /no PEM certificate/);
    assert.match(refusalOf(encodePem('PKCS7', leaf.der)), /"PKCS7" is not a certificate/);
    assert.match(refusalOf(text.slice(0, -30)), /cut off/);
    assert.match(refusalOf(leaf.pem.replace('MII', 'M!I')), /cut off or is not Base64/);
    assert.match(refusalOf(encodePem('CERTIFICATE', Buffer.of(5, 0))), /certificate 1 cannot be/);
    assert.match(refusalOf(`${text}${' '.repeat(600_000)}`), /at most 524288 characters/);
  });

  it('refuses octets behind a certificate, and PEM within DER', () => {
    const trailing = Buffer.concat([leaf.der, Buffer.of(0)]);
    assert.match(refusalOf(encodePem('CERTIFICATE', trailing)), /not exactly one DER value/);
    const nested = encodePem('CERTIFICATE', Buffer.from(leaf.pem));
    assert.match(refusalOf(nested), /not exactly one DER value/);
  });

  it('refuses keys that could not be in a PFX, or would cost too much', () => {
    const odd = testCertificate({ commonName: 'odd', keys: ecKeys('secp256k1') });
    assert.match(refusalOf(odd.pem), /certificate 1: has a key that is on none of the curves/);
  });

  it('refuses a certificate whose dates are none', () => {
    const der = Buffer.from(root.der);
    der.write('991332', der.indexOf('310615'), 'latin1');
    assert.match(refusalOf(encodePem('CERTIFICATE', der)), /no valid dates/);
  });

  it('reads a certificate without any name', () => {
    const [nameless] = parseCertificates(testCertificate({ commonName: '' }).pem);
    assert.equal(nameless?.isSelfSigned, true);
  });
});

describe('quotedName', () => {
  it('is one line of bounded length', () => {
    assert.equal(quotedName('C=GB\nCN=x'), '"C=GB, CN=x"');
    assert.equal(quotedName('x'.repeat(10_000)).length, 203);
  });
});
