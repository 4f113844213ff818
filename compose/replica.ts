import { randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A name that no other process has or had, and what it tells about other such names. */
export interface Replica {
  readonly identity: string;
  /** Whether the process of that name ran on this machine and has ended. */
  readonly hasEnded: (identity: string) => boolean;
}

/** This process as one of several replicas: `host_pid@namespace_random`. */
export function thisReplica(pid: number = process.pid): Replica {
  const place = `${hostname()}_`;
  const space = `@${pidNamespace()}_`;
  const identity = `${place}${pid}${space}${randomUUID()}`;
  const pidOf = (other: string) => {
    const [, digits] = /^(\d+)(?=@)/.exec(other.slice(place.length)) ?? [];
    const isOfHere = digits !== undefined && other.startsWith(`${place}${digits}${space}`);
    return isOfHere ? Number(digits) : undefined;
  };
  const hasEnded = (other: string) => {
    const otherPid = pidOf(other);
    if (otherPid === undefined || other === identity) return false;
    // A number is given to one process at a time: whoever had ours before has ended.
    return otherPid === pid || !isRunning(otherPid);
  };
  return { identity, hasEnded };
}

/** Numbers of processes mean the same in one namespace only; containers have one each. */
function pidNamespace(): string {
  try {
    const [number = ''] = /\d+/.exec(readlinkSync('/proc/self/ns/pid')) ?? [];
    return number;
  } catch {
    // Other systems than Linux have one for the whole machine.
    return '';
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
