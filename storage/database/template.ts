import type { Compilable } from 'kysely';
import type { Refusal, Statement } from './statement.ts';

/** Stands in a query for a value that comes later. */
class Place {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** A query with places for values, whose SQL text is made once, since making it costs more than running it. */
export class Template<Values extends Readonly<Record<string, unknown>>> {
  readonly #sql: string;
  readonly #parameters: readonly unknown[];

  /** `place` gives what stands in the query for the value of that name. */
  constructor(
    make: (place: <Name extends keyof Values & string>(name: Name) => Values[Name]) => Compilable,
  ) {
    const { sql, parameters } = make((name) => new Place(name) as never).compile();
    this.#sql = sql;
    this.#parameters = parameters;
  }

  /** The query with all its values. */
  of(values: Values, refusal?: Refusal): Statement {
    const parameters = this.#parameters.map((parameter) =>
      parameter instanceof Place ? values[parameter.name] : parameter,
    );
    return { sql: this.#sql, parameters, ...(refusal ? { refusal } : {}) };
  }
}
