import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withServers } from './authority-server.ts';
import type { Bench } from './bench.ts';
import { certwright } from './certwright.ts';
import { type CpuProfile, callTreeOf, type Period, selfTimesByFunction } from './cpu-profile.ts';
import { flameGraph } from './flame-graph.ts';
import { assertPartsInstalled } from './parts.ts';
import { assertSampleAnswered, measureWithWrk } from './wrk.ts';

const CONNECTIONS = 16;
const SHOWN_FUNCTIONS = 20;
const SAMPLING_INTERVAL_MICROSECONDS = 250;

/**
 * Shows where the busiest process of the service spends its time while CSRs are signed: the functions
 * with the most time of their own, a flame graph, and the profile itself for other viewers.
 */
export async function reportProfile(bench: Bench, resultsFolder: string): Promise<void> {
  assertPartsInstalled();
  const period = await profileSigning(bench, resultsFolder);
  const profiles = readdirSync(resultsFolder)
    .filter((name) => name.endsWith('.cpuprofile'))
    .map((name) => {
      const file = join(resultsFolder, name);
      const profile = JSON.parse(readFileSync(file, 'utf8')) as CpuProfile;
      return { file, root: callTreeOf(profile, period) };
    })
    .toSorted((one, other) => other.root.total - one.root.total);
  const [busiest] = profiles;
  if (!busiest) throw new Error(`${resultsFolder} holds no profile`);
  const { file, root } = busiest;
  const svg = file.replace(/cpuprofile$/, 'svg');
  writeFileSync(svg, flameGraph(root));

  const share = (root.total / (period.end - period.start)) * 100;
  console.log(
    `The busiest of ${profiles.length} processes was at work ${share.toFixed(0)} % of the time: in`,
  );
  for (const [title, self] of selfTimesByFunction(root).slice(0, SHOWN_FUNCTIONS)) {
    console.log(`  ${((self / root.total) * 100).toFixed(1).padStart(5)} %  ${title}`);
  }
  console.log(`\nFlame graph, for a browser: ${svg}`);
  console.log(`Profile, for Chrome's developer tools or speedscope: ${file}`);
}

/** Has every process write a profile when it ends; the answer is when it was under load. */
function profileSigning(
  { requests, schedule, newFolder }: Bench,
  resultsFolder: string,
): Promise<Period> {
  const interval = `--cpu-prof-interval=${SAMPLING_INTERVAL_MICROSECONDS}`;
  const nodeOptions = ['--cpu-prof', interval, `--cpu-prof-dir=${resultsFolder}`];
  return withServers(async (begin) => {
    const folder = newFolder('profile');
    const ours = await begin(certwright(folder, requests, { tls: 'off', nodeOptions }));
    await assertSampleAnswered(ours.sign);
    const { warmUpSeconds, rounds, seconds } = schedule;
    await measureWithWrk(ours.sign, { connections: CONNECTIONS, seconds: warmUpSeconds });
    const start = nowMicroseconds();
    await measureWithWrk(ours.sign, { connections: CONNECTIONS, seconds: rounds * seconds });
    return { start, end: nowMicroseconds() };
  });
}

function nowMicroseconds(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
