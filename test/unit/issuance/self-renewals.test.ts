import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Certificate } from '../../../src/certificate.ts';
import { PkiError } from '../../../src/errors.ts';
import { SelfRenewals } from '../../../src/issuance/self-renewals.ts';
import { IssuanceWorld } from '../../support/issuance.ts';

const SECOND_MS = 1_000;
const world = await IssuanceWorld.withAuthorities();
const certificateOf = async (host: string) => (await world.issue({ dnsNames: [host] })).certificate;
const [own, other] = [await certificateOf('a.example.org'), await certificateOf('b.example.org')];

/** A count, and the clock that it goes by. */
function counting() {
  const clock = { seconds: 0 };
  return { clock, renewals: new SelfRenewals(() => clock.seconds * SECOND_MS) };
}

/** How many of 1,100 attempts are granted. */
function granted(renewals: SelfRenewals, certificate: Certificate): number {
  let count = 0;
  for (let attempt = 0; attempt < 1_100; attempt += 1) {
    try {
      renewals.admit(certificate);
      count += 1;
    } catch (error) {
      assert.ok(error instanceof PkiError && error.code === 'renewed-too-often');
    }
  }
  return count;
}

describe('a certificate that renews itself', () => {
  it('does so 1,000 times at once, then once a second, and so again after a rest', () => {
    const { clock, renewals } = counting();
    const counts = [0, 1, 2, 3.5, 4, 1_100].map((seconds) => {
      clock.seconds = seconds;
      return granted(renewals, own);
    });
    assert.deepEqual(counts, [1_000, 1, 1, 1, 1, 1_000]);
  });

  it('is counted together with what follows from it, whatever its key, and with nobody else', async () => {
    const { renewals } = counting();
    assert.equal(granted(renewals, own), 1_000);
    assert.equal(granted(renewals, await certificateOf('a.example.org')), 0);
    assert.equal(granted(renewals, { ...own, profile: 'client' }), 1_000);
    assert.equal(granted(renewals, other), 1_000);
  });

  it('is still counted after ten thousand others', () => {
    const { renewals } = counting();
    for (let number = 0; number < 9_000; number += 1) {
      renewals.admit({ ...other, dnsNames: [`${number}.example.org`] });
    }
    assert.equal(granted(renewals, own), 1_000);
    for (let number = 0; number < 9_000; number += 1) {
      renewals.admit({ ...other, dnsNames: [`${number}.example.net`] });
    }
    assert.equal(granted(renewals, own), 0);
  });
});
