import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UnlockingTurns } from '../../../src/bundle/unlocking-turns.ts';

const nobodyGoes = new AbortController().signal;

/** Work that ends when a test says so. */
function work() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { run: () => promise, end: resolve };
}

describe('the turns of unlocking', () => {
  it('opens one file after the other', async () => {
    const turns = new UnlockingTurns();
    const first = work();
    const order: string[] = [];
    const opened = turns.run(() => first.run().then(() => order.push('first')), nobodyGoes);
    const next = turns.run(() => Promise.resolve(order.push('next')), nobodyGoes);
    first.end();
    await Promise.all([opened, next]);
    assert.deepEqual(order, ['first', 'next']);
  });

  it('refuses a file for which too many wait already, and opens those that wait', async () => {
    const turns = new UnlockingTurns();
    const first = work();
    const taken = Array.from({ length: 17 }, () => turns.run(first.run, nobodyGoes));
    await assert.rejects(turns.run(first.run, nobodyGoes), { code: 'overloaded' });
    first.end();
    await Promise.all(taken);
    await turns.run(first.run, nobodyGoes);
  });

  it('begins nothing for whoever has gone, whose place is free at once', async () => {
    const turns = new UnlockingTurns();
    const first = work();
    const opened = turns.run(first.run, nobodyGoes);
    const gone = new AbortController();
    const waiting = Array.from({ length: 16 }, () =>
      turns.run(() => assert.fail('was begun'), gone.signal),
    );
    gone.abort(new Error('has gone'));
    for (const one of waiting) await assert.rejects(one, /has gone/);
    const next = turns.run(() => Promise.resolve('opened'), nobodyGoes);
    first.end();
    await opened;
    assert.equal(await next, 'opened');
  });

  it('ends what is under way at a stop, and what comes after it', async () => {
    const turns = new UnlockingTurns();
    const forever = new Promise<never>(() => undefined);
    const attempts = [1, 2].map(() => turns.run(() => forever, nobodyGoes));
    turns.stop();
    for (const attempt of [...attempts, turns.run(() => forever, nobodyGoes)]) {
      await assert.rejects(attempt, { code: 'overloaded', message: /stops/ });
    }
  });
});
