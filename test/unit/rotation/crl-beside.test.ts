import assert from 'node:assert/strict';
import { it } from 'node:test';
import { encodePem } from '../../../src/x509/pem.ts';
import { testTarget } from '../../support/rotation.ts';
import { crlOf } from '../x509/hand-made-statements.ts';
import { RotationWorld } from './rotation-world.ts';

const DAY_MS = 86_400_000;

it('a target is not known to be good any more once a CRL beside it has ended, and every client is refused', async () => {
  const world = await RotationWorld.create();
  const target = testTarget({ destination: { clientAuthorities: ['issuing'] } });
  world.declare(target);
  await world.rotation.runScheduled();
  const [{ subjectName }] = await world.authorities.pathOf('issuing');
  const nextUpdate = new Date(world.clock.now().getTime() + DAY_MS);
  const der = crlOf(subjectName, { thisUpdate: world.clock.now(), nextUpdate });
  const beside = { entries: { 'ca.crl': Buffer.from(encodePem('X509 CRL', der)) } };
  world.destinations.put('/tls/shop', world.destinations.filesAt('/tls/shop'), { beside });
  for (const state of ['current', 'current', 'failing']) {
    await world.rotation.runScheduled();
    assert.equal(world.status()?.state, state);
    world.clock.advance(0.6 * DAY_MS);
  }
  assert.match(world.status()?.lastError ?? '', /holds a "ca\.crl" that ended at/);
});
