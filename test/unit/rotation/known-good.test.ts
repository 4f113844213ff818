import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Rotation } from '../../../src/rotation/rotation.ts';
import { OPERATOR, testTarget } from '../../support/rotation.ts';
import { RotationWorld } from './rotation-world.ts';

/** A target that was just rotated, and how often its destination is read from then on. */
async function rotated() {
  const world = await RotationWorld.create();
  world.declare(testTarget());
  const [first] = await world.rotation.run(OPERATOR, { force: false });
  assert.equal(first?.outcome, 'rotated');
  let reads = 0;
  world.destinations.beforeRead = () => {
    reads += 1;
  };
  const again = async () => {
    reads = 0;
    const [item] = await world.rotation.run(OPERATOR, { force: false });
    return { outcome: item?.outcome, reads };
  };
  return { world, again };
}

describe('what was written', () => {
  it('is known to be good: the next pass looks at it, and judges nothing anew', async () => {
    const { again } = await rotated();
    assert.deepEqual(await again(), { outcome: 'current', reads: 1 });
  });

  it('is judged where somebody has changed it since', async () => {
    const { world, again } = await rotated();
    const [path = ''] = [...world.destinations.states.keys()];
    const files = { ...world.destinations.filesAt(path), 'tls.key': 'another' };
    world.destinations.put(path, files, { isAsWritten: false });
    assert.equal((await again()).outcome, 'rotated');
  });

  it('is judged where its target has changed since', async () => {
    const { world, again } = await rotated();
    world.declare(testTarget({ authority: 'other' }));
    assert.equal((await again()).outcome, 'rotated');
  });

  it('is judged where its authority was replaced while it was written', async () => {
    const world = await RotationWorld.create();
    world.declare(testTarget());
    let issuer = 'issuing';
    const rotation = new Rotation({ ...world.deps, pathOf: () => world.deps.pathOf(issuer) });
    world.destinations.beforeWrite = () => {
      issuer = 'other';
    };
    const [first] = await rotation.run(OPERATOR, { force: false });
    assert.equal(first?.outcome, 'rotated');
    const [next] = await rotation.run(OPERATOR, { force: false });
    assert.deepEqual(next?.reasons, ['wrongIssuer', 'specChanged']);
  });
});
