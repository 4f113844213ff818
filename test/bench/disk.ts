import { execFileSync } from 'node:child_process';
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { microsecondsOf } from './microseconds.ts';

const PAGE = Buffer.alloc(4096);

/** Says on what the data lies and what a commit costs there; memory is no disk, and ends the run. */
export function describeDisk(folder: string): string {
  const table = execFileSync('df', ['--output=fstype', folder], { encoding: 'utf8' });
  const type = table.trim().split('\n').at(-1) ?? '';
  if (type === 'tmpfs' || type === 'ramfs') {
    throw new Error(
      `${folder} is on ${type}, which keeps nothing: set TMPDIR to a folder on a disk`,
    );
  }
  const file = openSync(join(folder, 'disk'), 'w');
  const commit = () => {
    writeSync(file, PAGE);
    fdatasyncSync(file);
  };
  const microseconds = microsecondsOf([commit], (work) => work());
  closeSync(file);
  return `${type}, on which writing 4 kB durably takes ${microseconds.toFixed(0)} µs`;
}
