import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RotationTarget } from '../../../src/rotation/target.ts';
import { targetViolations } from '../../../src/rotation/target-violations.ts';
import { newKeyPair, subjectKeyOf } from '../../../src/x509/key.ts';
import { NOW } from '../../support/issuance.ts';
import { worldBelow } from '../../support/outside-authority.ts';

const target: RotationTarget = {
  ...{ name: 'shop', authority: 'issuing', profile: 'server', keyAlgorithm: 'ecdsa-p256' },
  ...{ dnsNames: ['a.example.org'], ipAddresses: [], emailAddresses: [], uris: [] },
  validity: '30d',
  destination: {
    ...{ type: 'directory', path: '/tls', includeRoot: true, keyMode: '0600' },
    ...{ clientAuthorities: [], clientTrust: 'issuer' },
  },
};

describe('a declaration of a target', () => {
  it('is judged by its names, though a root above its issuer has expired meanwhile', async () => {
    const { world } = worldBelow({}, { notAfter: new Date(NOW.getTime() - 1_000) });
    const deps = {
      ...world.deps,
      sampleKeyOf: async () => subjectKeyOf(await newKeyPair('ecdsa-p256'), 'ecdsa-p256'),
      authorityExists: () => Promise.resolve(true),
      destinations: { violationsOf: () => Promise.resolve([]) },
      hasContext: () => Promise.resolve(false),
    };
    assert.deepEqual(await targetViolations(deps, target), []);
    const [violation] = await targetViolations(deps, { ...target, dnsNames: ['a b'] });
    assert.equal(violation?.pointer, '/dnsNames/0');
  });
});
