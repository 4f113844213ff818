import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { spanWords } from '../../../api/commands/span-words.ts';
import { tableText } from '../../../api/commands/table.ts';

const columns = [{ title: 'NAME', cut: 2 }, { title: 'STATE' }, { title: 'SERIAL', cut: 1 }];

function cells(...texts: readonly string[]) {
  return texts.map((text) => ({ text }));
}

describe('a table', () => {
  it('has columns that are as wide as their widest text, and no spaces at the ends of lines', () => {
    const text = tableText(columns, [cells('a', 'current', '01'), cells('webapp', 'due', '-')]);
    assert.equal(text, 'NAME    STATE    SERIAL\na       current  01\nwebapp  due      -\n');
  });

  it('cuts the column that says least, then the next, and marks the cut', () => {
    const rows = [cells('webapp.example.org', 'current', '0123456789abcdef')];
    const lines = (width: number) => tableText(columns, rows, width).split('\n');
    assert.equal(lines(45)[1], 'webapp.example.org  current  0123456789abcdef');
    assert.equal(lines(40)[1], 'webapp.example.org  current  0123456789…');
    assert.equal(lines(30)[1], 'webapp.exa…  current  0123456…');
  });

  it('is never wider than the screen, as long as the columns can be cut', () => {
    const text = fc.stringMatching(/^[a-z]{1,40}$/);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(text, text)),
        fc.integer({ min: 27, max: 120 }),
        (rows, width) => {
          const table = tableText(
            columns,
            rows.map(([name, serial]) => cells(name, 'current', serial)),
            width,
          );
          for (const line of table.split('\n')) assert.ok(line.length <= width, line);
        },
      ),
    );
  });

  it('paints what is shown, and counts no colour as width', () => {
    const paint = (text: string) => `<${text}>`;
    const rows = [[{ text: 'a' }, { text: 'due', paint }, { text: '1' }]];
    assert.equal(tableText(columns, rows).split('\n')[1], 'a     <due>    1');
  });
});

describe('spanWords', () => {
  it('tells the two largest units, and leaves out what is nought', () => {
    for (const [seconds, words] of [
      [0, '0s'],
      [59, '59s'],
      [60, '1m'],
      [3_661, '1h 1m'],
      [86_400, '1d'],
      [86_459, '1d'],
      [2_591_999, '29d 23h'],
    ] as const) {
      assert.equal(spanWords(seconds * 1_000 + 999), words);
    }
  });
});
