import type { Compilable } from 'kysely';
import type { PkiErrorCode } from '../../src/errors.ts';

/** One statement of a transaction, with the values for its places. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /** Of an insertion of one row that is the end of `sql`: that row's places, such as `(?, ?)`. */
  readonly row?: string;
  /** Why nothing of the transaction is kept where this statement changes no row. */
  readonly refusal?: Refusal;
}

export interface Refusal {
  readonly code: PkiErrorCode;
  readonly message: string;
  /** JSON Pointer to the member of the request that is at fault. */
  readonly pointer?: string;
}

/** Ends when all statements are durable, or none of them is. */
export type Commit = (statements: readonly Statement[]) => Promise<void>;

/** A query of kysely as part of a transaction. */
export function statementOf(query: Compilable, refusal?: Refusal): Statement {
  const { sql, parameters } = query.compile();
  return { sql, parameters, ...(refusal ? { refusal } : {}) };
}
