import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { certificateCandidate } from '../../../src/preflight/candidate.ts';
import { goRules } from '../../../src/preflight/go-rules.ts';
import { goUriFault } from '../../../src/preflight/go-uri.ts';
import { findingsOf } from '../../../src/preflight/rule.ts';
import { decodeCertificate } from '../../../src/x509/decode-certificate.ts';
import * as der from '../../../src/x509/der.ts';
import { MGF1, RSASSA_PSS, SHA256, SHA512 } from '../../../src/x509/oids.ts';
import { handMadeAuthority, handMadeCertificate } from '../../support/hand-made-certificate.ts';
import { issuing } from './broken-files.ts';

/** As Go 1.26 answers to a certificate with the URI in it. */
const READ = [
  'spiffe://cluster.local/ns/a/sa/b',
  'https://user:pass@a.example.org:8443/%41?%zz#f',
  'https://a_b.example/',
  'urn:uuid:%zz',
  'foo:bar',
  '/just/path',
  'https://[2001:db8::1]:443/',
  'https://[fe80::1%25eth0]/',
  'x://a:b:1/',
  'file:///etc',
];
const NOT_READ = [
  'https://a b/',
  'https://a.example/%zz',
  'https://a.example/#%z',
  'https://a.example:99x/',
  'https://-a..example/',
  'https://.example/',
  'https://a.example./',
  'https://a:b:1/',
  'https://[2001:db8::zz]/',
  'https://a%41.example/',
  'https://b\u0001.example/',
  'https://us er@a.example/',
  '1a:b',
];

describe('a URI', () => {
  it('is read by Go with any scheme, port, user and escapes', () => {
    for (const uri of READ) assert.equal(goUriFault(uri), undefined, uri);
  });

  it('is not read where its host, port, user or an escape cannot be one', () => {
    for (const uri of NOT_READ) assert.notEqual(goUriFault(uri), undefined, uri);
  });
});

/** RFC 4055 §3.1. */
function pss(hash: string, saltLength: number): Buffer {
  const algorithm = der.sequence(der.oid(hash), der.nullValue());
  const parameters = der.sequence(
    der.explicit(0, algorithm),
    der.explicit(1, der.sequence(der.oid(MGF1), algorithm)),
    der.explicit(2, der.integer(saltLength)),
  );
  return der.sequence(der.oid(RSASSA_PSS), parameters);
}

function brokenBy(certificate: { readonly der: Buffer }): readonly string[] {
  const candidate = certificateCandidate(decodeCertificate(certificate.der));
  return findingsOf(goRules, candidate).map(({ rule: { id } }) => id);
}

const signedBy = (signatureAlgorithm: Buffer) =>
  brokenBy(handMadeCertificate({ issuer: issuing, signatureAlgorithm }));

describe('a signature', () => {
  it('by RSASSA-PSS is verified where the salt is as long as the hash', () => {
    assert.deepEqual(signedBy(pss(SHA256, 32)), []);
    assert.deepEqual(signedBy(pss(SHA512, 64)), []);
    for (const length of [20, 64, 222]) {
      assert.deepEqual(signedBy(pss(SHA256, length)), ['go-signature-algorithm']);
    }
  });

  it('is not verified over SHA-224 or SHA-3, by Ed448, or with parameters that cannot be read', () => {
    const ids = ['1.2.840.113549.1.1.14', '2.16.840.1.101.3.4.3.14', '1.3.101.113'];
    const hash = der.explicit(0, der.sequence(der.oid(SHA256)));
    const odd = der.sequence(der.oid(RSASSA_PSS), der.sequence(hash, der.integer(1)));
    for (const algorithm of [...ids.map((id) => der.sequence(der.oid(id))), odd]) {
      assert.deepEqual(signedBy(algorithm), ['go-signature-algorithm']);
    }
  });

  it('that a root has made of itself is verified by nobody', () => {
    const signatureAlgorithm = der.sequence(der.oid('1.3.101.113'));
    assert.deepEqual(brokenBy(handMadeAuthority('Root', { signatureAlgorithm })), []);
  });
});
