import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

const LOG = new URL('../../../compose/log.ts', import.meta.url).href;

/** More than a pipe holds, so that the write of it lasts until somebody reads. */
const LONG_CHARACTERS = 1_000_000;

/** A process that logs as `script` says, and stays. */
function logging(script: string) {
  const program = `
    import { openLog } from '${LOG}';
    const log = openLog('info');
    ${script}`;
  return spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function textOf(child: ReturnType<typeof logging>, last: string): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout) {
    text += String(chunk);
    if (text.includes(last)) break;
  }
  return text;
}

describe('the log', () => {
  it('writes what is logged while it still writes, though nothing is logged after it', async (t) => {
    const child = logging(`
      log.info('one'.padEnd(${LONG_CHARACTERS}));
      setImmediate(() => log.info('two'));
      setTimeout(() => {}, 60_000);`);
    t.after(() => child.kill('SIGKILL'));
    const late = AbortSignal.timeout(10_000);
    late.addEventListener('abort', () => child.kill('SIGKILL'));
    await pause(500);
    assert.match(await textOf(child, '"msg":"two"'), /"msg":"one .*\n.*"msg":"two"/);
  });

  it('writes what is logged last before the process ends', async (t) => {
    const child = logging(`log.info('one'); log.info('two'); process.exit(3);`);
    t.after(() => child.kill('SIGKILL'));
    const ended = once(child, 'exit');
    assert.match(await textOf(child, '"msg":"two"'), /"msg":"one"\}\n.*"msg":"two"\}\n$/);
    assert.deepEqual(await ended, [3, null]);
  });
});
