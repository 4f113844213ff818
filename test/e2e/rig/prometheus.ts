import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { startProgram, untilReady } from './program.ts';
import { realPart } from './real-part.ts';
import type { World } from './world.ts';

/** A real Prometheus that scrapes one address every second. */
export interface Prometheus {
  /** The labels of every series that `expression` has a value for now. */
  readonly query: (expression: string) => Promise<readonly Readonly<Record<string, string>>[]>;
  readonly rules: () => Promise<readonly RuleState[]>;
}

/** One rule as Prometheus has it. */
export interface RuleState {
  readonly name: string;
  readonly state: 'inactive' | 'pending' | 'firing';
  /** `unknown` before its first evaluation. */
  readonly health: 'ok' | 'err' | 'unknown';
  readonly lastError?: string;
}

interface Options {
  /** `host:port` of the listener with `/metrics`. */
  readonly scraped: string;
  readonly ruleFile: string;
}

interface Answer<T> {
  readonly status: string;
  readonly error?: string;
  readonly data: T;
}

/** Starts Prometheus on loopback with the rules of one file. */
export async function startPrometheus(
  world: World,
  { scraped, ruleFile }: Options,
): Promise<Prometheus> {
  const folder = mkdtempSync(join(world.folder, 'prometheus-'));
  const configFile = join(folder, 'prometheus.json');
  const global = { scrape_interval: '1s', evaluation_interval: '1s' };
  const job = { job_name: 'certwright', static_configs: [{ targets: [scraped] }] };
  // JSON is YAML, too.
  const config = { global, rule_files: [ruleFile], scrape_configs: [job] };
  writeFileSync(configFile, JSON.stringify(config));
  const port = await freePort();
  const program = startProgram(world, {
    name: 'prometheus',
    file: realPart('prometheus'),
    args: [
      ...[`--config.file=${configFile}`, `--storage.tsdb.path=${join(folder, 'data')}`],
      `--web.listen-address=127.0.0.1:${port}`,
    ],
  });
  const ask = async <T>(path: string): Promise<T> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    const { status, error, data } = (await answer.json()) as Answer<T>;
    if (status !== 'success') throw new Error(`${path}: ${error}`);
    return data;
  };
  await untilReady('Prometheus is ready', program, async () => {
    return (await fetch(`http://127.0.0.1:${port}/-/ready`)).ok;
  });
  return {
    query: async (expression) => {
      const { result } = await ask<{ result: readonly { metric: Record<string, string> }[] }>(
        `/api/v1/query?query=${encodeURIComponent(expression)}`,
      );
      return result.map(({ metric }) => metric);
    },
    rules: async () => {
      const { groups } = await ask<{ groups: readonly { rules: readonly RuleState[] }[] }>(
        '/api/v1/rules',
      );
      return groups.flatMap(({ rules }) => rules);
    },
  };
}
