import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { generalName, handMadeRequest } from '../x509/hand-made-request.ts';
import { asked, askedByCsr, commonNameOf, host, issued } from './asked.ts';

const { dns } = generalName;

describe('the subject of a server', () => {
  it('is its first DNS name where nothing is said', async () => {
    const { subject } = await issued({ dnsNames: ['B.example', 'a.example'] });
    assert.deepEqual(subject, { commonName: 'b.example' });
  });

  it('is its first DNS name of 64 characters, and empty with one of 65', async () => {
    const name = (length: number) => `${'a'.repeat(length - 10)}.b.example`;
    assert.equal((await issued({ dnsNames: [name(64)] })).subject.commonName, name(64));
    assert.deepEqual((await issued({ dnsNames: [name(65)] })).subject, {});
    assert.deepEqual((await issued({ ipAddresses: ['192.0.2.1'] })).subject, {});
  });

  it('may be any of its names, however it is spelt, and is written as that name is', async () => {
    const dnsNames = ['a.example', host, '*.bücher.example'];
    const names = { dnsNames, ipAddresses: ['2001:DB8::07', '192.0.2.1'] };
    for (const [commonName, written] of [
      ['A.EXAMPLE', 'a.example'],
      [host, host],
      ['*.bücher.example', '*.xn--bcher-kva.example'],
      ['*.XN--bcher-kva.example', '*.xn--bcher-kva.example'],
      ['192.0.2.1', '192.0.2.1'],
      ['2001:DB8::07', '2001:db8::7'],
    ] as const) {
      const subject = { organization: 'Dis', commonName };
      const certificate = await issued({ ...names, subject });
      assert.deepEqual(certificate.subject, { organization: 'Dis', commonName: written });
    }
    const csr = { subject: commonNameOf('Bücher.example'), names: [dns('xn--bcher-kva.example')] };
    const { subject } = await issued({ csr: handMadeRequest(csr) });
    assert.deepEqual(subject, { commonName: 'xn--bcher-kva.example' });
  });

  it('has 64 characters at most as it is written', async () => {
    const name = `${'ü'.repeat(57)}.example`;
    const refusal = ['request-refused', '/subject/commonName'];
    assert.deepEqual(await asked({ dnsNames: [name], subject: { commonName: name } }), refusal);
    assert.deepEqual((await issued({ dnsNames: [name] })).subject, {});
  });

  it('is never a homograph of one of its names', async () => {
    for (const commonName of ['аррӏе.example', 'xn--80ak6aa92e.example', 'apple.exаmple']) {
      const subject = { commonName };
      const refusal = await asked({ dnsNames: ['apple.example'], subject });
      assert.deepEqual(refusal, ['request-refused', '/subject/commonName'], commonName);
      const byCsr = { subject: commonNameOf(commonName), names: [dns('apple.example')] };
      assert.deepEqual(await askedByCsr(byCsr), ['request-refused', '/csr'], commonName);
    }
  });

  it('is refused where its common name is none of its names', async () => {
    const refusal = ['request-refused', '/subject/commonName'];
    const subject = { commonName: 'other.example' };
    assert.deepEqual(await asked({ dnsNames: [host], subject }), refusal);
    assert.deepEqual(
      await asked({ dnsNames: ['*.istioinaction.io'], subject: { commonName: host } }),
      refusal,
    );
    const byCsr = await askedByCsr({ subject: commonNameOf('other.example'), names: [dns(host)] });
    assert.deepEqual(byCsr, ['request-refused', '/csr']);
  });

  it('may have other attributes and no common name', async () => {
    const subject = { organization: 'Dis' };
    assert.deepEqual((await issued({ dnsNames: [host], subject })).subject, subject);
  });
});

