import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { shortLives } from '../../../src/rotation/short-lives.ts';
import type { RotationTarget } from '../../../src/rotation/target.ts';
import { IssuanceWorld, NOW } from '../../support/issuance.ts';
import { worldBelow } from '../../support/outside-authority.ts';

const DAY_MS = 86_400_000;

function target(authority: string, validity: string): RotationTarget {
  return {
    name: `${authority}-${validity}`,
    authority,
    profile: 'server',
    dnsNames: ['a.example'],
    ipAddresses: [],
    emailAddresses: [],
    uris: [],
    keyAlgorithm: 'ecdsa-p256',
    validity,
    destination: {
      type: 'directory',
      path: '/tls',
      includeRoot: true,
      clientAuthorities: [],
      clientTrust: 'issuer',
      keyMode: '0600',
    },
  };
}

describe('the remaining life of an authority', () => {
  it('is too short once the longest leaf of its targets would outlive it', async () => {
    const world = new IssuanceWorld();
    await world.createRoot();
    await world.createIntermediate({ validity: '100d' });
    const authorities = [...world.authorities.values()];
    const targets = [target('issuing', '30d'), target('issuing', '10d'), target('root', '10d')];
    const warnedAfter = (days: number) =>
      shortLives(authorities, targets, new Date(NOW.getTime() + days * DAY_MS));
    assert.deepEqual([...warnedAfter(69).keys()], []);
    const warnings = warnedAfter(71);
    assert.deepEqual([...warnings.keys()], ['issuing']);
    assert.equal(warnings.get('issuing')?.code, 'authority-ends-soon');
    assert.match(warnings.get('issuing')?.detail ?? '', /"issuing" ends at 2030-09-23T11:59:59/);
  });

  it('is over when an authority above ends, as one of an imported path may', async () => {
    const { world } = worldBelow({}, { notAfter: new Date(NOW.getTime() + 20 * DAY_MS) });
    const authorities = [...world.authorities.values()];
    const warnings = shortLives(authorities, [target('issuing', '30d')], NOW);
    assert.match(warnings.get('issuing')?.detail ?? '', /"issuing" ends at 2030-07-05T12:00:00/);
    assert.equal(shortLives(authorities, [target('issuing', '20d')], NOW).size, 0);
  });

  it('of one without targets matters when it is over', async () => {
    const world = new IssuanceWorld();
    const { certificate } = await world.createRoot();
    const authorities = [...world.authorities.values()];
    assert.equal(shortLives(authorities, [], certificate.notAfter).size, 0);
    const later = new Date(certificate.notAfter.getTime() + 1_000);
    assert.equal(shortLives(authorities, [], later).size, 1);
  });
});
