import type { Kysely } from 'kysely';
import type { KeptAnswer } from '../../src/idempotency/answer.ts';
import { asBuffer } from './issuance-records.ts';
import type { Schema } from './schema.ts';
import { type Commit, type Statement, statementOf } from './statement.ts';

/** From the instant on at which it is given. */
const KEPT_MS = 24 * 60 * 60 * 1000;

/** At once: one of a large batch has megabytes, and while they are erased nobody else writes. */
const FORGOTTEN_AT_ONCE = 100;

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
      kept_until: new Date(now.getTime() + KEPT_MS).toISOString(),
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

  /** Erases the answers whose time is over, a few in each transaction. */
  readonly forgetOld = async (): Promise<void> => {
    const over = this.#db
      .selectFrom('kept_answer')
      .select('id')
      .where('kept_until', '<=', this.#now().toISOString());
    while (await over.executeTakeFirst()) {
      const erased = this.#db
        .deleteFrom('kept_answer')
        .where('id', 'in', over.limit(FORGOTTEN_AT_ONCE));
      await this.#commit([statementOf(erased)]);
    }
  };
}
