import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sendHttps } from './https-request.ts';
import { type Ending, type Program, startProgram, untilReady } from './program.ts';
import type { World } from './world.ts';

/** Settings in which the tests differ; all others are the service's own defaults. */
export interface ServiceOptions {
  readonly kubeconfig?: string;
  /** A schedule that never comes is the default: what a test does not ask for does not happen. */
  readonly schedule?: string;
  /** The text of `PKI_CONFIG_FILE`. */
  readonly configuration?: string;
  /** The data of a service that ran before; a fresh folder otherwise. */
  readonly dataFolder?: string;
  readonly settings?: Readonly<Record<string, string>>;
}

/** An answer of the service: `body` is its JSON, or `undefined` where it is something else. */
export interface Reply<T> {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly octets: Buffer;
  readonly body: T;
}

/** What one request carries besides its method and path. */
export interface CallOptions {
  readonly body?: unknown;
  readonly accept?: string;
}

/** Certwright itself, as `npm start` runs it. */
export interface Service {
  /** URL of the management listener. */
  readonly management: string;
  /** URL of the distribution listener. */
  readonly distribution: string;
  readonly dataFolder: string;
  /** The file with the root, for `curl --cacert`. */
  readonly rootFile: string;
  /** Sends a request as the administrator; the answer's type is the caller's claim. */
  readonly call: <T>(method: string, path: string, options?: CallOptions) => Promise<Reply<T>>;
  readonly output: () => string;
  readonly stop: (signal: 'SIGTERM' | 'SIGKILL') => Promise<Ending>;
}

interface ReadyLine {
  readonly management: string;
  readonly distribution: string;
}

const project = fileURLToPath(new URL('../../../', import.meta.url));
const NEVER = '0 0 29 2 *';

/** Starts the service and waits for its ready line; at the world's end it must obey SIGTERM with status 0. */
export async function startService(world: World, options: ServiceOptions = {}): Promise<Service> {
  const dataFolder = options.dataFolder ?? mkdtempSync(join(world.folder, 'data-'));
  const linesBefore = linesOf(world);
  const program = startProgram(world, {
    name: 'certwright',
    file: join(project, 'node_modules', '.bin', 'node'),
    args: ['main.ts'],
    cwd: project,
    env: environmentOf(world, dataFolder, options),
  });
  world.defer(async () => {
    if (program.ending() !== undefined) return;
    assert.deepEqual(await program.stop('SIGTERM'), { status: 0, signal: null });
  });
  const { management, distribution } = await untilReady('Certwright is ready', program, () =>
    readyLine(program, linesBefore),
  );
  const rootFile = join(dataFolder, 'root.pem');
  const ca = readFileSync(rootFile, 'utf8');
  const token = readFileSync(join(dataFolder, 'admin-token'), 'utf8').trim();
  return {
    management,
    distribution,
    dataFolder,
    rootFile,
    call: async (method, path, { body, accept } = {}) => {
      const url = management + path;
      const json = body === undefined ? {} : { 'content-type': 'application/json' };
      const headers = { ...json, ...(accept === undefined ? {} : { accept }) };
      const text = body === undefined ? {} : { body: JSON.stringify(body) };
      return readReply(await sendHttps({ url, method, ca, token, headers, ...text }));
    },
    output: program.output,
    stop: program.stop,
  };
}

function environmentOf(world: World, dataFolder: string, options: ServiceOptions) {
  const { kubeconfig, schedule = NEVER, configuration, settings = {} } = options;
  const configurationFile = join(world.folder, 'certwright.yaml');
  if (configuration !== undefined) writeFileSync(configurationFile, configuration);
  return {
    PKI_DATA_DIR: dataFolder,
    PKI_MANAGEMENT_LISTEN: '127.0.0.1:0',
    PKI_DISTRIBUTION_LISTEN: '127.0.0.1:0',
    PKI_ROTATION_SCHEDULE: schedule,
    ...(configuration === undefined ? {} : { PKI_CONFIG_FILE: configurationFile }),
    ...(kubeconfig === undefined ? {} : { KUBECONFIG: kubeconfig }),
    ...settings,
  };
}

/** How much services that ran before in this world have said, which stands in the same file. */
function linesOf({ folder }: World): number {
  const file = join(folder, 'certwright.log');
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;
}

/** The line of the log that names both listeners. */
function readyLine(program: Program, linesBefore: number): ReadyLine | undefined {
  const lines = program.output().split('\n').slice(linesBefore);
  for (const line of lines.reverse()) {
    if (!line.startsWith('{')) continue;
    const { management, distribution } = JSON.parse(line) as Partial<ReadyLine>;
    if (management !== undefined && distribution !== undefined) return { management, distribution };
  }
  return undefined;
}

function readReply<T>(answer: {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}): Reply<T> {
  const { status, headers, body: octets } = answer;
  const isJson = /[/+]json/.test(headers['content-type'] ?? '');
  const body = (isJson ? JSON.parse(octets.toString('utf8')) : undefined) as T;
  return { status, headers, octets, body };
}
