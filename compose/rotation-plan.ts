import { setImmediate } from 'node:timers/promises';
import { Cron } from 'croner';
import type { RotationPlanRoutesDeps } from '../api/routes/rotation-plan.ts';
import { PkiError } from '../src/errors.ts';
import { planRotation } from '../src/rotation/plan-rotation.ts';
import { withDefaultWindow } from '../src/rotation/schedule/default-window.ts';
import type { Parts, Surroundings } from './surroundings.ts';

/** Joins what looks ahead; every process can, since it needs nothing but the records. */
export function composeRotationPlan(
  { now, rotation, profiles }: Surroundings,
  { stores, issuers }: Pick<Parts, 'stores' | 'issuers'>,
): RotationPlanRoutesDeps {
  const deps = {
    now,
    listTargets: async () =>
      (await stores.targets.list()).map((record) => withDefaultWindow(record, rotation.window)),
    pathOf: (authority: string) => issuers.pathOf(authority),
    leafProfileOf: profiles.leafProfileOf,
    limits: rotation.limits,
    breathe: () => setImmediate(),
  };
  return {
    planRotation: async ({ authorityReplaced, ...request }) =>
      planRotation(
        { ...deps, intervalMs: intervalMsOf(rotation.schedule, now()) },
        { ...request, replacedAuthorities: await withThoseBelow(stores, authorityReplaced) },
      ),
  };
}

/** An authority and all whose path leads through it. */
async function withThoseBelow(
  { authorities }: Pick<Parts['stores'], 'authorities'>,
  name: string | undefined,
): Promise<ReadonlySet<string>> {
  if (name === undefined) return new Set();
  const all = await authorities.list();
  if (!all.some((authority) => authority.name === name)) {
    throw new PkiError('authority-unknown', `no authority "${name}"`);
  }
  const found = new Set([name]);
  for (let size = 0; size < found.size; ) {
    ({ size } = found);
    for (const { name: one, parent } of all) if (parent && found.has(parent)) found.add(one);
  }
  return found;
}

const DEFAULT_INTERVAL_MS = 300_000;
const RUNS = 8;

/** The longest time between the next passes; what node-cron alone can read is taken for the default. */
function intervalMsOf(schedule: string, now: Date): number {
  try {
    const runs = new Cron(schedule).nextRuns(RUNS, now).map((run) => run.getTime());
    const gaps = runs.slice(1).map((run, index) => run - (runs[index] ?? run));
    return gaps.length === 0 ? DEFAULT_INTERVAL_MS : Math.max(...gaps);
  } catch {
    return DEFAULT_INTERVAL_MS;
  }
}
