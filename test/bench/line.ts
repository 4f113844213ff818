import { p99MsOf, type Result, rateOf, ratioOf } from './comparison.ts';

/** One line of the table: what was measured, beside what, and whether that is good enough. */
export interface Line {
  readonly work: string;
  readonly certwright: string;
  readonly beside: string;
  readonly outcome: string;
  readonly goal: string;
  readonly verdict: Verdict;
}

type Verdict = 'met' | 'MISSED' | 'not judged' | 'not measured';

const COLUMNS = ['work', 'certwright', 'beside', 'outcome', 'goal', 'verdict'] as const;

/** The lines as text, under headings, in columns. */
export function tableOf(lines: readonly Line[]): string {
  const columns = COLUMNS.map((heading) => {
    const cells = [heading, ...lines.map((line) => line[heading])];
    const width = Math.max(...cells.map(({ length }) => length));
    return cells.map((cell) => cell.padEnd(width));
  });
  const rows = ['', ...lines].map((_, row) => columns.map((cells) => cells[row]).join('  '));
  return rows.map((row) => `${row.trimEnd()}\n`).join('');
}

/** How often as fast `ours` was as `theirs`; without `minimum` that is only told. */
export function ratioLine(work: string, ours: Result, theirs: Result, minimum?: number): Line {
  const ratio = ratioOf(ours, theirs);
  return {
    work,
    certwright: describe(ours),
    beside: `${theirs.name}: ${describe(theirs)}`,
    outcome: `${ratio.toFixed(2)} ×`,
    goal: minimum === undefined ? '' : `≥ ${minimum.toFixed(2)} ×`,
    verdict: minimum === undefined ? 'not judged' : verdictOf(ratio >= minimum),
  };
}

export function p99Line(work: string, ours: Result, belowMs: number): Line {
  const p99Ms = p99MsOf(ours);
  return {
    work,
    certwright: describe(ours),
    beside: '',
    outcome: `p99 ${p99Ms.toFixed(1)} ms`,
    goal: `< ${belowMs} ms`,
    verdict: verdictOf(p99Ms < belowMs),
  };
}

/** A line without figures, which says why. */
export function unmeasuredLine(work: string, goal: string, why: string): Line {
  return { work, certwright: '', beside: '', outcome: why, goal, verdict: 'not measured' };
}

export function verdictOf(isMet: boolean): Verdict {
  return isMet ? 'met' : 'MISSED';
}

function describe(result: Result): string {
  const rate = `${rateOf(result).toFixed(0)}/s`;
  const p99Ms = p99MsOf(result);
  return Number.isNaN(p99Ms) ? rate : `${rate}, p99 ${p99Ms.toFixed(1)} ms`;
}
