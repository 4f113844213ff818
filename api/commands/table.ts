/** One column of a table. */
export interface Column {
  readonly title: string;
  /** Where the screen is narrow, columns with such a number are cut, that with the lowest first. */
  readonly cut?: number;
}

/** What stands in a cell, and how it is painted once it has its width. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

const GAP = '  ';
/** Less than this of a text tells nothing. */
const LEAST_WIDTH = 8;

/** Rows under their titles, each column as wide as its widest cell, and all of them within `width` where that can be. */
export function tableText(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width = Number.POSITIVE_INFINITY,
): string {
  const titles = columns.map(({ title }) => ({ text: title }));
  const lines = [titles, ...rows];
  const widths = fitted(
    columns,
    columns.map((_, index) => Math.max(...lines.map((line) => line[index]?.text.length ?? 0))),
    width,
  );
  return lines.map((line) => `${lineText(line, widths).trimEnd()}\n`).join('');
}

/** Columns that may be cut give way one after the other, until all fit or none can be narrower. */
function fitted(
  columns: readonly Column[],
  natural: readonly number[],
  width: number,
): readonly number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, one) => sum + one, GAP.length * (widths.length - 1)) - width;
  const inOrder = columns
    .map(({ cut }, index) => ({ cut, index }))
    .filter(({ cut }) => cut !== undefined)
    .sort((one, other) => Number(one.cut) - Number(other.cut));
  for (const { index } of inOrder) {
    const whole = widths[index] ?? 0;
    const narrow = Math.max(Math.min(whole, LEAST_WIDTH), whole - Math.max(excess, 0));
    widths[index] = narrow;
    excess -= whole - narrow;
  }
  return widths;
}

function lineText(cells: readonly Cell[], widths: readonly number[]): string {
  return cells
    .map(({ text, paint = asItIs }, index) => {
      const width = widths[index] ?? 0;
      const shown = text.length > width ? `${text.slice(0, width - 1)}…` : text;
      return paint(shown) + ' '.repeat(width - shown.length);
    })
    .join(GAP);
}

function asItIs(text: string): string {
  return text;
}
