import type { Database } from './database.ts';

/** One row at most, whoever is first. */
const INSERT = 'insert into instance (id) select ? where not exists (select 1 from instance)';

/** The identity of the service that keeps its records here; `newId` makes it at the first start. */
export async function instanceId(db: Database, newId: () => string): Promise<string> {
  await db.transact([{ sql: INSERT, parameters: [newId()] }]);
  const { id } = await db.selectFrom('instance').select('id').executeTakeFirstOrThrow();
  return id;
}
