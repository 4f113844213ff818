import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Certificate } from '../../../src/certificate.ts';
import { PkiError } from '../../../src/errors.ts';
import { SelfRenewals } from '../../../src/issuance/self-renewals.ts';
import { IssuanceWorld, NOW } from '../../support/issuance.ts';

const MINUTE_MS = 60_000;
const world = await IssuanceWorld.withAuthorities();
const certificateOf = async (host: string) => (await world.issue({ dnsNames: [host] })).certificate;
const [own, other] = [await certificateOf('a.example.org'), await certificateOf('b.example.org')];

/** How many of `attempts` are granted, the given minutes after the tests' beginning. */
function granted(renewals: SelfRenewals, certificate: Certificate, minutes: number): number {
  let count = 0;
  for (let attempt = 0; attempt < 30; attempt += 1) {
    try {
      renewals.admit(certificate, new Date(NOW.getTime() + minutes * MINUTE_MS));
      count += 1;
    } catch (error) {
      assert.ok(error instanceof PkiError && error.code === 'renewed-too-often');
    }
  }
  return count;
}

describe('a certificate that renews itself', () => {
  it('does so 20 times at once, then once a minute, and so again after a rest', () => {
    const renewals = new SelfRenewals();
    const counts = [0, 1, 2, 3.5, 4, 30].map((minutes) => granted(renewals, own, minutes));
    assert.deepEqual(counts, [20, 1, 1, 1, 1, 20]);
  });

  it('is counted together with what follows from it, whatever its key, and with nobody else', async () => {
    const renewals = new SelfRenewals();
    assert.equal(granted(renewals, own, 0), 20);
    assert.equal(granted(renewals, await certificateOf('a.example.org'), 0), 0);
    assert.equal(granted(renewals, { ...own, profile: 'client' }, 0), 20);
    assert.equal(granted(renewals, other, 0), 20);
  });

  it('is still counted after ten thousand others', () => {
    const renewals = new SelfRenewals();
    for (let number = 0; number < 9_000; number += 1) {
      renewals.admit({ ...other, dnsNames: [`${number}.example.org`] }, NOW);
    }
    assert.equal(granted(renewals, own, 0), 20);
    for (let number = 0; number < 9_000; number += 1) {
      renewals.admit({ ...other, dnsNames: [`${number}.example.net`] }, NOW);
    }
    assert.equal(granted(renewals, own, 0), 0);
  });
});
