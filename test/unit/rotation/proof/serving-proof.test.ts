import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ServedState } from '../../../../src/rotation/proof/sighting.ts';
import { Follower, OLD, START } from './follower.ts';

describe('a write that is served at once', () => {
  it('is proven by one look, told once, and looked at again at the next pass', () => {
    const target = new Follower();
    assert.equal(target.look(0, 'proven').lookAgainMs, undefined);
    target.look(300, 'proven');
    assert.deepEqual(target.deeds, ['proven at 0']);
    const { state, since, at, provenAt } = target.proof ?? assert.fail('nothing was kept');
    const instants = [since, at, provenAt].map((instant) => Number(instant) - START);
    assert.deepEqual([state, ...instants], ['proven', 0, 300_000, 0]);
  });

  it('is told of anew after each write', () => {
    const target = new Follower();
    target.look(0, 'proven');
    target.write();
    target.look(100, 'proven');
    assert.deepEqual(target.deeds, ['proven at 0', 'proven at 100']);
    assert.deepEqual(target.proof?.provenAt, new Date(START + 100_000));
  });
});

describe('a write that is served after a while', () => {
  it('is looked at often at first, and touched by nobody while a push may be under way', () => {
    const target = new Follower();
    const end = target.follow(0, (seconds) => (seconds < 9 ? 'stale' : 'proven'));
    assert.ok(end < 20, `proven after ${end} s`);
    assert.ok(target.looks <= 10, `${target.looks} looks`);
    assert.deepEqual(target.deeds, [`proven at ${end}`]);
  });

  it('is noticed within a quarter of a second where it is served within that time', () => {
    const target = new Follower();
    assert.equal(
      target.follow(0, (seconds) => (seconds < 0.1 ? 'stale' : 'proven')),
      0.25,
    );
  });

  it('is touched where its push got lost, and proven soon after', () => {
    const target = new Follower();
    const isTouched = () => target.deeds.length > 0;
    const end = target.follow(0, () => (isTouched() ? 'proven' : 'stale'));
    const [touch, proven] = target.deeds;
    assert.match(touch ?? '', /^touch at 1[5-9]/);
    assert.equal(proven, `proven at ${end}`);
    assert.ok(end - Number(touch?.split(' ').at(-1)) < 1, 'the look after a touch comes at once');
  });
});

