import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench } from './bench.ts';
import { newRequests } from './certification-requests.ts';
import { reportColdStart } from './cold-start.ts';
import { describeDisk } from './disk.ts';
import { reportIssuance } from './issuance.ts';
import { reportMicro } from './micro.ts';
import { reportProfile } from './profile.ts';
import { reportRotationYear } from './rotation-year.ts';
import { reportSds } from './sds.ts';
import { reportSecrets } from './secrets.ts';

/** Where data and results lie; `/tmp` is in memory on some machines. */
const DISK = process.env['TMPDIR'] ?? '/var/tmp';

/** Whole batches, and more than anybody keeps at hand. */
const REQUESTS = 4_000;

/** V8 goes on compiling for about ten seconds under load; what is measured is how a service runs that has been up for longer. */
const SCHEDULE = { rounds: 5, seconds: 4, warmUpSeconds: 10 };
const SOAK_SECONDS = 30;
const LONG_SOAK_SECONDS = 600;
/** Enough to see that everything works; the figures mean nothing. */
const QUICK = { schedule: { rounds: 1, seconds: 2, warmUpSeconds: 2 }, soakSeconds: 5 };

/** What can be asked for by name. */
const REPORTS: Readonly<Record<string, (bench: Bench) => Promise<void> | void>> = {
  'cold-start': ({ newFolder }) => reportColdStart(newFolder),
  issuance: reportIssuance,
  profile: (bench) => reportProfile(bench, mkdtempSync(join(DISK, 'certwright-profile-'))),
  secrets: reportSecrets,
  micro: ({ requests }) => reportMicro(requests),
  'rotation-year': reportRotationYear,
  sds: reportSds,
};
const USUAL_REPORTS = ['cold-start', 'issuance'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    soak: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
  },
});
const reports = (positionals.length > 0 ? positionals : USUAL_REPORTS).map(reportOf);

const folder = mkdtempSync(join(DISK, 'certwright-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

console.log(
  `Node ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}`,
);
console.log(`Data on ${describeDisk(folder)}\n`);
const bench = {
  requests: newRequests(REQUESTS),
  schedule: SCHEDULE,
  isQuick: values.quick,
  soakSeconds: values.soak ? LONG_SOAK_SECONDS : SOAK_SECONDS,
  newFolder,
  ...(values.quick ? QUICK : {}),
};
for (const report of reports) await report(bench);

function reportOf(name: string) {
  const report = REPORTS[name];
  if (report) return report;
  throw new Error(`there is no "${name}", only ${Object.keys(REPORTS).join(', ')}`);
}

function newFolder(name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}
