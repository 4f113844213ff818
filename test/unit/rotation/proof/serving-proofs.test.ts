import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServingProofs } from '../../../../src/rotation/proof/serving-proofs.ts';
import { ProofWorld } from './proof-world.ts';

/** Pauses that end when a test says so, or when they are broken off. */
class Pauses {
  readonly asked: number[] = [];
  #ends: (() => void)[] = [];

  readonly pause = (milliseconds: number, signal: AbortSignal): Promise<void> => {
    this.asked.push(milliseconds);
    return new Promise((resolve) => {
      this.#ends.push(resolve);
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  };

  endAll(): void {
    for (const end of this.#ends.splice(0)) end();
  }
}

const settled = () => new Promise(setImmediate);

function proofsIn(world: ProofWorld) {
  const pauses = new Pauses();
  const failures: unknown[] = [];
  const proofs = new ServingProofs({
    ...world,
    pause: pauses.pause,
    reportFailure: (error) => failures.push(error),
  });
  return { proofs, pauses, failures };
}

describe('proofs', () => {
  it('are followed from the pass on until the write is proven', async () => {
    const world = new ProofWorld();
    world.declare();
    world.serve('shop', world.write('shop', 1));
    const fresh = world.write('shop', 2);
    const { proofs, pauses } = proofsIn(world);
    proofs.notice('shop');
    await settled();
    assert.deepEqual([world.looks, pauses.asked], [1, [250]]);
    world.serve('shop', fresh);
    pauses.endAll();
    await settled();
    assert.deepEqual([world.looks, world.proof()?.state], [2, 'proven']);
    pauses.endAll();
    await settled();
    assert.equal(world.looks, 2);
    await proofs.stop();
  });

  it('look at once where a pass comes during a pause, and once more where it comes during a look', async () => {
    const world = new ProofWorld();
    world.declare();
    world.serve('shop', world.write('shop', 1));
    world.write('shop', 2);
    const { proofs } = proofsIn(world);
    proofs.notice('shop');
    await settled();
    proofs.notice('shop');
    await settled();
    assert.equal(world.looks, 2);
    const middle = Promise.withResolvers<void>();
    world.duringLook = () => middle.promise;
    proofs.notice('shop');
    await settled();
    proofs.notice('shop');
    proofs.notice('shop');
    await settled();
    assert.equal(world.looks, 3, 'one look at a time');
    middle.resolve();
    await settled();
    assert.equal(world.looks, 4);
    await proofs.stop();
  });

  it('of one place do not wait for another that hangs, up to 32 of them', async () => {
    const world = new ProofWorld();
    const hanging = Promise.withResolvers<void>();
    world.duringLook = () => hanging.promise;
    const names = Array.from({ length: 33 }, (_, at) => `shop${at}`);
    for (const name of names) {
      const host = `${name}.example.org`;
      world.declare({ name, served: [{ host, port: 443, via: 'tcp' }] });
      world.serve(name, world.write(name, 1));
    }
    const { proofs } = proofsIn(world);
    for (const name of names.slice(0, 31)) proofs.notice(name);
    await settled();
    world.duringLook = () => undefined;
    proofs.notice('shop31');
    await settled();
    assert.equal(world.proof('shop31')?.state, 'proven');
    world.duringLook = () => hanging.promise;
    proofs.notice('shop31');
    proofs.notice('shop32');
    await settled();
    assert.equal(world.looks, 33, 'the 33rd waits for its turn');
    hanging.resolve();
    await settled();
    assert.equal(world.proof('shop32')?.state, 'proven');
    await proofs.stop();
  });

  it('end with what went wrong in the log, and begin again with the next pass', async () => {
    const world = new ProofWorld();
    world.declare();
    world.serve('shop', world.write('shop', 1));
    world.duringLook = () => {
      throw new Error('a fault of ours');
    };
    const { proofs, failures } = proofsIn(world);
    proofs.notice('shop');
    await settled();
    assert.match(String(failures), /a fault of ours/);
    world.duringLook = () => undefined;
    proofs.notice('shop');
    await settled();
    assert.equal(world.proof()?.state, 'proven');
    await proofs.stop();
  });

  it('are broken off at the stop, in a look or a pause, and none begins after it', async () => {
    const world = new ProofWorld();
    for (const name of ['shop', 'other']) {
      const host = `${name}.example.org`;
      world.declare({ name, served: [{ host, port: 443, via: 'tcp' }] });
      world.serve(name, world.write(name, 1));
    }
    world.write('shop', 2);
    const { proofs, failures } = proofsIn(world);
    proofs.notice('shop');
    await settled();
    const middle = Promise.withResolvers<void>();
    world.duringLook = () => middle.promise;
    proofs.notice('other');
    await settled();
    const stopped = proofs.stop();
    middle.resolve();
    await stopped;
    proofs.notice('shop');
    await settled();
    assert.equal(world.proof('other'), undefined);
    assert.deepEqual([world.looks, failures], [2, []]);
  });
});