describe('the subject of a leaf', () => {
  const profile = 'client';

  it('has values of 1 to as many characters as RFC 5280 allows', async () => {
    const emoji = '😀';
    for (const [attribute, bound] of [
      ['commonName', 64],
      ['organization', 64],
      ['organizationalUnit', 64],
      ['locality', 128],
      ['stateOrProvince', 128],
    ] as const) {
      const subject = (count: number) => ({ commonName: 'a', [attribute]: emoji.repeat(count) });
      assert.deepEqual(await asked({ profile, subject: subject(bound) }), ['granted']);
      for (const count of [0, bound + 1]) {
        const refusal = ['request-refused', `/subject/${attribute}`];
        assert.deepEqual(await asked({ profile, subject: subject(count) }), refusal);
      }
    }
  });

  it('has no control characters, line ends or blanks alone, by either way', async () => {
    const controls = ['a\0b', 'a\nb', '\u007f', 'a\u0085b', 'a\u2028b', ' ', '\t'];
    const overrides = ['a\u202eb', 'a\u2066b\u2069', 'a\u200fb', 'a\u061cb'];
    const invisible = [
      'a\u200bb',
      'a\u200db',
      'a\u00adb',
      'a\u2060b',
      '\ufeffa',
      'a\u{e0041}',
      'a\ufe0f',
      '\ufffe',
      'a\u{10ffff}',
      '\u2800',
    ];
    for (const value of [...controls, ...overrides, ...invisible]) {
      const byBody = await asked({ profile, subject: { commonName: value } });
      assert.deepEqual(byBody, ['request-refused', '/subject/commonName'], JSON.stringify(value));
      const byCsr = await askedByCsr({ subject: commonNameOf(value) }, { profile });
      assert.deepEqual(byCsr, ['request-refused', '/csr'], JSON.stringify(value));
    }
  });

  it('has no white space at its ends, which readers pass over', async () => {
    for (const value of [' evil.example', 'evil.example ', '\u00a0a']) {
      const refusal = ['request-refused', '/subject/commonName'];
      assert.deepEqual(await asked({ profile, subject: { commonName: value } }), refusal, value);
    }
  });

  it('is no host that could be taken for another, whatever the profile', async () => {
    for (const value of ['аррӏе.com', '*.аррӏе.com', 'apple.exаmple.', 'XN--80ak6aa92e.com']) {
      const refusal = ['request-refused', '/subject/commonName'];
      assert.deepEqual(await asked({ profile, subject: { commonName: value } }), refusal, value);
    }
    for (const value of [
      'аррӏе.com:443',
      'https://аррӏе.com/',
      'admin@аррӏе.com',
      'аррӏе\u3002com',
      'login (аррӏе.com)',
    ]) {
      const refusal = ['request-refused', '/subject/commonName'];
      assert.deepEqual(await asked({ profile, subject: { commonName: value } }), refusal, value);
    }
    const people = ['Пётр Иванов', 'Müller.Anna', 'Пушкин А.С.', 'С.Е. Орлов', 'И.о. директора'];
    const others = ['ΟΤΕ Α.Ε.', 'ООО «А.С.»', 'bücher.example', 'anna@müller.example'];
    for (const value of [...people, ...others]) {
      assert.deepEqual(await asked({ profile, subject: { commonName: value } }), ['granted']);
    }
  });

  it('has a country of two capital letters', async () => {
    for (const country of ['ch', 'CHE', 'C', 'C1', 'ÄÖ']) {
      const refusal = ['request-refused', '/subject/country'];
      assert.deepEqual(await asked({ profile, subject: { commonName: 'a', country } }), refusal);
    }
  });

  it('is never that of its issuer, however it is spelt', async () => {
    for (const commonName of ['Test Issuing', 'TEST issuing', 'Test   Issuing']) {
      const refusal = ['request-refused', '/subject'];
      assert.deepEqual(await asked({ profile, subject: { commonName } }), refusal);
    }
    const byCsr = await askedByCsr({ subject: commonNameOf('test issuing') }, { profile });
    assert.deepEqual(byCsr, ['request-refused', '/csr']);
    const subject = { commonName: 'Test Issuing', organization: 'Dis' };
    assert.deepEqual(await asked({ profile, subject }), ['granted']);
  });
});
