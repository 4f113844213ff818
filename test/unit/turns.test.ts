import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Turns } from '../../src/turns.ts';

/** Work that goes on until it is told to end. */
function openEnded() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let hasBegun = false;
  const run = () => {
    hasBegun = true;
    return promise;
  };
  return { run, end: resolve, fail: reject, hasBegun: () => hasBegun };
}

const settled = () => new Promise(setImmediate);

describe('turns', () => {
  it('let so many work at once, and the others in the order in which they came', async () => {
    const turns = new Turns(2);
    const works = [openEnded(), openEnded(), openEnded(), openEnded()];
    const results = works.map(({ run }) => turns.run(run));
    const begun = () => works.map(({ hasBegun }) => hasBegun());
    await settled();
    assert.deepEqual(begun(), [true, true, false, false]);
    works[1]?.end('second');
    await settled();
    assert.deepEqual(begun(), [true, true, true, false]);
    for (const work of works) work.end('any');
    assert.deepEqual(await Promise.all(results), ['any', 'second', 'any', 'any']);
  });

  it('are given back by work that fails', async () => {
    const turns = new Turns(1);
    const [failing, next] = [openEnded(), openEnded()];
    const failed = turns.run(failing.run);
    const done = turns.run(next.run);
    failing.fail(new Error('lost'));
    await assert.rejects(failed, /lost/);
    next.end('done');
    assert.equal(await done, 'done');
    assert.equal(await turns.run(async () => 'later'), 'later');
  });
});
