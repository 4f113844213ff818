import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LeafRequest } from '../../../src/issuance/issue-leaf.ts';
import * as der from '../../../src/x509/der.ts';
import { COMMON_NAME, COUNTRY, ORGANIZATION } from '../../../src/x509/oids.ts';
import { violationsOf } from '../../support/issuance.ts';
import {
  generalName,
  handMadeRequest,
  nameOf,
  type RequestParts,
} from '../x509/hand-made-request.ts';
import { asked, askedByCsr, commonNameOf, host, issued, jointNameOf, world } from './asked.ts';
import { changed, RenewalWorld } from './renewal-world.ts';

const { dns, ip, uri, directory, other } = generalName;

describe('a leaf by CSR', () => {
  it('has the key of the CSR, its names in their order and its subject', async () => {
    const csr = handMadeRequest({
      subject: nameOf([ORGANIZATION, der.utf8String('Dis')], [COMMON_NAME, der.utf8String('a.b')]),
      names: [uri('urn:b:1'), dns('c.b'), dns('a.b'), ip(Buffer.of(192, 0, 2, 1))],
    });
    const { certificate, privateKey } = await world.issue({ csr });
    assert.equal(privateKey, undefined);
    assert.deepEqual(certificate.dnsNames, ['c.b', 'a.b']);
    assert.deepEqual(certificate.subject, { organization: 'Dis', commonName: 'a.b' });
  });

  it('needs names in the body where the CSR has none, and points there', async () => {
    const csr = handMadeRequest({ subject: commonNameOf(host) });
    assert.deepEqual((await issued({ csr, dnsNames: [host] })).dnsNames, [host]);
    assert.deepEqual(await asked({ csr, dnsNames: [host, 'a_b'] }), [
      'request-refused',
      '/dnsNames/1',
    ]);
  });

  it('is refused where the body names others, or another subject', async () => {
    const parts = { subject: commonNameOf('a.b'), names: [dns('a.b'), dns('c.b')] };
    const refusedAt = (...places: string[]) => ['request-refused', ...places];
    assert.deepEqual(await askedByCsr(parts, { dnsNames: ['c.b', 'A.B'] }), ['granted']);
    assert.deepEqual(await askedByCsr(parts, { subject: { commonName: 'a.b' } }), ['granted']);
    const international = { names: [dns('xn--bcher-kva.b')] };
    assert.deepEqual(await askedByCsr(international, { dnsNames: ['bücher.b'] }), ['granted']);
    for (const dnsNames of [['a.b'], ['a.b', 'c.b', 'd.b'], []]) {
      assert.deepEqual(await askedByCsr(parts, { dnsNames }), refusedAt('/dnsNames'));
    }
    const beside = { ipAddresses: ['192.0.2.1'], subject: { commonName: 'c.b' } };
    assert.deepEqual(await askedByCsr(parts, beside), refusedAt('/ipAddresses', '/subject'));
  });

  it('agrees with a common name in the body that is written otherwise, where it is one of the names', async () => {
    const names = [dns('a.b'), dns('xn--bcher-kva.b')];
    for (const [inCsr, inBody, profile, outcome] of [
      ['A.B', 'a.b', 'server', ['granted']],
      ['a.b', 'A.B', 'server', ['granted']],
      ['bücher.b', 'xn--bcher-kva.b', 'server', ['granted']],
      ['A.B', 'xn--bcher-kva.b', 'server', ['request-refused', '/subject']],
      ['A.B', 'a.b', 'client', ['request-refused', '/subject']],
    ] as const) {
      const beside = { profile, subject: { commonName: inBody } };
      const subject = commonNameOf(inCsr);
      assert.deepEqual(await askedByCsr({ subject, names }, beside), outcome, inCsr);
      const withoutNames = { ...beside, dnsNames: ['a.b', 'bücher.b'] };
      assert.deepEqual(await askedByCsr({ subject }, withoutNames), outcome, inCsr);
    }
  });

  it('is refused for kinds of names and subject attributes that are not issued here', async () => {
    const names = [dns(host)];
    for (const parts of [
      { names: [...names, directory(commonNameOf('a'))] },
      { names: [...names, other('1.2.3', der.utf8String('a'))] },
      { names: [...names, other('1.3.6.1.4.1.311.20.2.3', der.utf8String('a@b'))] },
      { names, subject: nameOf(['1.2.840.113549.1.9.1', der.ia5String('a@b')]) },
      {
        names,
        subject: nameOf([ORGANIZATION, der.utf8String('a')], [ORGANIZATION, der.utf8String('b')]),
      },
      { names, subject: jointNameOf([ORGANIZATION, 'a'], [COMMON_NAME, host]) },
    ]) {
      assert.deepEqual(await askedByCsr(parts), ['request-refused', '/csr']);
    }
    const subject = nameOf([COMMON_NAME, der.octetString(Buffer.from('a'))]);
    const refusal = ['certificate-request-invalid', '/csr'];
    assert.deepEqual(await askedByCsr({ names, subject }), refusal);
  });

  it('is refused in words that tell an attribute which is not issued from one that stands there twice', async () => {
    const text = der.utf8String('a');
    for (const [attributes, words] of [
      [
        [['1.2.840.113549.1.9.1', der.ia5String('a@b')]],
        /names emailAddress \(1\.2\.840.*not issued/,
      ],
      [
        [
          [COMMON_NAME, text],
          [COMMON_NAME, text],
        ],
        /names commonName twice/,
      ],
    ] as const) {
      const csr = handMadeRequest({ names: [dns(host)], subject: nameOf(...attributes) });
      await assert.rejects(world.issue({ csr }), words);
    }
  });

  it('is never for anything else than what stands in the CSR', async () => {
    const parts = { names: [dns(host)], subject: nameOf([COUNTRY, der.utf8String('ŁS')]) };
    assert.deepEqual(await askedByCsr(parts), ['request-refused', '/csr']);
  });

  it('is refused in words that name each part at fault, once', async () => {
    const told = async (parts: RequestParts, beside: Partial<LeafRequest> = {}) =>
      violationsOf(world.issue({ csr: handMadeRequest(parts), ...beside }));
    const names = [dns(host)];
    const country = nameOf([COUNTRY, der.utf8String('us')]);
    assert.deepEqual(await told({ names, subject: country }), [
      '/csr: country "us": must be two capital letters (ISO 3166-1)',
    ]);
    const long = 'a'.repeat(72);
    assert.deepEqual(await told({ names, subject: commonNameOf(long) }, { profile: 'client' }), [
      `/csr: commonName "${long}": has at most 64 characters`,
    ]);
    assert.deepEqual(await told({ names: [...names, dns('x.example.org.'), dns('b.example')] }), [
      '/csr: dnsNames "x.example.org.": is not a DNS name: it ends with a dot',
    ]);
    assert.deepEqual(await told({ names: [dns('\u0001'.repeat(201))] }), [
      `/csr: dnsNames "${'\\u0001'.repeat(200)}…": is not a DNS name: its label "${'\\u{1}'.repeat(63)}..." has more than 63 characters`,
    ]);
  });

  it('says which attributes are not the caller’s to set, and which key is not taken', async () => {
    const shop = await RenewalWorld.withProfiles(
      changed('server', {
        name: 'shop',
        keyAlgorithms: ['rsa-2048'],
        subject: { defaults: {}, callerMaySet: [], commonName: 'subjectAltName' },
      }),
    );
    const subject = nameOf([COUNTRY, der.utf8String('US')], [ORGANIZATION, der.utf8String('Acme')]);
    const csr = handMadeRequest({ subject, names: [dns(host)] });
    assert.deepEqual(await violationsOf(shop.issue({ profile: 'shop', csr })), [
      '/csr: profile "shop" takes only keys of rsa-2048, not of ecdsa-p256',
      '/csr: country "US": is not the caller’s to set under profile "shop"',
      '/csr: organization "Acme": is not the caller’s to set under profile "shop"',
    ]);
  });

  it('says where the names of a CSR without any may stand', async () => {
    const csr = handMadeRequest({ subject: commonNameOf(host) });
    assert.deepEqual(await violationsOf(world.issue({ csr })), [
      `/csr: commonName "${host}": the commonName of a server certificate must be one of its subjectAltNames, of which there are none: name it there too`,
      '/dnsNames: at least one DNS name or IP address is required: the CSR has none, so name them here, beside it',
    ]);
  });
});
