import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Patience } from '../../../storage/directory/patience.ts';
import { isUnavailable } from './worlds.ts';

const SHORT_MS = 50;

describe('the patience with directories', () => {
  it('gives up one that does not answer, and leaves it alone until it does', async () => {
    const patience = new Patience(SHORT_MS);
    const hanging = Promise.withResolvers<string>();
    const first = patience.at('/dead', () => hanging.promise);
    await assert.rejects(first, isUnavailable(/"\/dead" does not answer/));
    const second = patience.at('/dead', () => assert.fail('it is not to be touched'));
    await assert.rejects(second, isUnavailable(/"\/dead" does not answer/));
    assert.equal(await patience.at('/alive', async () => 'alive'), 'alive');
    hanging.resolve('late');
    await new Promise(setImmediate);
    assert.equal(await patience.at('/dead', async () => 'alive'), 'alive');
  });

  it('does one thing at a time at each directory', async () => {
    const patience = new Patience();
    const order: string[] = [];
    const step = (name: string) => async () => {
      order.push(`${name} begins`);
      await new Promise(setImmediate);
      order.push(`${name} ends`);
    };
    await Promise.all(['one', 'two', 'three'].map((name) => patience.at('/place', step(name))));
    const steps = ['one', 'two', 'three'].flatMap((name) => [`${name} begins`, `${name} ends`]);
    assert.deepEqual(order, steps);
  });

  it('waits for three directories at most, and tells of which', async () => {
    const patience = new Patience(SHORT_MS);
    const hanging = Promise.withResolvers<string>();
    const dead = ['/a', '/b', '/c'].map((path) => patience.at(path, () => hanging.promise));
    const waiting = patience.at('/d', () => assert.fail('a thread must be left'));
    const words = isUnavailable(/"\/d" is left alone until one of "\/a", "\/b", "\/c" answers/);
    await Promise.all([...dead.map((one) => assert.rejects(one)), assert.rejects(waiting, words)]);
    // Once that is known, nobody waits to be told.
    const begin = performance.now();
    await assert.rejects(
      patience.at('/e', () => assert.fail('a thread must be left')),
      isUnavailable(/left alone/),
    );
    assert.ok(performance.now() - begin < SHORT_MS / 2);
    hanging.resolve('late');
    await new Promise(setImmediate);
    assert.equal(await patience.at('/d', async () => 'alive'), 'alive');
  });

  it('passes on what goes wrong, and goes on', async () => {
    const patience = new Patience();
    const failure = new Error('from a test');
    await assert.rejects(
      patience.at('/place', () => Promise.reject(failure)),
      failure,
    );
    assert.equal(await patience.at('/place', async () => 'alive'), 'alive');
  });
});
