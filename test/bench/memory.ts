import { withServers } from './authority-server.ts';
import type { Bench } from './bench.ts';
import { certwright } from './certwright.ts';
import { medianOf } from './comparison.ts';
import { type Line, verdictOf } from './line.ts';
import { familyOf, residentMegabytesOf } from './process-family.ts';
import { assertSampleAnswered, measureWithWrk } from './wrk.ts';

const CONNECTIONS = 64;
const GOAL_MEGABYTES = 250;
const SAMPLE_MS = 1_000;
/** In less time, a heap that is on its way to its size looks like one that leaks. */
const JUDGED_FROM_SECONDS = 600;
/** How much more the last quarter may hold than the second one; the first fills caches. */
const FLAT_GROWTH = 1.1;

/** Watches every process of the service while many clients have CSRs signed. */
export function memory({ requests, soakSeconds, newFolder }: Bench): Promise<Line[]> {
  return withServers(async (begin) => {
    const ours = await begin(certwright(newFolder('soak'), requests, { tls: 'off' }));
    await assertSampleAnswered(ours.sign);
    const megabytes = new Map<number, number[]>();
    const sampling = setInterval(() => takeSample(ours.pid, megabytes), SAMPLE_MS);
    try {
      const load = { connections: CONNECTIONS, seconds: soakSeconds };
      const { perSecond } = await measureWithWrk(ours.sign, load);
      return linesOf([...megabytes.values()], soakSeconds, perSecond);
    } finally {
      clearInterval(sampling);
    }
  });
}

function takeSample(pid: number, megabytes: Map<number, number[]>): void {
  for (const member of familyOf(pid)) {
    const resident = residentMegabytesOf(member);
    if (resident === undefined) continue;
    const samples = megabytes.get(member) ?? [];
    megabytes.set(member, [...samples, resident]);
  }
}

function linesOf(
  processes: readonly (readonly number[])[],
  seconds: number,
  perSecond: number,
): Line[] {
  const highest = Math.max(...processes.flat());
  const spans = processes.map((samples) => ({
    early: medianOf(quarterOf(samples, 1)),
    late: medianOf(quarterOf(samples, 3)),
  }));
  const growth = Math.max(...spans.map(({ early, late }) => late / early));
  const common = {
    work: `memory, ${CONNECTIONS} connections, ${seconds} s`,
    certwright: `${processes.length} processes, ${perSecond.toFixed(0)}/s`,
    beside: spans
      .map(({ early, late }) => `${early.toFixed(0)} → ${late.toFixed(0)} MB`)
      .join(', '),
  };
  return [
    {
      ...common,
      outcome: `at most ${highest.toFixed(0)} MB a process`,
      goal: `< ${GOAL_MEGABYTES} MB`,
      verdict: verdictOf(highest < GOAL_MEGABYTES),
    },
    {
      ...common,
      outcome: `last quarter ${growth.toFixed(2)} × the second`,
      goal: `flat: ≤ ${FLAT_GROWTH} ×`,
      verdict: seconds < JUDGED_FROM_SECONDS ? 'not judged' : verdictOf(growth <= FLAT_GROWTH),
    },
  ];
}

function quarterOf(samples: readonly number[], quarter: number): readonly number[] {
  const start = Math.floor((samples.length * quarter) / 4);
  return samples.slice(start, start + Math.ceil(samples.length / 4));
}
