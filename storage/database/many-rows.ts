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
  let gathered = new Map<string, Statement[]>();
  const flush = () => {
    for (const rows of gathered.values()) combined.push(...inOne(rows));
    gathered = new Map();
  };
  for (const statement of statements) {
    const { sql, row } = statement;
    if (row === undefined) {
      flush();
      combined.push(statement);
      continue;
    }
    const rows = gathered.get(sql);
    if (rows) rows.push(statement);
    else gathered.set(sql, [statement]);
  }
  flush();
  return combined;
}

/** Powers of two, so that few different statements are to be prepared. */
function inOne(rows: readonly Statement[]): Statement[] {
  const combined: Statement[] = [];
  let at = 0;
  for (let size = MAX_ROWS; size >= 1; size /= 2) {
    for (; rows.length - at >= size; at += size) combined.push(joined(rows.slice(at, at + size)));
  }
  return combined;
}

function joined(rows: readonly Statement[]): Statement {
  const [first, ...more] = rows;
  if (!first || more.length === 0) return first ?? { sql: '', parameters: [] };
  const sql = first.sql + `, ${first.row}`.repeat(more.length);
  return { sql, parameters: rows.flatMap(({ parameters }) => parameters) };
}
