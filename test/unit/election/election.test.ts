import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Election, type LockRecord, type SharedLock } from '../../../src/election/election.ts';

const SECOND = 1000;

/** A lock in memory, with compare-and-set. */
class MemoryLock implements SharedLock {
  record: LockRecord | undefined;
  version = 0;
  isReachable = true;

  readonly read = async () => {
    if (!this.isReachable) throw new Error('unreachable');
    return this.record && { record: this.record, version: String(this.version) };
  };

  readonly write = async (record: LockRecord, version: string | undefined) => {
    if (!this.isReachable) throw new Error('unreachable');
    const isLatest = version === (this.record && String(this.version));
    if (!isLatest) return false;
    this.record = record;
    this.version += 1;
    return true;
  };
}

/** Replicas at one lock, each with a clock on the wall of its own, and one time that passes for all. */
class World {
  readonly lock = new MemoryLock();
  ms = 0;
  readonly ended = new Set<string>();

  replica(identity: string, wallOffsetMs = 0): Election {
    return new Election({
      lock: this.lock,
      identity,
      hasEnded: (holder) => this.ended.has(holder),
      now: () => new Date(this.ms + wallOffsetMs),
      monotonicMs: () => this.ms,
    });
  }
}

describe('an election', () => {
  it('is won by the first, and kept by renewing', async () => {
    const world = new World();
    const [a, b] = [world.replica('a'), world.replica('b')];
    for (let tries = 0; tries < 20; tries += 1) {
      await a.tryOnce();
      await b.tryOnce();
      assert.deepEqual([a.isLeader, b.isLeader], [true, false]);
      world.ms += 5 * SECOND;
    }
    assert.equal(world.lock.record?.transitions, 0);
  });

  it('is won by another 15 seconds after the last sign of the holder, whatever either’s clock says', async () => {
    for (const offset of [-600 * SECOND, 0, 600 * SECOND]) {
      const world = new World();
      const [a, b] = [world.replica('a'), world.replica('b', offset)];
      await a.tryOnce();
      await b.tryOnce();
      for (let second = 1; second <= 14; second += 1) {
        world.ms += SECOND;
        await b.tryOnce();
        assert.equal(b.isLeader, false);
      }
      assert.equal(a.isLeader, false, 'and the holder has given up by itself before');
      world.ms += SECOND;
      await b.tryOnce();
      assert.equal(b.isLeader, true);
      assert.deepEqual([world.lock.record?.holder, world.lock.record?.transitions], ['b', 1]);
      await a.tryOnce();
      assert.equal(a.isLeader, false);
    }
  });

  it('is won at once from a holder that has given it up, or is known to have ended', async () => {
    const world = new World();
    const [a, b] = [world.replica('a'), world.replica('b')];
    await a.tryOnce();
    await a.release();
    assert.equal(a.isLeader, false);
    await b.tryOnce();
    assert.equal(b.isLeader, true);
    await a.release();
    assert.equal(world.lock.record?.holder, 'b', 'nobody gives up what is another’s');
    world.ended.add('b');
    await a.tryOnce();
    assert.equal(a.isLeader, true);
  });

  it('is lost by a leader whose lock cannot be reached, after 10 seconds', async () => {
    const world = new World();
    const a = world.replica('a');
    await a.tryOnce();
    world.lock.isReachable = false;
    world.ms += 9 * SECOND;
    await assert.rejects(a.tryOnce());
    assert.equal(a.isLeader, true);
    world.ms += SECOND;
    assert.equal(a.isLeader, false);
  });

  it('is never won by two at once, however they are delayed, as long as a try takes less than 5 seconds', async () => {
    const step = fc.record({
      who: fc.integer({ min: 0, max: 2 }),
      pauseMs: fc.integer({ min: 0, max: 8 * SECOND }),
      isCut: fc.boolean(),
    });
    const run = async (steps: readonly { who: number; pauseMs: number; isCut: boolean }[]) => {
      const world = new World();
      const replicas = ['a', 'b', 'c'].map((name, index) => world.replica(name, index * 3_600_000));
      for (const { who, pauseMs, isCut } of steps) {
        world.ms += pauseMs;
        world.lock.isReachable = !isCut;
        await replicas[who]?.tryOnce().catch(() => undefined);
        assert.ok(replicas.filter(({ isLeader }) => isLeader).length <= 1);
      }
    };
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60 }), run), { numRuns: 300 });
  });
});
