import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { writtenNameConstraints } from '../../../src/authority/written-name-constraints.ts';
import { IssuanceWorld, refusalOf } from '../../support/issuance.ts';

const HOSTS = ['Bücher.example', 'XN--bcher-KVA.Example', 'A.b'];

describe('the hosts in name constraints', () => {
  it('are written in small letters and as A-labels, whatever they are bases of', () => {
    const domains = HOSTS.flatMap((host) => [host, `.${host}`]);
    const subtrees = { dnsNames: HOSTS, emailDomains: domains, uriDomains: domains };
    const written = ['xn--bcher-kva.example', 'xn--bcher-kva.example', 'a.b'];
    const all = {
      dnsNames: written,
      emailDomains: written.flatMap((host) => [host, `.${host}`]),
      uriDomains: written.flatMap((host) => [host, `.${host}`]),
    };
    const constraints = { permitted: subtrees, excluded: { ...subtrees, ipRanges: ['::/0'] } };
    assert.deepEqual(writtenNameConstraints(constraints), {
      permitted: all,
      excluded: { ...all, ipRanges: ['::/0'] },
    });
  });

  it('are judged as DNS names are, and each that is none is named', async () => {
    const world = new IssuanceWorld();
    const nameConstraints = {
      permitted: { dnsNames: ['a.b', '☃.b', 'xn--80ak6aa92e.b'], uriDomains: ['.pаypal.b'] },
      excluded: { dnsNames: ['*.a.b'], emailDomains: ['.127.1', 'a_b'] },
    };
    assert.deepEqual(await refusalOf(world.createRoot({ nameConstraints })), [
      'request-refused',
      '/nameConstraints/permitted/dnsNames/1',
      '/nameConstraints/permitted/dnsNames/2',
      '/nameConstraints/permitted/uriDomains/0',
      '/nameConstraints/excluded/dnsNames/0',
      '/nameConstraints/excluded/emailDomains/0',
      '/nameConstraints/excluded/emailDomains/1',
    ]);
    assert.deepEqual(world.records, []);
  });

  it('hold for names in either form', async () => {
    const world = new IssuanceWorld();
    await world.createRoot();
    await world.createIntermediate({
      nameConstraints: {
        permitted: { dnsNames: ['bücher.example'], uriDomains: ['.bücher.example'] },
        excluded: { dnsNames: ['grün.bücher.example'] },
      },
    });
    for (const host of ['a.bücher.example', '*.a.xn--bcher-kva.example']) {
      assert.deepEqual(await refusalOf(world.issue({ dnsNames: [host] })), ['granted'], host);
    }
    const uris = ['https://a.bücher.example/', 'https://bücher.example/'];
    assert.deepEqual(await refusalOf(world.issue({ dnsNames: ['bücher.example'], uris })), [
      'request-refused',
      '/uris/1',
    ]);
    for (const host of [
      'grün.bücher.example',
      'xn--grn-ioa.xn--bcher-kva.example',
      '*.bücher.example',
    ]) {
      const refusal = await refusalOf(world.issue({ dnsNames: [host] }));
      assert.deepEqual(refusal, ['request-refused', '/dnsNames/0'], host);
    }
  });
});
