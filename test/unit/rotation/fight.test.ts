import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { OPERATOR, testTarget } from '../../support/rotation.ts';
import { RotationWorld } from './rotation-world.ts';

const MINUTE_MS = 60_000;
const PLACE = '/tls/shop';
let world: RotationWorld;

beforeEach(async () => {
  world = await RotationWorld.create();
  world.declare(testTarget());
  await world.rotation.runScheduled();
});

/** What the other writes, and who that is. */
function overwrite(): void {
  world.destinations.put(
    PLACE,
    { 'tls.crt': 'theirs', 'tls.key': 'theirs' },
    {
      writer: { target: 'shop', isThisService: true },
      isAsWritten: false,
      changedBy: '"their-controller"',
    },
  );
}

function isOurs(): boolean {
  return world.destinations.filesAt(PLACE)['tls.crt'] !== 'theirs';
}

/** A pass each minute, with another writer who undoes each of ours within that time. */
async function fightFor(minutes: number): Promise<number> {
  const before = world.destinations.writes;
  for (let minute = 0; minute < minutes; minute += 1) {
    if (isOurs()) overwrite();
    world.clock.advance(MINUTE_MS);
    await world.rotation.runScheduled();
  }
  return world.destinations.writes - before;
}

describe('another writer at a destination', () => {
  it('has its work undone at once the first two times', async () => {
    for (let time = 1; time <= 2; time += 1) {
      overwrite();
      await world.rotation.runScheduled();
      assert.ok(isOurs());
      assert.equal(world.status()?.state, 'current');
    }
  });

  it('is left alone the third time, named, and told to people once', async () => {
    await fightFor(3);
    const { state, lastError } = world.status() ?? assert.fail();
    assert.equal(state, 'conflict');
    assert.match(lastError ?? '', /"their-controller"/);
    await fightFor(5);
    assert.equal(world.destinations.announced.length, 1);
    assert.match(
      world.destinations.announced[0]?.message ?? '',
      /"their-controller".*again after/s,
    );
    const failures = world.audit.filter(({ action }) => action === 'rotation.failed');
    assert.ok(failures.length >= 1);
  });

  it('costs no certificate, and ever fewer writes, down to one an hour', async () => {
    const day = 24 * 60;
    const first = await fightFor(day);
    const second = await fightFor(day);
    assert.equal(world.authorities.issued, 1);
    assert.ok(first <= 32, `${first} writes on the first day`);
    assert.ok(second <= 25 && second >= 20, `${second} writes on the second day`);
  });

  it('is forgotten once it has stopped, and our certificate is back by itself', async () => {
    await fightFor(30);
    for (let minute = 0; minute < 3 * 60; minute += 1) {
      world.clock.advance(MINUTE_MS);
      await world.rotation.runScheduled();
    }
    assert.ok(isOurs());
    assert.equal(world.status()?.state, 'current');
    assert.equal(world.records.get('shop')?.progress.fight, undefined);
    overwrite();
    await world.rotation.runScheduled();
    assert.ok(isOurs());
  });

  it('that deletes what we write is one too', async () => {
    for (let time = 1; time <= 3; time += 1) {
      world.destinations.states.delete(PLACE);
      await world.rotation.runScheduled();
    }
    assert.equal(world.status()?.state, 'conflict');
    assert.equal(world.authorities.issued, 1);
  });

  it('that brings back what was there before our last write is one too, marks and all', async () => {
    const older = world.destinations.states.get(PLACE) ?? assert.fail();
    await world.rotation.rotate('shop', OPERATOR);
    const ours = world.destinations.filesAt(PLACE);
    world.destinations.states.set(PLACE, older);
    await world.rotation.runScheduled();
    assert.deepEqual(world.destinations.filesAt(PLACE), ours);
    for (let time = 2; time <= 3; time += 1) {
      world.destinations.states.set(PLACE, older);
      await world.rotation.runScheduled();
    }
    assert.equal(world.status()?.state, 'conflict');
    assert.equal(world.authorities.issued, 2);
  });

  it('that is another Certwright with a target of the same name is one too', async () => {
    const theirs = await world.authorities.filesFor(testTarget({ authority: 'other' }));
    for (let time = 1; time <= 3; time += 1) {
      const writer = { target: 'shop', isThisService: false };
      world.destinations.put(PLACE, theirs, { writer });
      await world.rotation.runScheduled();
    }
    assert.equal(world.status()?.state, 'conflict');
    assert.deepEqual(world.destinations.filesAt(PLACE), theirs);
  });

  it('does not keep a person from putting ours back', async () => {
    await fightFor(3);
    assert.ok(!isOurs());
    await world.rotation.rotate('shop', OPERATOR);
    assert.ok(isOurs());
  });
});
