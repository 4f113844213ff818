import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/** What to run; its output goes to a file, so that reading it costs the measuring process nothing. */
export interface ServerOptions {
  readonly command: readonly [string, ...string[]];
  readonly logFile: string;
  readonly workingFolder: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A server that this process has started and ends again. */
export interface Server<T> {
  /** What `readiness` found. */
  readonly ready: T;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

const PATIENCE_MS = 30_000;
/** Much shorter than anything that is measured. */
const POLL_MS = 2;

/** Starts a server and asks `readiness` about its output and its state until that has an answer. */
export async function startServer<T>(
  { command: [file, ...args], logFile, workingFolder, environment = {} }: ServerOptions,
  readiness: (output: string) => Promise<T | undefined> | T | undefined,
): Promise<Server<T>> {
  const log = openSync(logFile, 'w');
  const env = { PATH: process.env['PATH'], HOME: workingFolder, ...environment };
  const child = spawn(file, args, { cwd: workingFolder, env, stdio: ['ignore', log, log] });
  closeSync(log);
  // However this process ends, no server stays behind.
  const endWithUs = () => child.kill('SIGTERM');
  process.once('exit', endWithUs);
  const ended = once(child, 'exit').finally(() => process.off('exit', endWithUs));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += POLL_MS) {
    const output = readFileSync(logFile, 'utf8');
    const ready = await readiness(output);
    if (ready !== undefined) return { ready, pid: child.pid ?? 0, stop };
    if (child.exitCode !== null) throw new Error(`${file} ended before it was ready:\n${output}`);
    await setTimeout(POLL_MS);
  }
  child.kill('SIGKILL');
  throw new Error(`${file} was not ready in time:\n${readFileSync(logFile, 'utf8')}`);
}
