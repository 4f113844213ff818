import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { underLoad, withServers } from './authority-server.ts';
import type { Bench } from './bench.ts';
import { certwright } from './certwright.ts';
import { compare } from './comparison.ts';
import { type Line, ratioLine, unmeasuredLine } from './line.ts';
import { measureWithWrk } from './wrk.ts';

const SOURCE = new URL('slow-commit.c', import.meta.url).pathname;
const DELAY_MS = 5;
const CONNECTIONS = 64;
const GOAL = 0.7;
const WORK = `sign a CSR, each commit ${DELAY_MS} ms later, ${CONNECTIONS} connections`;

/** The service on a disk whose commits are slow, beside itself on the disk as it is. */
export function slowCommit({ requests, schedule, newFolder }: Bench): Promise<Line[]> {
  return withServers(async (begin) => {
    const library = join(newFolder('slow-commit'), 'slow-commit.so');
    if (!compile(library)) return [unmeasuredLine(WORK, `≥ ${GOAL} ×`, 'gcc is not installed')];
    const start = (name: string, environment: Readonly<Record<string, string>>) =>
      begin(certwright(newFolder(name), requests, { tls: 'off', environment }));
    const fast = await start('fast-disk', {});
    const slow = await start('slow-disk', { LD_PRELOAD: library });
    const { perSecond } = await measureWithWrk(slow.sign, { connections: 1, seconds: 1 });
    if (perSecond > 1000 / DELAY_MS) throw new Error('slow-commit.so delays no commit');
    const results = await compare(
      {
        delayed: underLoad(slow.sign, CONNECTIONS),
        undelayed: underLoad(fast.sign, CONNECTIONS),
      },
      schedule,
    );
    return [ratioLine(WORK, results.delayed, results.undelayed, GOAL)];
  });
}

/** `false` where there is no compiler. */
function compile(library: string): boolean {
  const options = ['-shared', '-fPIC', '-O2', `-DDELAY_MS=${DELAY_MS}`, '-o', library, SOURCE];
  const { error, status, stderr } = spawnSync('gcc', [...options, '-ldl'], { encoding: 'utf8' });
  if (error) return false;
  if (status !== 0) throw new Error(`slow-commit.c does not compile:\n${stderr}`);
  return true;
}
