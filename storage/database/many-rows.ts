import type { Statement } from './statement.ts';

/** Enough to make the cost of a statement vanish; SQLite takes 32,766 parameters, and no row has fifty. */
const MAX_ROWS = 64;

/**
 * The same insertions in fewer statements, since one costs about as much as the row that it inserts: those into one
 * table become one statement of many rows. Rows of a table stay in their order, tables stand in that of their first
 * row, and whatever is no plain insertion stays where it is between the others.
 */
export function manyRows(statements: readonly Statement[]): readonly Statement[] {
  const combined: Statement[] = [];
  let gathered = new Map<string, { readonly row: string; readonly insertions: Statement[] }>();
  const flush = () => {
    for (const [sql, { row, insertions }] of gathered)
      combined.push(...inOne(sql, row, insertions));
    gathered = new Map();
  };
  for (const statement of statements) {
    const { sql, row } = statement;
    if (row === undefined) {
      flush();
      combined.push(statement);
      continue;
    }
    const same = gathered.get(sql) ?? { row, insertions: [] };
    same.insertions.push(statement);
    gathered.set(sql, same);
  }
  flush();
  return combined;
}

/** Powers of two, so that few different statements are to be prepared. */
function inOne(sql: string, row: string, insertions: readonly Statement[]): Statement[] {
  const combined: Statement[] = [];
  let at = 0;
  for (let size = MAX_ROWS; size >= 1; size /= 2) {
    for (; insertions.length - at >= size; at += size) {
      const rows = insertions.slice(at, at + size);
      combined.push({
        sql: sql + `, ${row}`.repeat(size - 1),
        parameters: rows.flatMap(({ parameters }) => parameters),
      });
    }
  }
  return combined;
}
