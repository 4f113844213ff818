import { type Kysely, sql } from 'kysely';
import type { Schema } from './schema.ts';

/**
 * Notices what another process has written to the secrets: one that shares the database with this one, or that puts
 * old records back. Own writes are known already, and are found once more here at most.
 */
export class SecretVersions {
  readonly #db: Kysely<Schema>;
  #dataVersion: number | undefined;
  #known: ReadonlyMap<string, string> = new Map();

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** The targets whose secrets are others than at the last call; none at the first. */
  async changed(): Promise<readonly string[]> {
    const before = this.#dataVersion;
    const dataVersion = await this.#readDataVersion();
    if (dataVersion === before) return [];
    this.#dataVersion = dataVersion;
    const known = this.#known;
    this.#known = await this.#readVersions();
    if (before === undefined) return [];
    const names = new Set([...known.keys(), ...this.#known.keys()]);
    return [...names].filter((name) => known.get(name) !== this.#known.get(name));
  }

  /** Another number as soon as another connection has written, and nothing is read for that. */
  async #readDataVersion(): Promise<number> {
    const { rows } = await sql<{ data_version: number }>`pragma data_version`.execute(this.#db);
    return rows[0]?.data_version ?? 0;
  }

  async #readVersions(): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#db
      .selectFrom('sds_secret')
      .select(['target', 'revision', 'content_hash'])
      .execute();
    return new Map(rows.map((row) => [row.target, `${row.revision}-${row.content_hash}`]));
  }
}
