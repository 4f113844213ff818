import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PkiError } from '../../../../src/errors.ts';
import { proveTarget } from '../../../../src/rotation/proof/prove-target.ts';
import { servedStatusOf } from '../../../../src/rotation/proof/served-status.ts';
import { ProofWorld } from './proof-world.ts';

const never = new AbortController().signal;
const look = (world: ProofWorld) => proveTarget(world, 'shop', never);

function events(world: ProofWorld): readonly string[] {
  return world.reports.map(({ event, cause }) =>
    cause === undefined ? event : `${event}: failed`,
  );
}

function actions(world: ProofWorld): readonly string[] {
  return world.audit.map(({ action }) => action);
}

/** A target with a new write, where the certificate before is still served. */
function staleWorld(changes: Parameters<ProofWorld['declare']>[0] = {}): ProofWorld {
  const world = new ProofWorld();
  world.declare(changes);
  world.serve('shop', world.write('shop', 1));
  world.write('shop', 2);
  return world;
}

/** Looks on until that is not due any more. */
async function follow(world: ProofWorld): Promise<void> {
  for (let next = await look(world); next !== undefined; next = await look(world)) {
    world.clock.advance(next);
  }
}

describe('a look at what is served', () => {
  it('proves what the destination holds, keeps that, and tells the journal once', async () => {
    const world = new ProofWorld();
    world.declare();
    world.serve('shop', world.write('shop', 1));
    assert.equal(await look(world), undefined);
    assert.equal(await look(world), undefined);
    const proof = world.proof();
    assert.deepEqual([proof?.state, proof?.revision], ['proven', 1]);
    assert.deepEqual([events(world), actions(world)], [['proven'], ['target.proven']]);
    assert.deepEqual(world.asked[0], ['shop.example.org']);
    const [entry] = world.audit;
    assert.deepEqual(entry?.actor, { name: 'serving-proof' });
    assert.equal(entry.details['serialNumber'], proof?.serialNumber);
  });

  it('is left out where the target names no place, or is gone', async () => {
    const world = new ProofWorld();
    world.write('shop', 1);
    assert.equal(await look(world), undefined);
    world.declare({ name: 'shop', served: [] });
    assert.equal(await look(world), undefined);
    assert.equal(world.looks, 0);
  });

  it('is left out where the destination holds what we have not written', async () => {
    const foreign = [
      { isAsWritten: false },
      { writer: { target: 'other', isThisService: true } },
      { writer: { target: 'shop', isThisService: false } },
      { kind: 'absent' },
      { kind: 'foreign', owner: 'cert-manager' },
    ] as const;
    for (const changes of foreign) {
      const world = new ProofWorld();
      world.declare();
      world.serve('shop', world.write('shop', 1, changes));
      assert.equal(await look(world), undefined);
      assert.equal(world.looks, 0, JSON.stringify(changes));
    }
  });

  it('waits for a destination that does not answer while a write is followed, and not longer', async () => {
    const world = staleWorld();
    await look(world);
    const state = world.states.get('shop');
    world.states.delete('shop');
    assert.equal(await look(world), 5_000);
    if (state) world.states.set('shop', state);
    await follow(world);
    world.states.delete('shop');
    assert.equal(await look(world), undefined);
  });

  it('says in words why a place cannot be looked at', async () => {
    const world = new ProofWorld();
    world.declare();
    world.write('shop', 1);
    await look(world);
    assert.deepEqual(world.proof()?.places[0]?.error, 'there is no pod');
    assert.equal(world.proof()?.state, 'unreachable');
  });

  it('is of the places that are declared now', async () => {
    const world = staleWorld();
    await look(world);
    const record = world.records.get('shop');
    assert.ok(record);
    assert.equal(servedStatusOf(record)?.state, 'stale');
    const served = [{ host: 'elsewhere.example.org', port: 443, via: 'tcp' }] as const;
    const moved = { ...record, target: { ...record.target, served } };
    assert.equal(servedStatusOf(moved), undefined);
  });
});

describe('a write that is not served', () => {
  it('is touched as it was judged, twice, and reported, which the journal hears of', async () => {
    const world = staleWorld();
    await follow(world);
    assert.deepEqual(
      world.touches.map(({ version }) => version),
      ['version 2', 'version 2'],
    );
    assert.deepEqual(events(world), ['touched', 'touched', 'stale']);
    assert.deepEqual(actions(world), [
      'destination.touched',
      'destination.touched',
      'target.stale',
    ]);
    assert.deepEqual(world.audit.at(-1)?.details['faults'], [
      'shop.example.org:443: serves another certificate',
    ]);
    await look(world);
    assert.equal(world.audit.length, 3, 'a later pass has nothing new to say');
  });

  it('goes on where it cannot be touched', async () => {
    const world = staleWorld();
    world.beforeTouch = () => {
      throw new PkiError('target-unavailable', 'no right to patch');
    };
    await follow(world);
    assert.deepEqual(events(world), ['touched: failed', 'touched: failed', 'stale']);
    assert.deepEqual(actions(world), ['target.stale']);
  });

  it('is rolled back after it is kept that it will be, and only where the target says so', async () => {
    const world = staleWorld({ rollback: true });
    const asked: unknown[] = [];
    world.rollBack = async (...args) => {
      asked.push([...args, world.proof()?.watch.isRolledBack]);
      return [];
    };
    await follow(world);
    const from = { serialNumber: world.proof()?.serialNumber };
    assert.deepEqual(asked, [['shop', { name: 'serving-proof' }, from, true]]);
    assert.deepEqual(events(world).slice(2), ['stale', 'rolledBack']);

    const other = staleWorld();
    other.rollBack = () => assert.fail('nobody asked for it');
    await follow(other);
  });

  it('is reported where the roll-back fails, which is not tried again', async () => {
    const world = staleWorld({ rollback: true });
    world.rollBack = () => Promise.reject(new PkiError('target-unknown', 'no revision before'));
    await follow(world);
    await look(world);
    assert.deepEqual(events(world).slice(2), ['stale', 'rolledBack: failed']);

    const other = staleWorld({ rollback: true });
    const of = { target: 'shop', serialNumber: null, reasons: [] } as const;
    other.rollBack = async () => [{ ...of, outcome: 'failed', error: 'no API server' }];
    await follow(other);
    assert.equal(other.reports.at(-1)?.cause, 'no API server');
  });

  it('is neither touched nor reported nor rolled back where another write came in between', async () => {
    const world = staleWorld({ rollback: true });
    world.rollBack = () => assert.fail('what is there now was not judged');
    await look(world);
    world.clock.advance(20_000);
    world.duringLook = () => world.write('shop', 3);
    assert.equal(await look(world), 0, 'it is looked at again at once');
    assert.deepEqual([world.touches, world.reports], [[], []]);
    assert.equal(world.proof()?.revision, 2);
    world.duringLook = () => undefined;
    await look(world);
    assert.equal(world.proof()?.revision, 3);
  });
});
