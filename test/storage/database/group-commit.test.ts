import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PkiError } from '../../../src/errors.ts';
import type { Database } from '../../../storage/database/database.ts';
import { GroupCommit } from '../../../storage/database/group-commit.ts';
import type { Statement } from '../../../storage/database/statement.ts';
import { DATABASES } from './databases.ts';

const INSERT = 'insert into instance (id) values (?) on conflict (id) do nothing';
const insert = (id: string): Statement => ({ sql: INSERT, parameters: [id] });
const insertNew = (id: string): Statement => ({
  ...insert(id),
  refusal: { code: 'name-taken', message: `there is "${id}" already` },
});
const BROKEN: Statement = { sql: 'insert into instance (id) values (null)', parameters: [null] };

async function idsIn(db: Database): Promise<readonly string[]> {
  const rows = await db.selectFrom('instance').selectAll().orderBy('id').execute();
  return rows.map(({ id }) => id);
}

/** The database, and how many transactions it has been given. */
async function counted(open: () => Promise<Database>) {
  const db = await open();
  let transactions = 0;
  const counting: ConstructorParameters<typeof GroupCommit>[0] = {
    transact: (statements) => {
      transactions += 1;
      return db.transact(statements);
    },
    transactOnceFree: (gather) => {
      transactions += 1;
      return db.transactOnceFree(gather);
    },
  };
  return { db, counting, transactions: () => transactions };
}

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown }).code;
}

for (const [database, open] of DATABASES) {
  describe(`a group commit, in ${database}`, () => {
    it('makes transactions that arrive together durable at once, in their order', async () => {
      const { db, counting, transactions } = await counted(open);
      const { commit } = new GroupCommit(counting, { waitMs: 0, maxStatements: 100 });
      await Promise.all(['a', 'b', 'c'].map((id) => commit([insert(id)])));
      assert.deepEqual(await idsIn(db), ['a', 'b', 'c']);
      assert.equal(transactions(), 1);
    });

    it('lets later ones join while it waits, once several have come together', async () => {
      const { counting, transactions } = await counted(open);
      const { commit } = new GroupCommit(counting, { waitMs: 200, maxStatements: 100 });
      await Promise.all([commit([insert('a')]), commit([insert('b')])]);
      const third = commit([insert('c')]);
      await new Promise((resolve) => setTimeout(resolve, 1));
      await Promise.all([third, commit([insert('d')])]);
      assert.equal(transactions(), 2);
    });

    it('lets later ones join while another process writes', async () => {
      const { db, counting, transactions } = await counted(open);
      const free = Promise.withResolvers<void>();
      const { commit } = new GroupCommit(
        {
          ...counting,
          transactOnceFree: async (gather) => {
            await free.promise;
            return counting.transactOnceFree(gather);
          },
        },
        { waitMs: 0, maxStatements: 100 },
      );
      const first = commit([insert('a')]);
      await new Promise((resolve) => setTimeout(resolve, 1));
      const second = commit([insert('b')]);
      free.resolve();
      await Promise.all([first, second]);
      assert.equal(transactions(), 1);
      assert.deepEqual(await idsIn(db), ['a', 'b']);
    });

    it('waits for nobody while they come one at a time', async () => {
      const { db } = await counted(open);
      const { commit } = new GroupCommit(db, { waitMs: 3_600_000, maxStatements: 100 });
      for (const id of ['a', 'b', 'c']) await commit([insert(id)]);
      assert.deepEqual(await idsIn(db), ['a', 'b', 'c']);
    });

    it('keeps the others where one of a group fails, and nothing of the one that failed', async () => {
      const { db, counting } = await counted(open);
      const { commit } = new GroupCommit(counting, { waitMs: 0, maxStatements: 100 });
      const outcomes = await Promise.allSettled([
        commit([insert('a')]),
        commit([insert('b'), BROKEN]),
        commit([insertNew('a')]),
        commit([insertNew('c')]),
      ]);
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
      );
      const [, , refused] = outcomes;
      const reason = refused.status === 'rejected' ? (refused.reason as unknown) : undefined;
      assert.equal((reason as { code?: string }).code, 'name-taken');
      assert.deepEqual(await idsIn(db), ['a', 'c']);
    });

    it('refuses what is too much to wait, keeps what waits, and takes more afterwards', async () => {
      const { db } = await counted(open);
      const { commit } = new GroupCommit(db, { waitMs: 0, maxStatements: 2 });
      const waiting = [commit([insert('a')]), commit([insert('b')])];
      await assert.rejects(commit([insert('c')]), { code: 'overloaded' });
      await Promise.all(waiting);
      await commit([insert('d')]);
      assert.deepEqual(await idsIn(db), ['a', 'b', 'd']);
    });

    it('takes a transaction of any length where nothing else waits', async () => {
      const { db } = await counted(open);
      const { commit } = new GroupCommit(db, { waitMs: 0, maxStatements: 2 });
      await commit(['a', 'b', 'c'].map(insert));
      assert.deepEqual(await idsIn(db), ['a', 'b', 'c']);
    });

    it('takes one of any length beside others, and others beside it', async () => {
      const { db } = await counted(open);
      const { commit } = new GroupCommit(db, { waitMs: 0, maxStatements: 20 });
      const long = Array.from({ length: 30 }, (_, index) => `long-${index}`);
      const waiting = [commit([insert('a')]), commit(long.map(insert)), commit([insert('b')])];
      await Promise.all(waiting);
      assert.deepEqual(await idsIn(db), ['a', 'b', ...long.toSorted()]);
    });

    it('is tried once where another process keeps the database locked', async () => {
      let transactions = 0;
      const locked = () => {
        transactions += 1;
        return Promise.reject(new PkiError('overloaded', 'another process writes'));
      };
      const db = { transact: locked, transactOnceFree: locked };
      const { commit } = new GroupCommit(db, { waitMs: 0, maxStatements: 100 });
      const outcomes = await Promise.allSettled(['a', 'b'].map((id) => commit([insert(id)])));
      assert.deepEqual(
        outcomes.map((outcome) => outcome.status === 'rejected' && codeOf(outcome.reason)),
        ['overloaded', 'overloaded'],
      );
      assert.equal(transactions, 1);
    });
  });
}
