import { setTimeout as delay } from 'node:timers/promises';
import { type ItemAnswer, Items, type TargetAnswer, TargetList } from './answers.ts';
import { type Mood, painted, type Screen } from './screen.ts';
import { spanWords } from './span-words.ts';
import {
  type Command,
  type CommandDeps,
  type ExitStatus,
  jsonText,
  targetPath,
} from './surroundings.ts';

/** How long it is before the targets are looked at again, at least: looking must not hold the pass up. */
const LOOK_EVERY_MS = 500;
/** Of the time between two looks, looking takes a fifth at most. */
const PAUSE_FACTOR = 4;

/** One pass over all targets, with a line for each as soon as something has become of it. */
export const run: Command = async (deps, { force, isJson }) => {
  const { ask, screen, now } = deps;
  const began = now();
  const following = new AbortController();
  const told = new Set<string>();
  const follow = isJson ? undefined : await followerOf(deps, told);
  const progress = follow?.(following.signal);
  try {
    const answer = await ask({
      method: 'POST',
      path: '/v1/rotation/run',
      body: { force },
      answer: Items,
      isPatient: true,
    });
    following.abort();
    await progress;
    const span = spanWords(now().getTime() - began.getTime());
    if (isJson) screen.write(jsonText(answer));
    else tellResults(screen, answer.items, { told, span });
    return statusOf(answer.items);
  } finally {
    following.abort();
  }
};

/** A new key and certificate for one target, due or not. */
export const rotate: Command = async ({ ask, screen }, { target, isJson }) => {
  const path = `${targetPath(target)}/rotate`;
  return tellOne(screen, isJson, await ask({ ...ofOne, path }));
};

/** The certificate before the present one, put back. */
export const rollback: Command = async ({ ask, screen }, { target, isJson }) => {
  const path = `${targetPath(target)}/rollback`;
  return tellOne(screen, isJson, await ask({ ...ofOne, path }));
};

const ofOne = { method: 'POST', answer: Items, isPatient: true } as const;

function tellOne(
  screen: Screen,
  isJson: boolean,
  answer: { readonly items: readonly ItemAnswer[] },
): ExitStatus {
  screen.write(isJson ? jsonText(answer) : answer.items.map((item) => line(screen, item)).join(''));
  return statusOf(answer.items);
}

function statusOf(items: readonly ItemAnswer[]): ExitStatus {
  return items.some(({ outcome }) => outcome === 'failed') ? 1 : 0;
}

/** What to do while a pass is under way: tell of each target whose record has changed since the beginning. */
async function followerOf({ ask, screen, now }: CommandDeps, told: Set<string>) {
  const look = () => ask({ path: '/v1/rotation/targets', answer: TargetList });
  const before = new Map((await look()).items.map((target) => [target.name, markOf(target)]));
  return async (signal: AbortSignal): Promise<void> => {
    let tookMs = 0;
    while (await paused(Math.max(LOOK_EVERY_MS, PAUSE_FACTOR * tookMs), signal)) {
      const began = now().getTime();
      // A look that fails tells nothing about the pass, whose own answer is still to come.
      const list = await look().catch(() => undefined);
      tookMs = now().getTime() - began;
      for (const target of list?.items ?? []) {
        if (told.has(target.name) || before.get(target.name) === markOf(target)) continue;
        told.add(target.name);
        screen.write(line(screen, itemOf(target)));
      }
    }
  };
}

/** Whether the pause came to its end by itself. */
async function paused(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  return delay(milliseconds, true, { signal }).catch(() => false);
}

/** Changes whenever a pass has rotated a target, or failed otherwise than the one before. */
function markOf({ status }: TargetAnswer): string {
  const { state, serialNumber, lastRotatedAt, lastError } = status;
  return JSON.stringify([state, serialNumber, lastRotatedAt, lastError]);
}

function itemOf({ name: target, status }: TargetAnswer): ItemAnswer {
  const { serialNumber, reasons, lastError } = status;
  if (lastError !== null)
    return { target, outcome: 'failed', serialNumber, reasons, error: lastError };
  return { target, outcome: 'rotated', serialNumber, reasons };
}

function tellResults(
  screen: Screen,
  items: readonly ItemAnswer[],
  { told, span }: { readonly told: ReadonlySet<string>; readonly span: string },
): void {
  const untold = items.filter(({ target, outcome }) => outcome !== 'current' && !told.has(target));
  screen.write(untold.map((item) => line(screen, item)).join(''));
  const count = (wanted: ItemAnswer['outcome']) =>
    items.filter(({ outcome }) => outcome === wanted).length;
  const sum = `${count('rotated')} rotated, ${count('failed')} failed, ${count('current')} current`;
  const queued = count('queued') === 0 ? '' : `, ${count('queued')} go on in the background`;
  screen.write(`${sum}${queued}, in ${span}\n`);
}

const MOODS: Readonly<Record<ItemAnswer['outcome'], Mood>> = {
  rotated: 'good',
  current: 'good',
  failed: 'bad',
  queued: 'notable',
};

function line(
  screen: Screen,
  { target, outcome, reasons, serialNumber, error }: ItemAnswer,
): string {
  const why = reasons.length === 0 ? '' : ` (${reasons.join(', ')})`;
  const what = error ?? `${serialNumber ?? 'no certificate'}${why}`;
  return `${painted(screen, MOODS[outcome], outcome.padEnd(7))}  ${target}: ${what}\n`;
}