describe('a write that is not served', () => {
  it('is touched twice, reported once after a minute, and left to the passes from then on', () => {
    const target = new Follower();
    const end = target.follow(0, () => 'stale');
    for (let pass = 1; pass <= 20; pass += 1) {
      assert.equal(target.look(end + 300 * pass, 'stale').lookAgainMs, undefined);
    }
    const touches = target.deeds.filter((deed) => deed.startsWith('touch'));
    assert.equal(touches.length, 2);
    assert.deepEqual(target.deeds.slice(2), [`stale at ${end}`]);
    assert.ok(end >= 60 && end < 75, `reported after ${end} s`);
    assert.ok(target.looks < 60, `${target.looks} looks`);
    assert.equal(target.proof?.provenAt, null);
  });

  it('shows what is served instead, and since when', () => {
    const target = new Follower();
    target.look(0, 'proven');
    target.write();
    target.look(10, 'stale');
    target.look(40, 'stale');
    const { servedInstead, since, at } = target.place ?? assert.fail('nothing was kept');
    assert.deepEqual(servedInstead, OLD);
    assert.deepEqual([since, at], [new Date(START + 10_000), new Date(START + 40_000)]);
  });

  it('is told of once it is served after all', () => {
    const target = new Follower();
    const end = target.follow(0, () => 'stale');
    target.look(1_000, 'proven');
    assert.deepEqual(target.deeds.slice(2), [`stale at ${end}`, 'proven at 1000']);
  });

  it('is not rolled back where nobody asked for that', () => {
    const target = new Follower();
    target.follow(0, () => 'stale');
    assert.ok(target.deeds.every((deed) => !deed.startsWith('roll back')));
  });

  it('is rolled back where the target says so, once, when it is reported', () => {
    const target = new Follower({ rollback: true });
    const end = target.follow(0, () => 'stale');
    target.look(1_000, 'stale');
    assert.deepEqual(target.deeds.slice(2), [`stale at ${end}`, `roll back at ${end}`]);
  });

  it('does not roll a roll-back back, until something has been proven again', () => {
    const target = new Follower({ rollback: true });
    target.follow(0, () => 'stale');
    const rolledBack = () => target.deeds.filter((deed) => deed.startsWith('roll back')).length;
    target.write();
    target.follow(1_000, () => 'stale');
    assert.equal(rolledBack(), 1);
    target.write();
    target.look(2_000, 'proven');
    target.write();
    target.follow(3_000, () => 'stale');
    assert.equal(rolledBack(), 2);
  });

  it('has its deadlines anew after another write', () => {
    const target = new Follower();
    target.look(0, 'stale');
    target.look(14, 'stale');
    target.write();
    target.look(20, 'stale');
    assert.deepEqual(target.deeds, []);
    assert.deepEqual(target.proof?.watch.staleSince, new Date(START + 20_000));
  });

  it('is touched before it is reported, where the service was away in the meantime', () => {
    const target = new Follower();
    target.look(0, 'stale');
    target.follow(10_000, () => 'stale');
    assert.match(target.deeds[0] ?? '', /^touch at 10000$/);
    assert.match(target.deeds.at(-1) ?? '', /^stale at/);
    assert.ok(target.seconds >= 10_020, `${target.seconds}`);
  });
});

describe('a place that cannot be seen', () => {
  it('is not touched or rolled back, and reported once after a minute', () => {
    const target = new Follower({ rollback: true });
    const end = target.follow(0, () => 'unreachable');
    target.look(1_000, 'unreachable');
    assert.deepEqual(target.deeds, [`unreachable at ${end}`]);
    assert.ok(end >= 60 && end <= 70, `${end}`);
    assert.ok(target.looks <= 14, `${target.looks} looks, each of which may take its timeout`);
  });

  it('is given the time to be touched where it turns out to be stale', () => {
    const target = new Follower({ rollback: true });
    target.follow(0, () => 'unreachable');
    const end = target.follow(1_000, () => 'stale');
    const [, touch, again, stale, rollBack] = target.deeds;
    assert.match(touch ?? '', /^touch at 10(1[5-9]|2)/);
    assert.match(again ?? '', /^touch/);
    assert.deepEqual([stale, rollBack], [`stale at ${end}`, `roll back at ${end}`]);
    assert.ok(end >= 1_060);
  });

  it('is told of when it is back', () => {
    const target = new Follower();
    target.look(0, 'proven');
    target.follow(100, () => 'unreachable');
    target.look(1_000, 'proven');
    assert.deepEqual(target.deeds.at(-1), 'proven at 1000');
    target.look(2_000, 'unreachable');
    target.look(2_010, 'proven');
    assert.equal(target.deeds.at(-1), 'proven at 1000', 'a moment is nothing to tell of');
  });
});

describe('several places', () => {
  it('are proven only together, and stale as soon as one is', () => {
    const state = (...states: readonly ServedState[]) =>
      new Follower().look(0, ...states).proof.state;
    assert.equal(state('proven', 'proven'), 'proven');
    assert.equal(state('proven', 'unreachable'), 'unreachable');
    assert.equal(state('unreachable', 'stale', 'proven'), 'stale');
  });

  it('have instants of their own', () => {
    const target = new Follower();
    target.look(0, 'proven', 'stale');
    target.look(5, 'stale', 'stale');
    const since = target.proof?.places.map((place) => place.since.getTime() - START);
    assert.deepEqual(since, [5_000, 0]);
  });
});
