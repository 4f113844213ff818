import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What `node --cpu-prof` writes, as far as it is read here; times in microseconds. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly startTime: number;
  /** The node at work at each sample. */
  readonly samples: readonly number[];
  /** From the sample before, or from the start. */
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: CallFrame;
  readonly children?: readonly number[];
}

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  /** From 0 on. */
  readonly lineNumber: number;
}

/** A function, as called by the one above it; times in microseconds. */
export interface Call {
  /** Name, file and line; the name alone for what is not JavaScript. */
  readonly title: string;
  readonly self: number;
  /** `self`, and the time of everything that it called. */
  readonly total: number;
  readonly callees: readonly Call[];
}

/** On the clock of `process.hrtime`. */
export interface Period {
  readonly start: number;
  readonly end: number;
}

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const IDLE = '(idle)';

/** All calls within `period`, from the first one down; time in which nothing ran is left out. */
export function callTreeOf(profile: CpuProfile, period: Period): Call {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const selfTimes = selfTimesOf(profile, period);
  const callOf = ({ id, callFrame, children = [] }: ProfileNode): Call => {
    const callees = children
      .flatMap((child) => nodes.get(child) ?? [])
      .filter(({ callFrame: { functionName } }) => functionName !== IDLE)
      .map(callOf)
      .filter(({ total }) => total > 0);
    const self = selfTimes.get(id) ?? 0;
    const total = callees.reduce((sum, callee) => sum + callee.total, self);
    return { title: titleOf(callFrame), self, total, callees };
  };
  const [root] = profile.nodes;
  if (!root) throw new Error('the profile is empty');
  return callOf(root);
}

/** The functions with the most time of their own, whoever called them. */
export function selfTimesByFunction(
  root: Call,
): readonly (readonly [title: string, self: number])[] {
  const times = new Map<string, number>();
  const add = ({ title, self, callees }: Call): void => {
    times.set(title, (times.get(title) ?? 0) + self);
    for (const callee of callees) add(callee);
  };
  add(root);
  return [...times].toSorted(([, one], [, other]) => other - one);
}

/** Each sample counts until the next one. */
function selfTimesOf({ startTime, samples, timeDeltas }: CpuProfile, { start, end }: Period) {
  const times = new Map<number, number>();
  let time = startTime;
  for (const [index, id] of samples.entries()) {
    time += timeDeltas[index] ?? 0;
    if (time < start || time > end) continue;
    times.set(id, (times.get(id) ?? 0) + (timeDeltas[index + 1] ?? 0));
  }
  return times;
}

function titleOf({ functionName, url, lineNumber }: CallFrame): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  const file = url.startsWith('file:') ? relative(REPOSITORY, fileURLToPath(url)) : url;
  return `${name} ${file.replace(/^.*node_modules\//, '')}:${lineNumber + 1}`;
}
