import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inOneCommit } from '../../../compose/in-one-commit.ts';
import type { Commit, Statement } from '../../../storage/database/statement.ts';

const ITEMS = Array.from({ length: 30 }, (_, index) => index);
const statementOf = (item: number): Statement => ({ sql: String(item), parameters: [] });

/** Everything that is committed, and a signal to abort. */
function world() {
  const commits: string[][] = [];
  const commit: Commit = (statements) => {
    commits.push(statements.map(({ sql }) => sql));
    return Promise.resolve();
  };
  const controller = new AbortController();
  return { commits, controller, terms: { commit, signal: controller.signal } };
}

/** Work that takes a turn of the event loop, and counts how much of it goes on at once. */
class Work {
  atOnce = 0;
  most = 0;
  begun = 0;

  readonly turn = async (): Promise<void> => {
    this.begun += 1;
    this.atOnce += 1;
    this.most = Math.max(this.most, this.atOnce);
    await new Promise(setImmediate);
    this.atOnce -= 1;
  };
}

describe('items in one commit', () => {
  it('give their results in order, and are committed together', async () => {
    const { commits, terms } = world();
    const work = new Work();
    const results = await inOneCommit(
      ITEMS,
      async (item, commit) => {
        await work.turn();
        if (item % 3 === 0) return 'nothing to write';
        await commit([statementOf(item)]);
        return item;
      },
      terms,
    );
    assert.deepEqual(
      results,
      ITEMS.map((item) => (item % 3 === 0 ? 'nothing to write' : item)),
    );
    assert.deepEqual(commits, [ITEMS.filter((item) => item % 3 !== 0).map(String)]);
  });

  it('are worked on a few at a time', async () => {
    const work = new Work();
    await inOneCommit(ITEMS, work.turn, world().terms);
    assert.equal(work.begun, ITEMS.length);
    assert.equal(work.most, 10);
  });

  it('are not begun any more once their client has gone, and not written', async () => {
    const { commits, controller, terms } = world();
    const work = new Work();
    const attempt = inOneCommit(
      ITEMS,
      async (item, commit) => {
        await work.turn();
        if (item === 4) controller.abort(new Error('gone'));
        await commit([statementOf(item)]);
      },
      terms,
    );
    await assert.rejects(attempt, /gone/);
    assert.ok(work.begun < ITEMS.length);
    assert.deepEqual(commits, []);
  });

  it('are not written either where the client goes while the last one is worked on', async () => {
    const { commits, controller, terms } = world();
    const attempt = inOneCommit(
      ITEMS,
      async (item, commit) => {
        if (item === ITEMS.length - 1) controller.abort(new Error('gone'));
        await commit([statementOf(item)]);
      },
      terms,
    );
    await assert.rejects(attempt, /gone/);
    assert.deepEqual(commits, []);
  });
});
