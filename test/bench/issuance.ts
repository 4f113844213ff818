import { batches } from './batch.ts';
import type { Bench } from './bench.ts';
import { construction } from './construction.ts';
import { type Line, tableOf } from './line.ts';
import { memory } from './memory.ts';
import { assertPartsInstalled } from './parts.ts';
import { signingInPlainHttp, signingOverTls } from './signing.ts';
import { slowCommit } from './slow-commit.ts';

const MEASUREMENTS: Readonly<Record<string, (bench: Bench) => Promise<Line[]>>> = {
  'plain HTTP': signingInPlainHttp,
  TLS: signingOverTls,
  batches,
  construction,
  'slow commits': slowCommit,
  memory,
};

/** Measures everything that issuing has a goal for, and prints one table. */
export async function reportIssuance(bench: Bench): Promise<void> {
  assertPartsInstalled();
  const { rounds, seconds } = bench.schedule;
  console.log(
    `Load by wrk with kept-alive connections, ${bench.requests.length} CSRs with keys of their own; ` +
      `medians of ${rounds} rounds of ${seconds} s for each in turn, ratios within a round`,
  );
  const lines: Line[] = [];
  for (const [name, measure] of Object.entries(MEASUREMENTS)) {
    console.log(`  … ${name}`);
    lines.push(...(await measure(bench)));
  }
  console.log(`\n${tableOf(lines)}`);
}
