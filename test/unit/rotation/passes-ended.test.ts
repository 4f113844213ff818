import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Rotation } from '../../../src/rotation/rotation.ts';
import { OPERATOR, testTarget } from '../../support/rotation.ts';
import { RotationWorld } from './rotation-world.ts';

it('a pass of the schedule is told of once it has ended, whatever became of the targets', async () => {
  const world = await RotationWorld.create();
  world.declare(testTarget());
  world.destinations.beforeRead = () => Promise.reject(new Error('unreachable'));
  await world.rotation.runScheduled();
  assert.equal(world.passesEnded, 1);
});

it('a pass that could not read the targets has not ended, and one that a person asked for is none', async () => {
  const world = await RotationWorld.create();
  const targetPages = async function* () {
    yield await Promise.reject(new Error('the database is gone'));
  };
  const rotation = new Rotation({ ...world.deps, targetPages });
  await rotation.runScheduled();
  await world.rotation.run(OPERATOR, { force: false });
  assert.equal(world.passesEnded, 0);
  assert.equal(world.failures.length, 1);
});
