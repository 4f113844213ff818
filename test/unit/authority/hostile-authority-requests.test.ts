import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { PkiError } from '../../../src/errors.ts';
import { NOW } from '../../support/issuance.ts';
import { assertAuthorityPolicy } from '../../support/restated-policy/assert-policy.ts';
import { constrainedWorld, pathOf } from '../issuance/constrained-worlds.ts';

describe('every authority that is created', () => {
  it('keeps the policy, whatever is asked for', async () => {
    const world = await constrainedWorld();
    const request = fc.record(
      {
        parent: fc.constantFrom('root', 'middle', 'issuing'),
        commonName: fc.constantFrom(
          'Test Issuing',
          'Test Middle',
          'Below',
          ' test  middle',
          'a\0b',
          '',
        ),
        validity: fc.constantFrom('1d', '1y', '5y', '6y', '30y'),
        pathLenConstraint: fc.constantFrom(0, 1, 255),
      },
      { requiredKeys: ['parent', 'commonName', 'validity'] },
    );
    let [turn, count] = [0, 0];
    await fc.assert(
      fc.asyncProperty(request, async ({ commonName, ...wanted }) => {
        turn += 1;
        const name = `authority-${turn}`;
        const attempt = world.createIntermediate({ ...wanted, name, subject: { commonName } });
        const authority = await attempt.catch(refusedOnly);
        if (!authority) return;
        count += 1;
        assertAuthorityPolicy(authority.certificate.der, pathOf(world, wanted.parent), NOW);
      }),
      { numRuns: 300 },
    );
    assert.ok(count > 5, `${count} granted`);
  });
});

function refusedOnly(error: unknown): undefined {
  assert.ok(error instanceof PkiError, String(error));
  assert.match(error.code, /^(request-refused|authority-cannot-issue)$/);
}
