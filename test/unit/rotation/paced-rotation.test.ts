import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { PkiError } from '../../../src/errors.ts';
import { statusAt } from '../../../src/rotation/rotation-record.ts';
import type { RotationTarget } from '../../../src/rotation/target.ts';
import { OPERATOR, testTarget } from '../../support/rotation.ts';
import { cheapIssuing } from './cheap-issuing.ts';
import { RotationWorld } from './rotation-world.ts';

const DAY_MS = 86_400_000;
const PASS_MS = 300_000;
const LIMITS = { writesPerSecond: 5, issuesPerSecond: 'unlimited' } as const;
let world: RotationWorld;

beforeEach(async () => {
  world = await RotationWorld.create(cheapIssuing, LIMITS);
});

function manyTargets(count: number, changes: Partial<RotationTarget> = {}) {
  return Array.from({ length: count }, (_, index) => {
    const { destination, ...members } = changes;
    const name = `host-${index}`;
    const place = { includeRoot: false };
    return testTarget({ name, jitter: '0s', ...members, destination: place });
  });
}

/** Targets of Secrets, which go to an API server at a rate. */
function secretTargets(count: number): readonly RotationTarget[] {
  return manyTargets(count).map(({ destination, ...target }) => ({
    ...target,
    destination: {
      type: 'kubernetesSecret',
      namespace: 'istio-system',
      name: target.name,
      secretType: 'kubernetes.io/tls',
      includeRoot: false,
      clientAuthorities: destination.clientAuthorities,
      clientTrust: 'issuer',
      adopt: false,
    },
  }));
}

const rotated = () => world.passes.filter(({ item }) => item.outcome === 'rotated').length;
const states = () =>
  [...world.records.values()].map(({ progress }) => statusAt(progress, world.clock.now()).state);

describe('80 targets that are due together', () => {
  beforeEach(async () => {
    world.declare(...manyTargets(80));
    await world.rotation.run(OPERATOR, { force: false });
    world.passes.splice(0);
    world.clock.advance(20 * DAY_MS);
  });

  it('are not all rotated at once by the schedule; those that wait say that they are due', async () => {
    await world.rotation.runScheduled();
    assert.equal(rotated(), 50);
    assert.equal(states().filter((state) => state === 'due').length, 30);
  });

  it('have all been rotated long before they expire', async () => {
    for (let pass = 0; states().includes('due'); pass += 1) {
      assert.ok(pass < 60);
      await world.rotation.runScheduled();
      world.clock.advance(PASS_MS);
    }
    assert.equal(rotated(), 80);
  });

  it('are all rotated when somebody asks for it', async () => {
    await world.rotation.run(OPERATOR, { force: false });
    assert.equal(rotated(), 80);
  });

  it('are mended at once where they are missing', async () => {
    for (const path of [...world.destinations.states.keys()])
      world.destinations.states.delete(path);
    await world.rotation.runScheduled();
    assert.equal(rotated(), 80);
  });

  it('do not go on failing of an outage that is over while they wait', async () => {
    world.destinations.beforeRead = () => {
      throw new PkiError('target-unavailable', 'the cluster does not answer');
    };
    await world.rotation.runScheduled();
    assert.deepEqual(new Set(states()), new Set(['failing']));
    world.destinations.beforeRead = () => undefined;
    world.clock.advance(PASS_MS);
    await world.rotation.runScheduled();
    assert.deepEqual(new Set(states()), new Set(['current', 'due']));
  });

  it('do not keep others from their turns where they fail again and again', async () => {
    world.destinations.beforeWrite = (path) => {
      if (Number(path.slice('/tls/host-'.length)) < 50) throw new Error('is full');
    };
    for (let pass = 0; pass < 12; pass += 1) {
      await world.rotation.runScheduled();
      world.clock.advance(6 * PASS_MS);
    }
    assert.equal(rotated(), 30);
  });
});

describe('targets that wait for a window', () => {
  const rotationWindow = { cron: '0 2 * * *', duration: '2h' };

  it('are due and are left alone until it opens, but for what is wrong with them', async () => {
    world.declare(...manyTargets(3, { rotationWindow }));
    await world.rotation.runScheduled();
    world.clock.advance(20.5 * DAY_MS);
    world.destinations.states.delete('/tls/host-1');
    await world.rotation.runScheduled();
    assert.deepEqual(
      world.passes
        .slice(3)
        .filter(({ item }) => item.outcome === 'rotated')
        .map(({ item }) => item.target),
      ['host-1'],
    );
    world.clock.advance(0.5 * DAY_MS + 3 * 3_600_000);
    await world.rotation.runScheduled();
    // What was missing had the same certificate again meanwhile.
    assert.equal(rotated(), 3 + 1 + 3);
  });
});

