import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LeafRequest } from '../../../src/issuance/issue-leaf.ts';
import { decodeCertificate } from '../../../src/x509/decode-certificate.ts';
import { IssuanceWorld, refusalOf } from '../../support/issuance.ts';

import { hosts } from './profile-world.ts';

describe('the built-in profiles', () => {
  it('are for servers, clients, both and workloads; those of authorities are not for leaves', async () => {
    const world = await IssuanceWorld.withAuthorities();
    const usages = async (profile: string, request: Partial<LeafRequest>) =>
      decodeCertificate((await world.issue({ profile, ...request })).certificate.der).extKeyUsage
        .length;
    assert.equal(await usages('server-client', hosts('a.b')), 2);
    assert.equal(await usages('spiffe', { uris: ['spiffe://example.org/ns/a/sa/b'] }), 2);
    for (const profile of ['root', 'intermediate', 'nothing', '__proto__', 'constructor']) {
      const refusal = await refusalOf(world.issue({ profile, ...hosts('a.b') }));
      assert.deepEqual(refusal, ['request-refused', '/profile'], profile);
    }
  });

  it('of workloads takes one SPIFFE ID, with a path, and in its one spelling', async () => {
    const world = await IssuanceWorld.withAuthorities();
    const id = 'spiffe://example.org/a';
    for (const [uris, outcome] of [
      [[id], 'granted'],
      [['spiffe://example.org/a_b/C-1.d'], 'granted'],
      [[id, 'spiffe://example.org/b'], 'request-refused /uris/1'],
      [['spiffe://example.org'], 'request-refused /uris/0'],
      [['spiffe://example.org/'], 'request-refused /uris/0'],
      [['SPIFFE://Example.org/a'], 'granted'],
      [['spiffe://example.org/a/../b'], 'request-refused /uris/0'],
      [['spiffe://example.org/a//b'], 'request-refused /uris/0'],
      [['spiffe://example.org/a/'], 'request-refused /uris/0'],
      [['spiffe://example.org/%61'], 'request-refused /uris/0'],
      [['spiffe://example.org/a?x'], 'request-refused /uris/0'],
      [['spiffe://example.org:8443/a'], 'request-refused /uris/0'],
      [['https://example.org/a'], 'request-refused /uris/0'],
      [[], 'request-refused /uris'],
    ] as const) {
      const places = new Set(await refusalOf(world.issue({ profile: 'spiffe', uris })));
      assert.equal([...places].join(' '), outcome, uris.join(', '));
    }
    const { certificate } = await world.issue({
      profile: 'spiffe',
      uris: ['SPIFFE://Example.org/A'],
    });
    assert.deepEqual(certificate.uris, ['spiffe://example.org/A']);
  });
});
