import { type Kysely, sql } from 'kysely';
import type { Certificate } from '../../src/certificate.ts';
import { KEPT_CERTIFICATES, type NewRevision, type Revision } from '../../src/rotation/revision.ts';
import type { RotationReason } from '../../src/rotation/rotation-reason.ts';
import { asBuffer } from './issuance-records.ts';
import type { Schema } from './schema.ts';
import { type Statement, statementOf } from './statement.ts';

/** A certificate of a target, with its private key as it is kept. */
export interface KeptRow {
  readonly serialNumber: string;
  readonly authority: string;
  readonly der: Uint8Array;
  readonly wrappedPrivateKey: Uint8Array;
}

/** Keeps what was written to targets' destinations in SQL, and the sealed keys of the last of it. */
export class RevisionRepository {
  readonly #db: Kysely<Schema>;
  readonly #now: () => Date;

  constructor(db: Kysely<Schema>, now: () => Date) {
    this.#db = db;
    this.#now = now;
  }

  /** At most `limit` revisions of a target, the latest first, all of them before `before` where that is given. */
  readonly list = async (
    target: string,
    page: { readonly limit: number; readonly before: number | undefined },
  ): Promise<readonly Revision[]> => {
    const all = this.#db
      .selectFrom('target_revision as revision')
      .innerJoin('certificate', (join) =>
        join
          .onRef('certificate.serial_number', '=', 'revision.serial_number')
          .onRef('certificate.authority', '=', 'revision.authority'),
      )
      .leftJoin('target_key', (join) =>
        join
          .onRef('target_key.target', '=', 'revision.target')
          .onRef('target_key.serial_number', '=', 'revision.serial_number')
          .onRef('target_key.authority', '=', 'revision.authority'),
      )
      .selectAll('revision')
      .select(['certificate.not_after', 'target_key.target as kept_for'])
      .where('revision.target', '=', target)
      .orderBy('revision.number', 'desc')
      .limit(page.limit);
    const earlier =
      page.before === undefined ? all : all.where('revision.number', '<', page.before);
    return (await earlier.execute()).map((row) => ({
      number: row.number,
      serialNumber: row.serial_number,
      authority: row.authority,
      notAfter: new Date(row.not_after),
      reasons: JSON.parse(row.reasons) as RotationReason[],
      actor: row.actor,
      recordedAt: new Date(row.recorded_at),
      writtenAt: instantOf(row.written_at),
      provenAt: instantOf(row.proven_at),
      isKeyKept: row.kept_for !== null,
    }));
  };

  /** The certificate of one revision and its sealed key, where that is still kept. */
  readonly findKept = async (target: string, number: number): Promise<KeptRow | undefined> => {
    const row = await this.#db
      .selectFrom('target_revision as revision')
      .innerJoin('target_key', (join) =>
        join
          .onRef('target_key.target', '=', 'revision.target')
          .onRef('target_key.serial_number', '=', 'revision.serial_number')
          .onRef('target_key.authority', '=', 'revision.authority'),
      )
      .innerJoin('certificate', (join) =>
        join
          .onRef('certificate.serial_number', '=', 'revision.serial_number')
          .onRef('certificate.authority', '=', 'revision.authority'),
      )
      .select([
        'revision.serial_number',
        'revision.authority',
        'certificate.der',
        'target_key.wrapped_private_key',
      ])
      .where('revision.target', '=', target)
      .where('revision.number', '=', number)
      .executeTakeFirst();
    return (
      row && {
        serialNumber: row.serial_number,
        authority: row.authority,
        der: row.der,
        wrappedPrivateKey: row.wrapped_private_key,
      }
    );
  };

  /**
   * Records a revision as part of a transaction, before anything is written; the transaction is refused where the target
   * is gone, or another process has made the revision of that number.
   */
  additionFor(
    { target, number, reasons, actor }: NewRevision,
    certificate: Pick<Certificate, 'serialNumber' | 'authority'>,
    wrappedPrivateKey?: Uint8Array,
  ): readonly Statement[] {
    const of = {
      target,
      serial_number: certificate.serialNumber,
      authority: certificate.authority,
    };
    const moved = this.#db
      .updateTable('rotation_target')
      .set({ revision: number, is_revision_written: 0 })
      .where('name', '=', target)
      .where('revision', '<', number);
    const message = `target "${target}" was deleted or rotated by another process meanwhile`;
    const inserted = this.#db.insertInto('target_revision').values({
      ...of,
      number,
      reasons: JSON.stringify(reasons),
      actor: actor.name,
      recorded_at: this.#now().toISOString(),
      written_at: null,
      proven_at: null,
    });
    const key =
      wrappedPrivateKey &&
      this.#db
        .insertInto('target_key')
        .values({ ...of, wrapped_private_key: asBuffer(wrappedPrivateKey) });
    return [
      statementOf(moved, { code: 'target-unavailable', message }),
      statementOf(inserted),
      ...(key ? [statementOf(key)] : []),
    ];
  }

  /** Notes that a revision lies at its destination, and erases every key but those of the last certificates. */
  writtenFor(target: string, number: number): readonly Statement[] {
    const noted = this.#db
      .updateTable('target_revision')
      .set({ written_at: this.#now().toISOString() })
      .where('target', '=', target)
      .where('number', '=', number)
      .where('written_at', 'is', null);
    const moved = this.#db
      .updateTable('rotation_target')
      .set({ is_revision_written: 1 })
      .where('name', '=', target)
      .where('revision', '=', number);
    const last = this.#db
      .selectFrom('target_revision')
      .select('serial_number')
      .where('target', '=', target)
      .where('written_at', 'is not', null)
      .groupBy('serial_number')
      .orderBy(sql`max(number)`, 'desc')
      .limit(KEPT_CERTIFICATES);
    // What another process has recorded since, and has still to write.
    const later = this.#db
      .selectFrom('target_revision')
      .select('serial_number')
      .where('target', '=', target)
      .where('number', '>', number);
    const erased = this.#db
      .deleteFrom('target_key')
      .where('target', '=', target)
      .where('serial_number', 'not in', last)
      .where('serial_number', 'not in', later);
    return [noted, moved, erased].map((query) => statementOf(query));
  }

  /** Notes when a revision was first seen to be served. */
  provenFor(target: string, number: number): Statement {
    const noted = this.#db
      .updateTable('target_revision')
      .set({ proven_at: this.#now().toISOString() })
      .where('target', '=', target)
      .where('number', '=', number)
      .where('proven_at', 'is', null);
    return statementOf(noted);
  }

  /** Forgets a target's revisions, and erases their keys. */
  removalFor(target: string): readonly Statement[] {
    return [
      statementOf(this.#db.deleteFrom('target_key').where('target', '=', target)),
      statementOf(this.#db.deleteFrom('target_revision').where('target', '=', target)),
    ];
  }
}

function instantOf(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
