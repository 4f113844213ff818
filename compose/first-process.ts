import { RotationMetrics } from '../api/rotation-metrics.ts';
import { composeIssuing, joined, partsOf } from '../compose.ts';
import { Marks } from '../src/idempotency/keys-in-use.ts';
import { composeRevisions } from './revisions.ts';
import { composeRotation } from './rotation.ts';
import { composeSds, sdsStatusesOf, toldTo } from './sds.ts';
import type { FirstSurroundings } from './surroundings.ts';

export type FirstComposition = ReturnType<typeof composeFirst>;

/** Joins domain, storage and listeners of the first process, which also rotates and serves SDS; nothing does so yet. */
export function composeFirst(surroundings: FirstSurroundings) {
  const { otherMetrics } = surroundings;
  const parts = partsOf(surroundings);
  const issuing = composeIssuing(surroundings, parts);
  const { list: listTargets } = parts.stores.targets;
  const rotationMetrics = new RotationMetrics({ ...surroundings, listTargets });
  const sds = composeSds(surroundings, parts);
  const revisions = composeRevisions(surroundings, { ...parts, ...issuing });
  const { passEnded } = rotationMetrics;
  const rotation = composeRotation(surroundings, { ...parts, ...revisions, passEnded });
  const rotating = toldTo(sds, rotation);
  const metricsText = async () =>
    (await parts.metrics.text(await otherMetrics?.())) + (await rotationMetrics.text());
  const sdsStatuses = sdsStatusesOf(sds);
  const { shortenLog } = surroundings.db;
  const keysInUse = new Marks();
  const firstProcess = { ...rotating, sdsStatuses, keysInUse, metricsText, shortenLog };
  return {
    ...joined(surroundings, { parts, issuing, firstProcess }),
    ...rotating,
    firstProcess,
    sds,
  };
}
