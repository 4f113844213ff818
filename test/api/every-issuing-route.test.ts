import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { operations } from '../support/documented-operations.ts';
import { certifications, imports, newAuthorities } from './issuing-routes/authority-ways.ts';
import { recordedUnjudged, type Way } from './issuing-routes/issuing-world.ts';
import { batch, single } from './issuing-routes/leaf-ways.ts';
import { rekeyings, renewals } from './issuing-routes/renewal-ways.ts';
import { creations, replacements, rotations, runs } from './issuing-routes/rotation-ways.ts';

/** The ways to a certificate through each operation of the contract that can bring one about. */
const ROUTES: Readonly<Record<string, Readonly<Record<string, Way>>>> = {
  createAuthority: newAuthorities,
  importAuthority: imports,
  certifyAuthority: certifications,
  issueCertificate: single,
  issueCertificates: batch,
  renewCertificate: renewals,
  rekeyCertificate: rekeyings,
  createTarget: creations,
  replaceTarget: replacements,
  rotateTarget: rotations,
  runRotation: runs,
};

/** Operations that change something, or are sent a body, and sign nothing. */
const SIGN_NOTHING = [
  'convertToPfx',
  'deleteTarget',
  'makeCertificatePfx',
  'planRotation',
  'preflight',
  'rollBackTarget',
];

/** A property that holds because everything is refused says nothing. */
const LEAST = 2;

for (const [operationId, ways] of Object.entries(ROUTES)) {
  describe(`every certificate that leaves by ${operationId}`, () => {
    for (const [how, attempts] of Object.entries(ways)) {
      it(`keeps the policy, whatever is asked for ${how}`, async () => {
        assert.ok((await attempts(LEAST)) >= LEAST);
      });
    }
  });
}

describe('the ways to a certificate', () => {
  it('are tried through every operation of the contract that can bring one about', () => {
    const changing = operations.filter(({ method }) => method !== 'get');
    assert.deepEqual(
      changing.map(({ operationId }) => operationId).toSorted(),
      [...Object.keys(ROUTES), ...SIGN_NOTHING].toSorted(),
    );
  });

  it('left no leaf on record that was not judged', async () => {
    assert.deepEqual(await recordedUnjudged(), []);
  });
});
