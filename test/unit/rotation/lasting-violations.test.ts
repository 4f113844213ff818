import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProfileBody } from '../../../api/schemas/profile.ts';
import { lastingViolations } from '../../../src/rotation/lasting-violations.ts';
import type { RotationTarget } from '../../../src/rotation/target.ts';
import { newKeyPair, subjectKeyOf } from '../../../src/x509/key.ts';
import { IssuanceWorld, NOW } from '../../support/issuance.ts';
import { testTarget } from '../../support/rotation.ts';

const web = ProfileBody.parse({
  name: 'web',
  extKeyUsage: ['serverAuth'],
  keyAlgorithms: ['ecdsa-p256'],
  validity: { minimum: '2d', default: '10d', maximum: '40d' },
  subject: { callerMaySet: [] },
  subjectAltNames: { dnsNames: { excluded: ['admin.example.org'] } },
});
const constrained = { nameConstraints: { permitted: { dnsNames: ['example.com'] } } };
const world = await IssuanceWorld.withAuthorities({}, [web]);
await world.createIntermediate({
  ...{ name: 'narrow', subject: { commonName: 'Narrow' }, validity: '1y' },
  ...constrained,
});

/** What is found of targets of the profile `web`, each with these differences. */
async function found(
  ...targets: readonly Parameters<typeof testTarget>[0][]
): Promise<readonly (readonly string[])[]> {
  const deps = {
    ...world.deps,
    sampleKeyOf: async (algorithm: RotationTarget['keyAlgorithm']) =>
      subjectKeyOf(await newKeyPair(algorithm), algorithm),
  };
  const all = targets.map((target) => testTarget({ profile: 'web', ...target }));
  const violations = await lastingViolations(deps, all);
  return violations.map(({ pointer, detail }) => [pointer, detail]);
}

describe('targets of the settings file', () => {
  it('may be what their profile takes, under any authority that is there', async () => {
    assert.deepEqual(await found(), []);
    assert.deepEqual(
      await found({}, { profile: 'spiffe', dnsNames: [], uris: ['spiffe://a/b'] }),
      [],
    );
  });

  it('are refused with the place of what their profile is against', async () => {
    const places = await found(
      {},
      { dnsNames: ['a.example.org', 'www.admin.example.org'] },
      { validity: '300d' },
      { keyAlgorithm: 'rsa-2048' },
      { subject: { organization: 'Other' } },
      { validity: '3d', renewBefore: '3d' },
    );
    assert.deepEqual(places, [
      ['/1/dnsNames/1', 'profile "web" excludes "admin.example.org"'],
      ['/2/validity', 'at most 40 days'],
      ['/3/keyAlgorithm', 'profile "web" takes only keys of ecdsa-p256, not of rsa-2048'],
      ['/4/subject/organization', 'is not the caller’s to set under profile "web"'],
      ['/5/renewBefore', 'must leave at least two seconds of the validity'],
    ]);
  });

  it('are refused for a root, and wait for an authority that is not there yet', async () => {
    const destination = { clientAuthorities: ['issuing', 'nobody'] };
    assert.deepEqual(await found({ authority: 'nosuch' }, { authority: 'root' }, { destination }), [
      ['/1/authority', 'a root signs authorities only; name an intermediate'],
    ]);
  });

  it('are taken whatever the moment, and whatever an authority permits', async () => {
    assert.deepEqual(await found({ authority: 'narrow' }), []);
    world.now = new Date(NOW.getTime() + 30 * 365 * 86_400_000);
    assert.deepEqual(await found({}), []);
    world.now = NOW;
  });
});
