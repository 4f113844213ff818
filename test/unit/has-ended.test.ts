import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { presentCertificate } from '../../api/present-certificate.ts';
import { INCOMING_RULES } from '../../src/authority/incoming-rules.ts';
import { pathWarnings } from '../../src/bundle/path-warnings.ts';
import { hasEnded } from '../../src/has-ended.ts';
import { issuingObstacle } from '../../src/issuance/issuing-obstacle.ts';
import { findingsInPlace } from '../../src/preflight/findings-in-place.ts';
import { preflight } from '../../src/preflight/preflight.ts';
import { statusAt } from '../../src/rotation/rotation-record.ts';
import type { TargetStatus } from '../../src/rotation/target.ts';
import { needsAttention } from '../../src/rotation/urgency.ts';
import { certificatePem, IssuanceWorld } from '../support/issuance.ts';

const world = await IssuanceWorld.withAuthorities();
const { certificate } = await world.issue({ dnsNames: ['a.example.org'] });
const issuer = await world.issuers.issuerOf('issuing');
const [authority, root] = issuer.path;
assert.ok(root);
const status = {
  ...{ state: 'current', reasons: [], notAfter: certificate.notAfter },
  nextRotationAt: certificate.notAfter,
} as unknown as TargetStatus;

/** Everywhere that asks whether a period is over: whose, and what is said of it. */
const judges: Readonly<Record<string, readonly [Date, (now: Date) => boolean | Promise<boolean>]>> =
  {
    'the question itself': [certificate.notAfter, (now) => hasEnded(certificate, now)],
    'GET /v1/certificates': [
      certificate.notAfter,
      (now) => presentCertificate(certificate, [], now).status === 'expired',
    ],
    preflight: [
      certificate.notAfter,
      async (now) => {
        const { findings } = await preflight('rfc5280', certificatePem(certificate), now);
        return findings.some(({ rule }) => rule.id === 'valid-now');
      },
    ],
    'bundles from elsewhere': [
      certificate.notAfter,
      (now) => pathWarnings([new X509Certificate(certificate.der)], now).length > 0,
    ],
    'an authority that comes in': [
      authority.notAfter,
      (now) =>
        findingsInPlace([authority, root], INCOMING_RULES, { labels: [], count: 1, now })
          .flat()
          .some(({ rule }) => rule.id === 'valid-now'),
    ],
    'an authority that is to issue': [
      authority.notAfter,
      (now) => issuingObstacle(issuer, { isAuthority: false }, now) !== undefined,
    ],
    'the state of a target': [
      certificate.notAfter,
      (now) => {
        const progress = { status, failures: 0, retryAt: null };
        return statusAt(progress, now).reasons.includes('expired');
      },
    ],
    'the list of targets': [certificate.notAfter, (now) => needsAttention(status, now)],
  };

describe('the second that notAfter names', () => {
  for (const [judge, [notAfter, isOver]] of Object.entries(judges)) {
    it(`belongs to the period for ${judge}, and the next one does not`, async () => {
      assert.equal(await isOver(new Date(notAfter.getTime() + 999)), false);
      assert.equal(await isOver(new Date(notAfter.getTime() + 1_000)), true);
    });
  }
});
