import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './until.ts';
import type { World } from './world.ts';

/** How a program ended: with a status, or by a signal. */
export interface Ending {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program that the rig runs beside the tests. */
export interface Program {
  readonly pid: number;
  /** All that it has written so far, both streams. */
  readonly output: () => string;
  readonly ending: () => Ending | undefined;
  /** Sends `signal` and waits for the end; sending to one that has ended only tells how it ended. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<Ending>;
}

/** What to run, and the name under which its output is kept. */
export interface ProgramOptions {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/**
 * Starts a program whose life is bound to the test process: `setpriv` has the kernel kill it when
 * the test process dies, however that dies. Its output goes to a file, since a pipe would keep the
 * test process alive.
 */
export function startProgram(world: World, options: ProgramOptions): Program {
  const { name, file, args, env = {}, cwd = world.folder } = options;
  // One program may run twice at a time.
  const logFile = join(world.folder, `${name}-${randomUUID()}.log`);
  const log = openSync(logFile, 'a');
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', file, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: world.folder, ...env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.unref();

  let ending: Ending | undefined;
  child.once('error', () => {
    ending = { status: null, signal: null };
  });
  child.once('exit', (status, signal) => {
    ending = { status, signal };
  });
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (ending === undefined) child.kill(signal);
    return until(`the end of ${name} after ${signal}`, () => ending);
  };
  world.defer(() => stop('SIGKILL'));
  if (child.pid === undefined) throw new Error('setpriv (package util-linux) could not be started');
  return {
    pid: child.pid,
    output: () => readFileSync(logFile, 'utf8'),
    ending: () => ending,
    stop,
  };
}

/** Waits for what `ask` asks of `program`, and fails at once, with its last lines, when it ends before. */
export async function untilReady<T>(
  what: string,
  program: Program,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  try {
    const ready = await until(
      what,
      async () => (program.ending() === undefined ? ask() : 'ended'),
      { withinMs: 60_000 },
    );
    if (ready !== 'ended') return ready;
  } catch (cause) {
    throw new Error(`${what}: ${lastLines(program)}`, { cause });
  }
  throw new Error(`${what}: it ended instead: ${lastLines(program)}`);
}

function lastLines(program: Program): string {
  return program.output().split('\n').slice(-15).join('\n');
}
