import type { Kysely } from 'kysely';
import type { AuditEntry } from '../../src/audit/entry.ts';
import { PkiError } from '../../src/errors.ts';
import type { TargetProgress, TargetRecord } from '../../src/rotation/rotation-record.ts';
import type { RotationTarget } from '../../src/rotation/target.ts';
import { appendAuditEntries } from './audit-repository.ts';
import type { RotationTargetRow, Schema } from './schema.ts';

/** Keeps rotation targets, and what passes leave for them, in SQL. */
export class TargetRepository {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  readonly find = async (name: string): Promise<TargetRecord | undefined> => {
    const row = await this.#db
      .selectFrom('rotation_target')
      .selectAll()
      .where('name', '=', name)
      .executeTakeFirst();
    return row && recordOf(row);
  };

  /** All of them, by name. */
  readonly list = async (): Promise<readonly TargetRecord[]> => {
    const query = this.#db.selectFrom('rotation_target').selectAll().orderBy('name');
    return (await query.execute()).map(recordOf);
  };

  /** @throws {PkiError} `name-taken` where another target of that name was faster */
  readonly add = async (record: TargetRecord, entry: AuditEntry): Promise<void> => {
    await this.#db.transaction().execute(async (trx) => {
      const inserted = await trx
        .insertInto('rotation_target')
        .values(rowOf(record))
        .onConflict((conflict) => conflict.column('name').doNothing())
        .executeTakeFirst();
      if (inserted.numInsertedOrUpdatedRows !== 1n) {
        throw new PkiError('name-taken', `there is a target "${record.target.name}" already`);
      }
      await appendAuditEntries(trx, [entry]);
    });
  };

  /** @throws {PkiError} `target-unknown` where it was deleted meanwhile */
  readonly replace = async (target: RotationTarget, entry: AuditEntry): Promise<void> => {
    await this.#db.transaction().execute(async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable('rotation_target')
        .set({ target: JSON.stringify(target) })
        .where('name', '=', target.name)
        .executeTakeFirst();
      if (numUpdatedRows !== 1n) {
        throw new PkiError('target-unknown', `no target "${target.name}"`);
      }
      await appendAuditEntries(trx, [entry]);
    });
  };

  readonly remove = async (name: string, entries: readonly AuditEntry[]): Promise<void> => {
    await this.#db.transaction().execute(async (trx) => {
      await trx.deleteFrom('rotation_target').where('name', '=', name).execute();
      await appendAuditEntries(trx, entries);
    });
  };

  /** Keeps what a pass left; a target that was deleted meanwhile is not brought back. */
  readonly recordPass = async (
    name: string,
    progress: TargetProgress,
    auditEntries: readonly AuditEntry[],
  ): Promise<void> => {
    await this.#db.transaction().execute(async (trx) => {
      await trx
        .updateTable('rotation_target')
        .set({ progress: JSON.stringify(progress) })
        .where('name', '=', name)
        .execute();
      await appendAuditEntries(trx, auditEntries);
    });
  };

  /** Makes the targets of the settings file what the file says now: all of it or nothing. */
  readonly followFile = async (changes: {
    readonly records: readonly TargetRecord[];
    readonly dropped: readonly string[];
    readonly auditEntries: readonly AuditEntry[];
  }): Promise<void> => {
    await this.#db.transaction().execute(async (trx) => {
      for (const name of changes.dropped) {
        await trx.deleteFrom('rotation_target').where('name', '=', name).execute();
      }
      for (const record of changes.records) {
        const row = rowOf(record);
        await trx
          .insertInto('rotation_target')
          .values(row)
          .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
          .execute();
      }
      await appendAuditEntries(trx, changes.auditEntries);
    });
  };
}

function rowOf({ target, isDeclaredInFile, progress }: TargetRecord): RotationTargetRow {
  return {
    name: target.name,
    declared_in_file: isDeclaredInFile ? 1 : 0,
    target: JSON.stringify(target),
    progress: JSON.stringify(progress),
  };
}

function recordOf(row: RotationTargetRow): TargetRecord {
  return {
    target: JSON.parse(row.target) as RotationTarget,
    isDeclaredInFile: row.declared_in_file === 1,
    progress: progressOf(row.progress),
  };
}

const INSTANTS = ['notAfter', 'nextRotationAt', 'lastRotatedAt', 'retryAt'];

function progressOf(json: string): TargetProgress {
  return JSON.parse(json, (member, value: unknown) =>
    INSTANTS.includes(member) && typeof value === 'string' ? new Date(value) : value,
  ) as TargetProgress;
}
