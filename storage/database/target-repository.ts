import type { Insertable, Kysely, Selectable } from 'kysely';
import type { AuditEntry } from '../../src/audit/entry.ts';
import type { TargetPass } from '../../src/rotation/pass-outcome.ts';
import type { ServingProof } from '../../src/rotation/proof/serving-proof.ts';
import type { TargetProgress, TargetRecord } from '../../src/rotation/rotation-record.ts';
import type { RotationTarget } from '../../src/rotation/target.ts';
import type { AuditRepository } from './audit-repository.ts';
import type { RevisionRepository } from './revision-repository.ts';
import type { RotationTargetRow, Schema } from './schema.ts';
import { type Commit, type Statement, statementOf } from './statement.ts';
import { Template } from './template.ts';

/** A few milliseconds of work. */
const PAGE_ROWS = 100;

/** Keeps rotation targets, and what passes leave for them, in SQL. */
export class TargetRepository {
  readonly #db: Kysely<Schema>;
  readonly #commit: Commit;
  readonly #progress: Template<{ name: string; progress: string }>;
  readonly #journaled: AuditRepository['statementFor'];
  readonly #revisions: Pick<RevisionRepository, 'writtenFor' | 'provenFor' | 'removalFor'>;

  constructor(
    db: Kysely<Schema>,
    parts: {
      readonly commit: Commit;
      readonly journal: Pick<AuditRepository, 'statementFor'>;
      readonly revisions: Pick<RevisionRepository, 'writtenFor' | 'provenFor' | 'removalFor'>;
    },
  ) {
    this.#db = db;
    this.#progress = new Template((place) =>
      db
        .updateTable('rotation_target')
        .set({ progress: place('progress') })
        .where('name', '=', place('name')),
    );
    this.#revisions = parts.revisions;
    this.#commit = parts.commit;
    this.#journaled = (entry) => parts.journal.statementFor(entry);
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
    const records: TargetRecord[] = [];
    for await (const page of this.pages()) records.push(...page);
    return records;
  };

  /** The same, so many at a time that nothing else waits for long; what is added meanwhile may be among them. */
  readonly pages = async function* (
    this: TargetRepository,
  ): AsyncGenerator<readonly TargetRecord[]> {
    let last = '';
    for (;;) {
      const rows = await this.#db
        .selectFrom('rotation_target')
        .selectAll()
        .where('name', '>', last)
        .orderBy('name')
        .limit(PAGE_ROWS)
        .execute();
      if (rows.length > 0) yield rows.map(recordOf);
      const end = rows.at(-1);
      if (!end || rows.length < PAGE_ROWS) return;
      last = end.name;
    }
  }.bind(this);

  /** @throws {PkiError} `name-taken` where another target of that name was faster */
  readonly add = async (record: TargetRecord, entry: AuditEntry): Promise<void> => {
    const { name } = record.target;
    const inserted = this.#db
      .insertInto('rotation_target')
      .values(rowOf(record))
      .onConflict((conflict) => conflict.column('name').doNothing());
    const message = `there is a target "${name}" already`;
    await this.#commit([
      statementOf(inserted, { code: 'name-taken', message }),
      this.#journaled(entry),
    ]);
  };

  /** @throws {PkiError} `target-unknown` where it was deleted meanwhile */
  readonly replace = async (
    { target, progress }: Pick<TargetRecord, 'target' | 'progress'>,
    entry: AuditEntry,
  ): Promise<void> => {
    const { name } = target;
    const updated = this.#db
      .updateTable('rotation_target')
      .set({ target: JSON.stringify(target), progress: JSON.stringify(progress) })
      .where('name', '=', name);
    const refusal = { code: 'target-unknown', message: `no target "${name}"` } as const;
    await this.#commit([statementOf(updated, refusal), this.#journaled(entry)]);
  };

  readonly remove = async (name: string, entries: readonly AuditEntry[]): Promise<void> =>
    this.#commit([...this.#removal(name), ...entries.map(this.#journaled)]);

  /** Keeps what a pass left; a target that was deleted meanwhile is not brought back. */
  readonly recordPass = async (
    name: string,
    pass: Pick<TargetPass, 'progress' | 'auditEntries' | 'writtenRevision'>,
  ): Promise<void> => {
    const { progress, auditEntries, writtenRevision } = pass;
    const updated = this.#progress.of({ name, progress: JSON.stringify(progress) });
    const written =
      writtenRevision === undefined ? [] : this.#revisions.writtenFor(name, writtenRevision);
    await this.#commit([updated, ...written, ...auditEntries.map(this.#journaled)]);
  };

  /** Keeps what was found at a target's places, apart from what passes leave: neither waits for the other. */
  readonly recordProof = async (
    name: string,
    proof: ServingProof,
    auditEntries: readonly AuditEntry[],
  ): Promise<void> => {
    const updated = this.#db
      .updateTable('rotation_target')
      .set({ proof: JSON.stringify(proof) })
      .where('name', '=', name);
    const proven = proof.provenAt === null ? [] : [this.#revisions.provenFor(name, proof.revision)];
    await this.#commit([statementOf(updated), ...proven, ...auditEntries.map(this.#journaled)]);
  };

  /** Makes the targets of the settings file what the file says now: all of it or nothing. */
  readonly followFile = async (changes: {
    readonly records: readonly TargetRecord[];
    readonly dropped: readonly string[];
    readonly auditEntries: readonly AuditEntry[];
  }): Promise<void> => {
    const { records, dropped, auditEntries } = changes;
    const declared = records.map(rowOf).map((row) => {
      const { declared_in_file, target, progress } = row;
      return this.#db
        .insertInto('rotation_target')
        .values(row)
        .onConflict((conflict) =>
          conflict.column('name').doUpdateSet({ declared_in_file, target, progress }),
        );
    });
    await this.#commit([
      ...dropped.flatMap((name) => this.#removal(name)),
      ...declared.map((query) => statementOf(query)),
      ...auditEntries.map(this.#journaled),
    ]);
  };

  #removal(name: string): readonly Statement[] {
    const removed = this.#db.deleteFrom('rotation_target').where('name', '=', name);
    return [statementOf(removed), ...this.#revisions.removalFor(name)];
  }
}

