import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { manyRows } from '../../../storage/database/many-rows.ts';
import type { Statement } from '../../../storage/database/statement.ts';

const into = (table: string, value: number): Statement => ({
  sql: `insert into ${table} (a) values (?)`,
  parameters: [value],
  row: '(?)',
});
const other: Statement = { sql: 'update a set a = 0', parameters: [] };
const brief = (statements: readonly Statement[]) =>
  statements.map(({ sql, parameters }) => `${sql.split(' ')[2]} ${parameters.join(',')}`);

describe('insertions that are written together', () => {
  it('become one statement for each table, rows and tables in their order', () => {
    const statements = [into('a', 1), into('b', 2), into('a', 3), into('b', 4)];
    assert.deepEqual(brief(manyRows(statements)), ['a 1,3', 'b 2,4']);
    assert.equal(manyRows(statements)[0]?.sql, 'insert into a (a) values (?), (?)');
  });

  it('stay on their side of whatever is no plain insertion', () => {
    const statements = [into('a', 1), into('a', 2), other, into('a', 3)];
    assert.deepEqual(brief(manyRows(statements)), ['a 1,2', 'set ', 'a 3']);
  });

  it('need few different statements, however many they are', () => {
    const texts = new Set<string>();
    for (let count = 1; count <= 200; count += 1) {
      const statements = Array.from({ length: count }, (_, index) => into('a', index));
      const combined = manyRows(statements);
      assert.deepEqual(
        combined.flatMap(({ parameters }) => parameters),
        statements.flatMap(({ parameters }) => parameters),
      );
      for (const { sql } of combined) texts.add(sql);
    }
    assert.equal(texts.size, 7);
  });
});
