import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Schema } from './schema.ts';
import type { Statement } from './statement.ts';

/** An INSERT whose SQL text is made once, since making it costs more than running it. */
export class Insertion<Table extends keyof Schema, Column extends keyof Schema[Table] & string> {
  readonly #columns: readonly Column[];
  readonly #sql: string;
  readonly #row: Pick<Statement, 'row'>;

  /** `onConflict`: what follows the values, such as `on conflict (name) do nothing`. */
  constructor(
    db: Kysely<Schema>,
    table: Table,
    columns: readonly Column[],
    onConflict?: RawBuilder<unknown>,
  ) {
    this.#columns = columns;
    const names = sql.join(columns.map((column) => sql.ref(column)));
    const places = sql.join(columns.map(() => sql.val(null)));
    const insert = sql`insert into ${sql.table(table)} (${names}) values (${places})`;
    const whole = onConflict ? sql`${insert} ${onConflict}` : insert;
    this.#sql = whole.compile(db).sql;
    this.#row = onConflict ? {} : { row: sql`(${places})`.compile(db).sql };
  }

  /** The statement that inserts `row`. */
  of(row: Readonly<Pick<Schema[Table], Column>>): Statement {
    const parameters = this.#columns.map((column) => row[column]);
    return { sql: this.#sql, parameters, ...this.#row };
  }
}
