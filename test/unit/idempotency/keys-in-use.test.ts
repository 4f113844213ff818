import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Marks, untilEnd } from '../../../src/idempotency/keys-in-use.ts';

describe('the keys in use', () => {
  it('are taken by one at a time', async () => {
    const marks = new Marks();
    assert.deepEqual(await Promise.all([marks.take('a'), marks.take('a'), marks.take('b')]), [
      true,
      false,
      true,
    ]);
    await marks.giveBack('a');
    assert.equal(await marks.take('a'), true);
  });

  it('of a process are free once it has ended, and it takes none after that', async () => {
    const marks = new Marks();
    const { promise: end, resolve: die } = Promise.withResolvers<void>();
    const ofProcess = untilEnd(marks, end);
    assert.equal(await ofProcess.take('a'), true);
    die();
    await end;
    assert.equal(await ofProcess.take('b'), false);
    assert.equal(await marks.take('a'), true);
    assert.equal(await marks.take('b'), true);
  });

  it('of another process stay, whoever gives them back', async () => {
    const marks = new Marks();
    const [one, other] = [1, 2].map(() => untilEnd(marks, new Promise(() => undefined)));
    assert.equal(await one?.take('a'), true);
    await other?.giveBack('a');
    assert.equal(await other?.take('a'), false);
  });
});
