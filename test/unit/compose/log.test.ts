import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

const LOG = new URL('../../../compose/log.ts', import.meta.url).href;

/** More than a pipe holds, so that the write of it lasts until somebody reads. */
const LONG_CHARACTERS = 1_000_000;

/** A process that logs as `script` says, to us or through a command of the shell. */
function logging(script: string, through = '') {
  const program = `
    import { openLog } from '${LOG}';
    const log = openLog('info');
    ${script}`;
  const command = `exec "$0" --input-type=module --eval "$1" ${through}`;
  return spawn('sh', ['-c', command, process.execPath, program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** All that comes, or what has come when `last` has. */
async function textOf(child: ReturnType<typeof logging>, last?: string): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout) {
    text += String(chunk);
    if (last !== undefined && text.includes(last)) break;
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

  it('writes what is fatal at once, although the threads that write are busy', async (t) => {
    const child = logging(`
      import { pbkdf2 } from 'node:crypto';
      for (let i = 0; i < 64; i += 1) pbkdf2('a', 'b', 1_000_000, 64, 'sha512', () => {});
      setImmediate(() => {
        log.fatal('last');
        process.kill(process.pid, 'SIGKILL');
      });`);
    t.after(() => child.kill('SIGKILL'));
    assert.match(await textOf(child, '"msg":"last"'), /"msg":"last"\}\n$/);
  });

  it('writes the whole of what is logged last into a pipe that is full', async (t) => {
    // Node makes the pipe one that does not block as soon as it looks at it.
    const script = `
      void process.stdout.isTTY;
      for (let line = 0; line < 2; line += 1) log.info('x'.repeat(30_000));
      setTimeout(() => {
        log.info('last '.padEnd(9_000));
        process.exit();
      }, 300);`;
    const child = logging(script, '| (sleep 1; cat)');
    t.after(() => child.kill('SIGKILL'));
    assert.match(await textOf(child), /"msg":"last +"\}\n$/);
  });

  it('writes what is logged last before the process ends', async (t) => {
    const child = logging(`log.info('one'); log.info('two'); process.exit(3);`);
    t.after(() => child.kill('SIGKILL'));
    const ended = once(child, 'exit');
    assert.match(await textOf(child, '"msg":"two"'), /"msg":"one"\}\n.*"msg":"two"\}\n$/);
    assert.deepEqual(await ended, [3, null]);
  });
});