/** Without the proof, which only {@link TargetRepository.recordProof} changes. */
function rowOf({
  target,
  isDeclaredInFile,
  progress,
  revision,
}: TargetRecord): Insertable<RotationTargetRow> {
  return {
    name: target.name,
    declared_in_file: isDeclaredInFile ? 1 : 0,
    target: JSON.stringify(target),
    progress: JSON.stringify(progress),
    revision: revision.number,
    is_revision_written: Number(revision.isWritten),
  };
}

function recordOf(row: Selectable<RotationTargetRow>): TargetRecord {
  return {
    // Targets of the first releases say nothing of a roll-back.
    target: { rollback: false, ...(JSON.parse(row.target) as RotationTarget) },
    isDeclaredInFile: row.declared_in_file === 1,
    progress: withInstants<TargetProgress>(row.progress),
    revision: { number: row.revision, isWritten: row.is_revision_written === 1 },
    ...(row.proof === null ? {} : { proof: withInstants<ServingProof>(row.proof) }),
  };
}

const INSTANTS = [
  ...['notAfter', 'nextRotationAt', 'lastRotatedAt', 'retryAt', 'lastAt', 'until'],
  ...['since', 'at', 'provenAt', 'unprovenSince', 'staleSince', 'touchedAt'],
];

function withInstants<T>(json: string): T {
  return JSON.parse(json, (member, value: unknown) =>
    INSTANTS.includes(member) && typeof value === 'string' ? new Date(value) : value,
  ) as T;
}
