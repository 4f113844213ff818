import assert from 'node:assert/strict';

type Row = readonly [name: string, pattern: string, isIn: boolean];

/** Asserts of each name whether it is in the pattern beside it. */
export function assertRows(
  rows: readonly Row[],
  isIn: (name: string, pattern: string) => boolean,
): void {
  for (const [name, pattern, expected] of rows) {
    assert.equal(isIn(name, pattern), expected, `${name} in ${pattern}`);
  }
}
