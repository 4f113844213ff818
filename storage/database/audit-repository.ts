import type { Kysely } from 'kysely';
import type { AuditAction, AuditEntry, RecordedAuditEntry } from '../../src/audit/entry.ts';
import { Insertion } from './insertion.ts';
import type { AuditEntryRow, Schema } from './schema.ts';
import type { Commit, Statement } from './statement.ts';

const COLUMNS = ['time', 'actor', 'request_id', 'action', 'details'] as const;

/** Keeps the journal in SQL; entries are only ever added. */
export class AuditRepository {
  readonly #db: Kysely<Schema>;
  readonly #commit: Commit;
  readonly #insertion: Insertion<'audit_entry', (typeof COLUMNS)[number]>;

  constructor(db: Kysely<Schema>, commit: Commit) {
    this.#db = db;
    this.#commit = commit;
    this.#insertion = new Insertion(db, 'audit_entry', COLUMNS);
  }

  readonly append = (entry: AuditEntry): Promise<void> => this.#commit([this.statementFor(entry)]);

  /** Appends an entry as part of a transaction. */
  statementFor(entry: AuditEntry): Statement {
    return this.#insertion.of(rowOf(entry));
  }

  /** At most `limit` entries, the newest first, all of them older than `before` where that is given. */
  readonly list = async (page: {
    readonly limit: number;
    readonly before: number | undefined;
  }): Promise<readonly RecordedAuditEntry[]> => {
    const all = this.#db.selectFrom('audit_entry').selectAll().orderBy('sequence', 'desc');
    const older = page.before === undefined ? all : all.where('sequence', '<', page.before);
    const rows = await older.limit(page.limit).execute();
    return rows.map(entryOf);
  };
}

function rowOf({ time, actor, action, details }: AuditEntry) {
  return {
    time: time.toISOString(),
    actor: actor.name,
    request_id: actor.requestId ?? null,
    action,
    details: JSON.stringify(details),
  };
}

function entryOf(row: Omit<AuditEntryRow, 'sequence'> & { sequence: number }): RecordedAuditEntry {
  return {
    sequence: row.sequence,
    time: new Date(row.time),
    actor: { name: row.actor, ...(row.request_id === null ? {} : { requestId: row.request_id }) },
    action: row.action as AuditAction,
    details: JSON.parse(row.details) as Record<string, unknown>,
  };
}
