import { type Kysely, sql } from 'kysely';
import type { Certificate } from '../../src/certificate.ts';
import { KEPT_CERTIFICATES, type NewRevision, type Revision } from '../../src/rotation/revision.ts';
import type { RotationReason } from '../../src/rotation/rotation-reason.ts';
import { Insertion } from './insertion.ts';
import { asBuffer } from './issuance-records.ts';
import type { Schema } from './schema.ts';
import { type Statement, statementOf } from './statement.ts';
import { Template } from './template.ts';

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
  readonly #templates: ReturnType<typeof templatesFor>;

  constructor(db: Kysely<Schema>, now: () => Date) {
    this.#db = db;
    this.#now = now;
    this.#templates = templatesFor(db);
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
    const { serialNumber: serial_number, authority } = certificate;
    const message = `target "${target}" was deleted or rotated by another process meanwhile`;
    const of = { target, serial_number, authority };
    const { moved, revision, key } = this.#templates;
    const inserted = revision.of({
      ...of,
      number,
      reasons: JSON.stringify(reasons),
      actor: actor.name,
      recorded_at: this.#now().toISOString(),
    });
    return [
      moved.of({ target, number }, { code: 'target-unavailable', message }),
      inserted,
      ...(wrappedPrivateKey
        ? [key.of({ ...of, wrapped_private_key: asBuffer(wrappedPrivateKey) })]
        : []),
    ];
  }

  /** Notes that a revision lies at its destination, and erases every key but those of the last certificates. */
  writtenFor(target: string, number: number): readonly Statement[] {
    const { noted, written, erased } = this.#templates;
    const written_at = this.#now().toISOString();
    return [
      noted.of({ target, number, written_at }),
      written.of({ target, number }),
      erased.of({ target, number }),
    ];
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

type Numbered = Pick<NewRevision, 'target' | 'number'>;

function templatesFor(db: Kysely<Schema>) {
  return {
    moved: new Template<Numbered>((place) =>
      db
        .updateTable('rotation_target')
        .set({ revision: place('number'), is_revision_written: 0 })
        .where('name', '=', place('target'))
        .where('revision', '<', place('number')),
    ),
    revision: new Insertion(db, 'target_revision', [
      'target',
      'serial_number',
      'authority',
      'number',
      'reasons',
      'actor',
      'recorded_at',
    ]),
    key: new Insertion(db, 'target_key', [
      'target',
      'serial_number',
      'authority',
      'wrapped_private_key',
    ]),
    noted: new Template<Numbered & { written_at: string }>((place) =>
      db
        .updateTable('target_revision')
        .set({ written_at: place('written_at') })
        .where('target', '=', place('target'))
        .where('number', '=', place('number'))
        .where('written_at', 'is', null),
    ),
    written: new Template<Numbered>((place) =>
      db
        .updateTable('rotation_target')
        .set({ is_revision_written: 1 })
        .where('name', '=', place('target'))
        .where('revision', '=', place('number')),
    ),
    erased: erasureOfOlderKeys(db),
  };
}

/** Of every key but those of the last certificates, and of what another process has recorded since and has still to write. */
function erasureOfOlderKeys(db: Kysely<Schema>): Template<Numbered> {
  return new Template((place) => {
    const last = db
      .selectFrom('target_revision')
      .select('serial_number')
      .where('target', '=', place('target'))
      .where('written_at', 'is not', null)
      .groupBy('serial_number')
      .orderBy(sql`max(number)`, 'desc')
      .limit(KEPT_CERTIFICATES);
    const later = db
      .selectFrom('target_revision')
      .select('serial_number')
      .where('target', '=', place('target'))
      .where('number', '>', place('number'));
    return db
      .deleteFrom('target_key')
      .where('target', '=', place('target'))
      .where('serial_number', 'not in', last)
      .where('serial_number', 'not in', later);
  });
}
