import type { Kysely, Transaction } from 'kysely';
import type { AuditAction, AuditEntry, RecordedAuditEntry } from '../../src/audit/entry.ts';
import type { AuditEntryRow, Schema } from './schema.ts';

/** Appends entries inside the transaction of the change that they speak of. */
export async function appendAuditEntries(
  db: Kysely<Schema> | Transaction<Schema>,
  entries: readonly AuditEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map(({ time, actor, action, details }) => ({
    time: time.toISOString(),
    actor: actor.name,
    request_id: actor.requestId ?? null,
    action,
    details: JSON.stringify(details),
  }));
  await db.insertInto('audit_entry').values(rows).execute();
}

/** Keeps the journal in SQL; entries are only ever added. */
export class AuditRepository {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  readonly append = (entry: AuditEntry): Promise<void> => appendAuditEntries(this.#db, [entry]);

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

function entryOf(row: Omit<AuditEntryRow, 'sequence'> & { sequence: number }): RecordedAuditEntry {
  return {
    sequence: row.sequence,
    time: new Date(row.time),
    actor: { name: row.actor, ...(row.request_id === null ? {} : { requestId: row.request_id }) },
    action: row.action as AuditAction,
    details: JSON.parse(row.details) as Record<string, unknown>,
  };
}