describe('a pass over targets that are current', () => {
  beforeEach(async () => {
    world.declare(...manyTargets(20));
    for (let pass = 0; pass < 2; pass += 1) await world.rotation.runScheduled();
    world.passes.splice(0);
  });

  it('keeps nothing, and verifies nothing again', async () => {
    world.beforeRecord = () => assert.fail('nothing has changed');
    const found = world.deps.findTarget;
    Object.assign(world.deps, { findTarget: () => assert.fail('no pass is needed') });
    await world.rotation.runScheduled();
    Object.assign(world.deps, { findTarget: found });
    assert.deepEqual(
      world.passes.map(({ item }) => item.outcome),
      Array(20).fill('current'),
    );
    assert.deepEqual(world.failures, []);
  });

  it('still sees what somebody has changed', async () => {
    const files = world.destinations.filesAt('/tls/host-3');
    world.destinations.put('/tls/host-3', { ...files, 'tls.key': 'x' }, { isAsWritten: false });
    await world.rotation.runScheduled();
    assert.equal(
      world.passes.find(({ item }) => item.target === 'host-3')?.item.outcome,
      'rotated',
    );
  });

  it('still sees another declaration', async () => {
    const [first] = manyTargets(1, { dnsNames: ['new.example.org'] });
    const record = world.records.get('host-0');
    assert.ok(first && record);
    world.records.set('host-0', { ...record, target: first });
    await world.rotation.runScheduled();
    const { item } = world.passes.find((pass) => pass.item.target === 'host-0') ?? {};
    assert.deepEqual(item?.reasons, ['wrongNames', 'specChanged']);
  });
});

describe('what is written to an API server', () => {
  it('goes five a second, and whoever asked is answered before all is done', async () => {
    world.declare(...secretTargets(200));
    const run = world.rotation.run(OPERATOR, { force: false });
    await world.ticker.advance(25_000);
    const items = await run;
    const done = items.filter(({ outcome }) => outcome === 'rotated').length;
    assert.ok(done >= 124 && done <= 126, `${done}`);
    assert.equal(items.filter(({ outcome }) => outcome === 'queued').length, 200 - done);
    await world.ticker.advance(15_000);
    assert.equal(world.destinations.writes, 200);
    assert.ok(world.waiting.length > 0, 'nothing was told of those that wait');
  });

  it('is not queued twice by passes that follow each other', async () => {
    world.declare(...secretTargets(60));
    void world.rotation.runScheduled();
    await world.ticker.advance(2_000);
    world.clock.advance(PASS_MS);
    void world.rotation.runScheduled();
    void world.rotation.run(OPERATOR, { force: false });
    await world.ticker.advance(60_000);
    assert.equal(world.destinations.writes, 60);
    assert.equal(rotated(), 60);
  });

  it('lets a request by name go first', async () => {
    world.declare(...secretTargets(50));
    void world.rotation.runScheduled();
    await world.ticker.advance(1_000);
    const request = world.rotation.rotate('host-49', OPERATOR);
    await world.ticker.advance(1_000);
    const [item] = await request;
    assert.deepEqual(item?.reasons, ['missing', 'requested']);
    assert.ok(rotated() < 15);
  });

  it('waits for as long as the API server asks; nothing is issued meanwhile, nor twice', async () => {
    world.declare(...secretTargets(20));
    let issued = 0;
    world.beforeIssue = () => {
      issued += 1;
    };
    world.destinations.beforeWrite = () => {
      world.destinations.beforeWrite = () => undefined;
      throw new PkiError('target-unavailable', 'turns requests away', { retryAfterMs: 60_000 });
    };
    void world.rotation.runScheduled();
    await world.ticker.advance(1_000);
    world.clock.advance(59_000);
    void world.rotation.runScheduled();
    void world.rotation.run(OPERATOR, { force: true });
    await world.ticker.advance(58_000);
    assert.deepEqual([issued, world.destinations.writes], [1, 0]);
    world.clock.advance(2_000);
    await world.ticker.advance(10_000);
    void world.rotation.runScheduled();
    await world.ticker.advance(10_000);
    assert.deepEqual([issued, world.destinations.writes], [20, 20]);
  });
});
