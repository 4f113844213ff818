import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withVariables } from '../../support/readme.ts';
import type { Cluster } from './cluster.ts';
import type { Service } from './service.ts';
import { until } from './until.ts';

/** One block of docs/troubleshooting.md: what shows a fault, or what mends it. */
interface Entry {
  readonly name: string;
  readonly script: string;
  /** Lines that it must print. */
  readonly printed: readonly string[];
}

const project = fileURLToPath(new URL('../../../', import.meta.url));
const PATIENCE_MS = 90_000;

/** The page itself. */
export const page = readFileSync(
  new URL('../../../docs/troubleshooting.md', import.meta.url),
  'utf8',
);

/** Its blocks, as `see curl-56` and `mend curl-56`. */
export const entries: readonly Entry[] = [
  ...page.matchAll(
    /^<!-- (see|mend): (\S+) -->\n```sh\n([\s\S]*?)^```\n\n```text\n([\s\S]*?)^```$/gm,
  ),
].map(([, kind, name, script = '', printed = '']) => ({
  name: `${kind} ${name}`,
  script,
  printed: printed.trimEnd().split('\n'),
}));

const settings = /^<!-- set -->\n```sh\n([\s\S]*?)^```$/m.exec(page)?.[1] ?? assert.fail('no set');

/** Somebody who reads the page at a terminal. */
export class Reader {
  readonly #variables: Readonly<Record<string, string>>;
  readonly #environment: Readonly<Record<string, string>>;

  /** `folder` takes what the blocks write. */
  constructor(service: Service, { cluster, folder }: { cluster: Cluster; folder: string }) {
    const { host } = new URL(service.management);
    this.#variables = {
      API: service.management,
      TOKEN: readFileSync(`${service.dataFolder}/admin-token`, 'utf8').trim(),
      CA: service.rootFile,
      GATEWAY: '127.0.0.1',
      DIR: folder,
    };
    this.#environment = {
      PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
      HOME: folder,
      KUBECONFIG: cluster.kubeconfig,
      PKI_DATA_DIR: service.dataFolder,
      PKI_MANAGEMENT_LISTEN: host,
    };
  }

  /** Tries what shows the fault until it does: what a test has done may take a moment to arrive. */
  async sees(name: string, variables: Readonly<Record<string, string>>): Promise<void> {
    await until(`"see ${name}" prints what the page says`, async () => {
      await this.#run(`see ${name}`, variables);
      return true;
    });
  }

  /** Runs what mends it, once, as a person does. */
  async mends(name: string, variables: Readonly<Record<string, string>>): Promise<void> {
    await this.#run(`mend ${name}`, variables);
  }

  async #run(name: string, variables: Readonly<Record<string, string>>): Promise<void> {
    const { script, printed } = entries.find((entry) => entry.name === name) ?? assert.fail(name);
    const output = await this.output(script, variables);
    for (const line of printed) assert.match(output, patternOf(line), output);
  }

  /** All that a script prints, both streams. */
  output(script: string, variables: Readonly<Record<string, string>>): Promise<string> {
    // What is no setting of the page, such as a port in front of the gateway, comes by the environment.
    const known = new Set([...settings.matchAll(/^([A-Z]+)=/gm)].map(([, name = '']) => name));
    const all = Object.entries({ ...this.#variables, ...variables });
    const set = withVariables(
      settings,
      Object.fromEntries(all.filter(([name]) => known.has(name))),
    );
    const other = Object.fromEntries(all.filter(([name]) => !known.has(name)));
    const options = {
      cwd: project,
      env: { ...this.#environment, ...other },
      timeout: PATIENCE_MS,
    };
    const args = ['-uo', 'pipefail', '-c', `exec 2>&1\n${set}\n${script}`];
    return new Promise((resolve) => {
      execFile('bash', args, options, (_error, stdout) => resolve(stdout));
    });
  }
}

/** A whole line, as the page has it; `…` stands for whatever else is in it. */
function patternOf(line: string): RegExp {
  const parts = line.split('…').map((part) => RegExp.escape(part.trim()));
  return new RegExp(`^\\s*${parts.join('.*')}\\s*$`, 'm');
}
