import type { SharedLock } from '../../src/election/election.ts';
import { PkiError } from '../../src/errors.ts';
import type { Database } from './database.ts';
import { statementOf } from './statement.ts';

const ID = 1;
const REFUSAL = { code: 'target-unavailable', message: 'another replica was faster' } as const;

/** The lock of whoever rotates, in one row. */
export class RotationLock implements SharedLock {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  readonly read: SharedLock['read'] = async () => {
    const row = await this.#db
      .selectFrom('rotation_lock')
      .selectAll()
      .where('id', '=', ID)
      .executeTakeFirst();
    if (!row) return undefined;
    const record = {
      holder: row.holder,
      acquiredAt: new Date(row.acquired_at),
      renewedAt: new Date(row.renewed_at),
      transitions: row.transitions,
    };
    return { record, version: String(row.version) };
  };

  readonly write: SharedLock['write'] = async (record, version) => {
    const row = {
      holder: record.holder,
      acquired_at: record.acquiredAt.toISOString(),
      renewed_at: record.renewedAt.toISOString(),
      transitions: record.transitions,
    };
    const query =
      version === undefined
        ? this.#db
            .insertInto('rotation_lock')
            .values({ id: ID, version: 1, ...row })
            .onConflict((conflict) => conflict.column('id').doNothing())
        : this.#db
            .updateTable('rotation_lock')
            .set({ ...row, version: Number(version) + 1 })
            .where('id', '=', ID)
            .where('version', '=', Number(version));
    try {
      await this.#db.transact([statementOf(query, REFUSAL)]);
      return true;
    } catch (error) {
      if (error instanceof PkiError && error.code === REFUSAL.code) return false;
      throw error;
    }
  };
}
