import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { testTarget } from '../../support/rotation.ts';
import { cheapIssuing } from './cheap-issuing.ts';
import { RotationWorld } from './rotation-world.ts';

const DAY_MS = 86_400_000;
const DAYS = 400;
const TARGETS = 100;
/** The targets are begun over this many days, so that some are due on each day. */
const STAGGER_DAYS = 20;

interface Seen {
  readonly at: Date;
  readonly certificate: X509Certificate;
}

/** What each place has held, in its order, with the time at which it was first seen there. */
const history = new Map<string, Seen[]>();
const world = await RotationWorld.create(cheapIssuing);
const start = world.clock.now().getTime();

/** Declares what begins on this day, runs a pass, and notes what is new. */
async function liveThrough(day: number): Promise<void> {
  world.clock.set(new Date(start + day * DAY_MS));
  for (let index = day; day < STAGGER_DAYS && index < TARGETS; index += STAGGER_DAYS) {
    world.declare(
      testTarget({ name: `host-${index}`, jitter: '0s', destination: { includeRoot: false } }),
    );
  }
  await runWhereDue();
}

/** The schedule's pass, over the targets whose time has come: that others are left is tested apart. */
async function runWhereDue(): Promise<void> {
  const now = world.clock.now();
  const due = [...world.records.values()].filter(({ progress }) => {
    const { nextRotationAt } = progress.status;
    return nextRotationAt === null || nextRotationAt <= now;
  });
  for (const { target } of due) world.rotation.begin(target, { name: 'rotation' });
  for (const { target } of due) await world.rotation.whileIdle(target.name, async () => undefined);
  for (const { item } of world.passes.splice(0)) {
    if (item.outcome === 'rotated') note(item.target, now);
  }
}

function note(name: string, at: Date): void {
  const certificate = new X509Certificate(
    String(world.destinations.filesAt(`/tls/${name}`)['tls.crt']),
  );
  history.set(name, [...(history.get(name) ?? []), { at, certificate }]);
}

describe(`${TARGETS} targets of 30-day certificates over ${DAYS} days`, async () => {
  for (let day = 0; day <= DAYS; day += 1) await liveThrough(day);

  it('are all rotated each time that two thirds of a life are over', () => {
    assert.equal(history.size, TARGETS);
    for (const seen of history.values()) {
      const daysApart = seen.slice(1).map(({ at }, index) => {
        return (at.getTime() - (seen[index]?.at.getTime() ?? 0)) / DAY_MS;
      });
      assert.ok(daysApart.length >= (DAYS - STAGGER_DAYS) / 20 - 1);
      for (const days of daysApart) assert.equal(days, 20);
    }
  });

  it('never serve a certificate that has expired or is not valid yet', () => {
    for (const seen of history.values()) {
      const ends = [...seen.slice(1).map(({ at }) => at), new Date(start + DAYS * DAY_MS)];
      for (const [index, { at, certificate }] of seen.entries()) {
        assert.ok(certificate.validFromDate <= at);
        assert.ok(certificate.validToDate > (ends[index] ?? at));
      }
    }
  });

  it('keep what is replaced valid for a third of its life, so that old and new overlap', () => {
    for (const seen of history.values()) {
      for (const [index, { at }] of seen.slice(1).entries()) {
        const left = (seen[index]?.certificate.validToDate.getTime() ?? 0) - at.getTime();
        assert.ok(left > 9.9 * DAY_MS);
      }
    }
  });

  it('get a certificate of their own each time', () => {
    const all = [...history.values()].flat().map(({ certificate }) => certificate.serialNumber);
    assert.equal(new Set(all).size, all.length);
  });

  it('end in the state current, and no pass has failed', () => {
    assert.deepEqual(world.failures, []);
    assert.deepEqual(
      new Set([...world.records.keys()].map((name) => world.status(name)?.state)),
      new Set(['current']),
    );
  });
});
