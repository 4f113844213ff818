import { adminToken, newKeyBody, rootPem, startCertwright } from './certwright.ts';
import { medianOf } from './comparison.ts';
import { verdictOf } from './line.ts';
import { post } from './post.ts';

const RUNS = 5;
const GOAL_SECONDS = 1;

/** How long a start on an empty folder takes. */
interface ColdStart {
  readonly readySeconds: number;
  /** From the start of the process to the first certificate, authorities created on the way. */
  readonly firstCertificateSeconds: number;
}

/** Starts the service a few times, each on an empty folder, and prints how long that took. */
export async function reportColdStart(newFolder: (name: string) => string): Promise<void> {
  const starts: ColdStart[] = [];
  for (let run = 0; run < RUNS; run += 1) starts.push(await measure(newFolder(`start-${run}`)));
  const seconds = starts.map(({ firstCertificateSeconds }) => firstCertificateSeconds);
  const ready = inSeconds(medianOf(starts.map(({ readySeconds }) => readySeconds)));
  const median = medianOf(seconds);
  const span = `${inSeconds(Math.min(...seconds))} to ${inSeconds(Math.max(...seconds))}`;
  const verdict = `goal < ${inSeconds(GOAL_SECONDS)}: ${verdictOf(median < GOAL_SECONDS)}`;
  console.log(`Cold start, empty folder, TLS, ${RUNS} runs`);
  console.log(`  ready             ${ready}`);
  console.log(`  first certificate ${inSeconds(median)} (${span}); ${verdict}\n`);
}

/** Starts the service where nothing is yet, over TLS as it comes, and asks for a certificate at once. */
async function measure(folder: string): Promise<ColdStart> {
  const start = performance.now();
  const { ready, stop } = await startCertwright(folder, { tls: 'on' });
  try {
    const readySeconds = (performance.now() - start) / 1000;
    const { status } = await post({
      url: `${ready.management}/v1/certificates`,
      headers: { authorization: `Bearer ${adminToken(folder)}` },
      ca: rootPem(folder),
      body: newKeyBody('www.example.org'),
    });
    if (status !== 201) throw new Error(`the first certificate was answered with ${status}`);
    return { readySeconds, firstCertificateSeconds: (performance.now() - start) / 1000 };
  } finally {
    await stop();
  }
}

function inSeconds(seconds: number): string {
  return `${seconds.toFixed(2)} s`;
}
