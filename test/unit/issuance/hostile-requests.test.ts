import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { PkiError } from '../../../src/errors.ts';
import type { LeafRequest } from '../../../src/issuance/issue-leaf.ts';
import { hostileRequestParts } from '../../support/hostile-leaf-requests.ts';
import { type IssuanceWorld, NOW } from '../../support/issuance.ts';
import { RESTATED } from '../../support/narrow-profile.ts';
import { assertLeafPolicy } from '../../support/restated-policy/assert-policy.ts';
import { testTarget } from '../../support/rotation.ts';
import { RotationWorld } from '../rotation/rotation-world.ts';
import { handMadeRequest } from '../x509/hand-made-request.ts';
import { pathOf, WORLDS } from './constrained-worlds.ts';

/** A property that holds because everything is refused says nothing; ten and more are usual. */
const LEAST = 3;
const RUNS = { numRuns: 400 };

/** Counts what was granted. */
async function granted(world: IssuanceWorld, wanted: Partial<LeafRequest>): Promise<number> {
  const before = world.records.length;
  try {
    const { certificate } = await world.issue(wanted);
    const profile = RESTATED[wanted.profile ?? 'server'] ?? assert.fail();
    assertLeafPolicy(certificate.der, pathOf(world, wanted.authority), { profile, now: NOW });
    assert.equal(world.records.at(-1)?.certificate, certificate);
    return 1;
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    assertRefusal(error);
    assert.equal(world.records.length, before);
    return 0;
  }
}

/** A refusal names what is wrong where the caller wrote it; that an authority cannot issue is nobody's member. */
function assertRefusal({ code, message, violations }: PkiError): void {
  if (code === 'authority-cannot-issue') return;
  assert.match(code, /^(request-refused|certificate-request-invalid)$/);
  assert.ok(violations.length > 0);
  assert.ok(
    violations.every(({ pointer }) => pointer.startsWith('/')),
    message,
  );
}

for (const { whose, world, request } of WORLDS) {
  describe(`every certificate that is issued below ${whose}`, () => {
    it('keeps the policy, whatever is asked for in JSON', async () => {
      let count = 0;
      await fc.assert(
        fc.asyncProperty(request, async (wanted) => {
          count += await granted(world, wanted);
        }),
        RUNS,
      );
      assert.ok(count > LEAST, `${count} granted`);
    });

    it('keeps the policy, whatever is asked for by CSR', async () => {
      let count = 0;
      await fc.assert(
        fc.asyncProperty(hostileRequestParts, request, async (parts, body) => {
          const { authority = 'issuing', profile = 'server', validity } = body;
          const csr = handMadeRequest(parts);
          count += await granted(world, { csr, authority, profile, validity });
        }),
        RUNS,
      );
      assert.ok(count > LEAST, `${count} granted`);
    });

    it('keeps the policy, whatever a rotation target declares', async () => {
      const rotating = await RotationWorld.create(() => ({
        issue: (request) => world.issue(request),
        pathOf: (authority) => world.issuers.pathOf(authority),
        leafProfileOf: world.deps.leafProfileOf,
      }));
      rotating.clock.set(NOW);
      let count = 0;
      await fc.assert(
        fc.asyncProperty(request, async (wanted) => {
          count += await written(rotating, world, wanted);
        }),
        RUNS,
      );
      assert.ok(count > LEAST, `${count} granted`);
    });
  });
}

/** What a pass over a target writes is judged there, where consumers read it. */
async function written(
  rotating: RotationWorld,
  world: IssuanceWorld,
  wanted: Partial<LeafRequest>,
): Promise<number> {
  const before = rotating.destinations.writes;
  const target = testTarget({ ...(wanted as object), name: 'shop' });
  rotating.destinations.states.clear();
  rotating.declare(target);
  await rotating.rotation.run({ name: 'admin' }, { force: true });
  assert.deepEqual(rotating.failures, []);
  const cause = rotating.passes.at(-1)?.cause;
  assert.ok(cause === undefined || cause instanceof PkiError, String(cause));
  const text = rotating.destinations.filesAt('/tls/shop')['tls.crt'];
  assert.equal(rotating.destinations.writes - before, text === undefined ? 0 : 1);
  if (text === undefined) return 0;
  const profile = RESTATED[target.profile] ?? assert.fail();
  assertLeafPolicy(new X509Certificate(text).raw, pathOf(world, wanted.authority), {
    profile,
    now: NOW,
  });
  return 1;
}
