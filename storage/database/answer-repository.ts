import type { Compilable, Kysely, SelectQueryBuilder } from 'kysely';
import type { KeptAnswer } from '../../src/idempotency/answer.ts';
import { asBuffer } from './issuance-records.ts';
import type { Schema } from './schema.ts';
import { type Commit, type Statement, statementOf } from './statement.ts';

/** From the instant on at which it is given. */
const KEPT_MS = 24 * 60 * 60 * 1000;

/** At once: one of a large batch has megabytes, and while they are written or erased nobody else writes. */
const CHANGED_AT_ONCE = 100;
/** Answers that are given meanwhile are not taken for some of a clock that was ahead. */
const SLACK_MS = 60_000;

/** Keeps the answers to requests with an `Idempotency-Key` in SQL, for 24 hours. */
export class AnswerRepository {
  readonly #db: Kysely<Schema>;
  readonly #commit: Commit;
  readonly #now: () => Date;

  constructor(db: Kysely<Schema>, parts: { readonly commit: Commit; readonly now: () => Date }) {
    this.#db = db;
    this.#commit = parts.commit;
    this.#now = parts.now;
  }

  /** The answer under `id`, unless its time is over. */
  readonly find = async (id: string): Promise<KeptAnswer | undefined> => {
    const row = await this.#db
      .selectFrom('kept_answer')
      .select(['request_digest', 'wrapped_answer'])
      .where('id', '=', id)
      .where('kept_until', '>', this.#now().toISOString())
      .executeTakeFirst();
    return row && { id, requestDigest: row.request_digest, wrappedAnswer: row.wrapped_answer };
  };

  /** Keeps an answer as part of a transaction, which is refused where another one is kept under the same id. */
  statementFor({ id, requestDigest, wrappedAnswer }: KeptAnswer): Statement {
    const now = this.#now();
    const row = {
      request_digest: requestDigest,
      wrapped_answer: asBuffer(wrappedAnswer),
      kept_until: keptUntil(now),
    };
    const inserted = this.#db
      .insertInto('kept_answer')
      .values({ id, ...row })
      .onConflict((conflict) =>
        conflict
          .column('id')
          .doUpdateSet(row)
          // What is over but not erased yet is in nobody's way.
          .where('kept_answer.kept_until', '<=', now.toISOString()),
      );
    const message = 'another request with this Idempotency-Key was granted meanwhile';
    return statementOf(inserted, { code: 'idempotency-key-in-use', message });
  }

  /** Erases the answers whose time is over, and has none kept for longer than one that is given now; a few in each transaction. */
  readonly forgetOld = async (): Promise<void> => {
    const now = this.#now();
    const over = this.#idsWhere('<=', now.toISOString());
    await this.#whileAny(over, (few) => this.#db.deleteFrom('kept_answer').where('id', 'in', few));
    // They are from before a clock was set back. Erased at once, they would be missing to whoever asks again.
    const latest = keptUntil(now);
    const tooLong = this.#idsWhere('>', keptUntil(new Date(now.getTime() + SLACK_MS)));
    await this.#whileAny(tooLong, (few) =>
      this.#db.updateTable('kept_answer').set({ kept_until: latest }).where('id', 'in', few),
    );
  };

  #idsWhere(relation: '<=' | '>', instant: string): Ids {
    return this.#db.selectFrom('kept_answer').select('id').where('kept_until', relation, instant);
  }

  async #whileAny(ids: Ids, change: (few: Ids) => Compilable): Promise<void> {
    while (await ids.executeTakeFirst()) {
      await this.#commit([statementOf(change(ids.limit(CHANGED_AT_ONCE)))]);
    }
  }
}

type Ids = SelectQueryBuilder<Schema, 'kept_answer', { id: string }>;

/** Until when an answer is kept that is given now, as the database has it. */
function keptUntil(now: Date): string {
  return new Date(now.getTime() + KEPT_MS).toISOString();
}
