import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Slice } from './comparison.ts';
import type { Load } from './load.ts';
import { post } from './post.ts';

const SCRIPT = new URL('wrk.lua', import.meta.url).pathname;
/** A batch on a busy machine takes seconds; wrk's own 2 would count it as lost. */
const ANSWER_TIMEOUT = '30s';

/** What the script prints at the end. */
interface Summary {
  readonly answers: number;
  readonly microseconds: number;
  readonly p99Microseconds: number;
  readonly refused: number;
  readonly broken: number;
}

/**
 * Sends `load` by wrk over kept-alive connections; any answer that is not a success ends the run, and
 * so does an answer for which there is no record.
 */
export async function measureWithWrk(
  load: Load,
  { connections, seconds }: { readonly connections: number; readonly seconds: number },
): Promise<Slice> {
  const before = load.recorded?.() ?? 0;
  const summary = await runWrk(load, ['-c', String(connections), '-d', `${seconds}s`]);
  const certificates = summary.answers * load.certificatesPerAnswer;
  const recorded = load.recorded?.() ?? Number.POSITIVE_INFINITY;
  const { refused, broken } = summary;
  if (refused + broken > 0 || summary.answers === 0) {
    const faults = `${refused} were refused and ${broken} connections broke`;
    throw new Error(`${load.url}: of ${summary.answers} answers ${faults}`);
  }
  if (recorded - before < certificates) {
    const records = `only ${recorded - before} of them are on record`;
    throw new Error(`${load.url} handed out ${certificates} certificates, ${records}`);
  }
  return {
    perSecond: (certificates / summary.microseconds) * 1e6,
    p99Ms: summary.p99Microseconds / 1000,
  };
}

const SAMPLE = 16;

/** Sends a few bodies, one after the other, and looks into each answer. */
export async function assertSampleAnswered(load: Load): Promise<void> {
  const size = Math.min(SAMPLE, load.bodies.length);
  for (let sample = 0; sample < size; sample += 1) {
    const index = randomInt(load.bodies.length);
    const { status, body } = await post({ ...load, body: load.bodies[index] ?? '' });
    if (status !== load.expectedStatus) {
      throw new Error(`${load.url} answered ${status}: ${body.slice(0, 500)}`);
    }
    load.assertAnswers(JSON.parse(body), index);
  }
}

async function runWrk(load: Load, options: readonly string[]): Promise<Summary> {
  const headers = { 'content-type': 'application/json', ...load.headers };
  const lines = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const script = ['--timeout', ANSWER_TIMEOUT, '-s', SCRIPT];
  const first = String(randomInt(load.bodies.length));
  const command = ['-t', '1', ...options, ...lines, ...script, load.url, '--', first];
  const child = spawn('wrk', command, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit') as Promise<[status: number | null]>;
  // One that ends before it has read all says why itself.
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${load.bodies.join('\n')}\n`);
  const [output, [status]] = await Promise.all([text(child.stdout), ended]);
  const summary = output.split('\n').find((line) => line.startsWith('{'));
  if (status !== 0 || summary === undefined) throw new Error(`wrk failed:\n${output}`);
  return JSON.parse(summary) as Summary;
}
