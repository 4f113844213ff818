import { readdirSync, readFileSync } from 'node:fs';

/** A process and all that descend from it, as Linux tells; those that end meanwhile are left out. */
export function familyOf(pid: number): readonly number[] {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), Number(statusOf(Number(name), 'PPid'))]),
  );
  const family = [pid];
  // Grows while it is walked, so that children's children come too.
  for (const member of family) {
    for (const [child, parent] of parents) if (parent === member) family.push(child);
  }
  return family;
}

/** What a process keeps in memory, in megabytes; `undefined` once it has ended. */
export function residentMegabytesOf(pid: number): number | undefined {
  const kilobytes = /^\d+/.exec(statusOf(pid, 'VmRSS') ?? '');
  return kilobytes ? Number(kilobytes[0]) / 1024 : undefined;
}

/** One field of proc_pid_status(5). */
function statusOf(pid: number, field: string): string | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(status)?.[1];
  } catch {
    return undefined;
  }
}
