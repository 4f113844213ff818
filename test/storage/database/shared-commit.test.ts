import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SharedCommit } from '../../../storage/database/shared-commit.ts';
import type { Statement } from '../../../storage/database/statement.ts';

const statement = (sql: string): Statement => ({ sql, parameters: [] });

/** A transaction of so many shares, and what was committed. */
function shared(count: number, fail?: Error) {
  const committed: string[][] = [];
  const commit = (statements: readonly Statement[]) => {
    committed.push(statements.map(({ sql }) => sql));
    return fail ? Promise.reject(fail) : Promise.resolve();
  };
  const transaction = new SharedCommit(count, commit);
  const shares = Array.from({ length: count }, () => transaction.share());
  return { transaction, shares, committed };
}

describe('a shared commit', () => {
  it('is made once, when every share has come or has ended', async () => {
    const { shares, committed } = shared(3);
    const [first, second, third] = shares;
    assert.ok(first && second && third);
    const kept = [first.commit([statement('a')]), third.commit([statement('b'), statement('c')])];
    await Promise.resolve();
    assert.deepEqual(committed, []);
    second.end();
    await Promise.all(kept);
    assert.deepEqual(committed, [['a', 'b', 'c']]);
  });

  it('counts no share twice', async () => {
    const { shares, committed } = shared(2);
    const [first, second] = shares;
    first?.end();
    first?.end();
    await assert.rejects(first?.commit([statement('late')]) ?? Promise.resolve(), /already/);
    assert.deepEqual(committed, []);
    await second?.commit([statement('a')]);
    second?.end();
    assert.deepEqual(committed, [['a']]);
  });

  it('is not made where nobody has anything to write', () => {
    const { shares, committed } = shared(2);
    for (const share of shares) share.end();
    assert.deepEqual(committed, []);
  });

  it('fails for all where it fails', async () => {
    const { shares } = shared(2, new Error('disk full'));
    const outcomes = await Promise.allSettled(shares.map(({ commit }) => commit([statement('a')])));
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
  });

  it('writes nothing once it is abandoned', async () => {
    const { transaction, shares, committed } = shared(2);
    const waiting = shares[0]?.commit([statement('a')]) ?? Promise.resolve();
    transaction.abandon(new Error('nobody waits'));
    await assert.rejects(waiting, /nobody waits/);
    assert.deepEqual(committed, []);
  });
});
