import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

/** The identity of the service that keeps its records here; `newId` makes it at the first start. */
export async function instanceId(db: Kysely<Schema>, newId: () => string): Promise<string> {
  return db.transaction().execute(async (trx) => {
    const known = await trx.selectFrom('instance').select('id').executeTakeFirst();
    if (known) return known.id;
    const id = newId();
    await trx.insertInto('instance').values({ id }).execute();
    return id;
  });
}
