import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** The service as a process of its own. */
export interface RunningCertwright {
  readonly management: string;
  readonly distribution: string;
  /** What the ready line says to whoever started it. */
  readonly readyMessage: string;
  /** Ends it by SIGTERM and tells its status. */
  readonly stop: () => Promise<number | null>;
}

export interface StartOptions {
  readonly command: readonly string[];
  readonly workingFolder: string;
  /** Beside the test's own environment, in which no setting of the service is passed on. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The Node with which the tests themselves run. */
export const NODE = process.execPath;

const PATIENCE_MS = 60_000;

/** Ports that no other test uses: the system picks them, and the ready line tells. */
export const ANY_PORTS = {
  PKI_MANAGEMENT_LISTEN: '127.0.0.1:0',
  PKI_DISTRIBUTION_LISTEN: '127.0.0.1:0',
} as const;

/** Starts the service and waits for its ready line; one that ends before fails with its output. */
export async function startCertwright(options: StartOptions): Promise<RunningCertwright> {
  const [file = '', ...args] = options.command;
  const child = spawn(file, args, {
    cwd: options.workingFolder,
    env: { ...ownEnvironment(), ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const ready = await readyLine(child, ended);
  const stop = async () => {
    child.kill('SIGTERM');
    const [status] = (await ended) as [number | null];
    return status;
  };
  return { ...ready, stop };
}

/** This process's environment without what would be a setting. */
export function ownEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env);
  return Object.fromEntries(
    entries.filter(([name]) => !name.startsWith('PKI_') && name !== 'NODE_TEST_CONTEXT'),
  );
}

type Ready = Omit<RunningCertwright, 'stop'>;

function readyLine(
  child: ChildProcessByStdio<null, Readable, Readable>,
  ended: Promise<unknown[]>,
): Promise<Ready> {
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  const { promise, resolve, reject } = Promise.withResolvers<Ready>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    output += `${line}\n`;
    const ready = asReadyLine(line);
    if (ready) resolve(ready);
  });
  const fail = (why: string) => reject(new Error(`${why} before it was ready:\n${output}`));
  ended.then(
    ([status]) => fail(`the service ended with status ${String(status)}`),
    (error: unknown) => fail(String(error)),
  );
  const patience = setTimeout(() => {
    child.kill('SIGKILL');
    fail('time ran out');
  }, PATIENCE_MS);
  return promise.finally(() => clearTimeout(patience));
}

function asReadyLine(line: string): Ready | undefined {
  if (!line.startsWith('{')) return undefined;
  const { management, distribution, msg } = JSON.parse(line) as Record<string, unknown>;
  if (typeof management !== 'string' || typeof distribution !== 'string') return undefined;
  return { management, distribution, readyMessage: String(msg) };
}
