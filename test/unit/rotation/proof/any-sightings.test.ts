import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { isFollowed, type NextStep } from '../../../../src/rotation/proof/serving-proof.ts';
import type { ServedState } from '../../../../src/rotation/proof/sighting.ts';
import { Follower } from './follower.ts';

const sighting = fc.record({
  state: fc.constantFrom<ServedState>('proven', 'stale', 'unreachable'),
  after: fc.integer({ min: 0, max: 100 }),
  isWrite: fc.boolean(),
});

/** What was done since a write, and since the last time that something was proven. */
class Deeds {
  #touchesOfWrite = 0;
  #sinceProof = { touches: 0, reports: 0 };
  #rollBacks = 0;

  begin(isWrite: boolean, isProven: boolean): void {
    if (isWrite) this.#touchesOfWrite = 0;
    if (isWrite || isProven) this.#sinceProof = { touches: 0, reports: 0 };
    if (isProven) this.#rollBacks = 0;
  }

  count({ touch, report, rollBack }: NextStep['deeds']): void {
    this.#touchesOfWrite += Number(touch);
    this.#sinceProof.touches += Number(touch);
    this.#sinceProof.reports += Number(report === 'stale');
    this.#rollBacks += Number(rollBack);
    const { touches, reports } = this.#sinceProof;
    const found = [touches, this.#touchesOfWrite, reports, this.#rollBacks];
    const most = [2, 4, 1, 1];
    assert.ok(
      found.every((count, at) => count <= (most[at] ?? 0)),
      found.join(),
    );
  }
}

it('a write is touched four times at most, and reported and rolled back once until it is proven, whatever is seen', () => {
  fc.assert(
    fc.property(fc.array(sighting, { maxLength: 60 }), (sightings) => {
      const target = new Follower({ rollback: true });
      const counted = new Deeds();
      for (const { state, after, isWrite } of sightings) {
        if (isWrite) target.write();
        counted.begin(isWrite, state === 'proven');
        const { deeds, proof, lookAgainMs } = target.look(target.seconds + after, state);
        counted.count(deeds);
        assert.equal(lookAgainMs !== undefined, isFollowed(proof));
        assert.ok((lookAgainMs ?? 1) > 0);
      }
    }),
    { numRuns: 1_000 },
  );
});
