import type { Logger } from 'pino';
import type { Actor } from '../src/audit/entry.ts';
import { createTarget, deleteTarget, replaceTarget } from '../src/rotation/declare-target.ts';
import type { TargetPass } from '../src/rotation/pass-outcome.ts';
import { Rotation, type RotationDeps } from '../src/rotation/rotation.ts';
import { SampleKeys } from '../src/rotation/sample-keys.ts';
import type { RotationTarget } from '../src/rotation/target.ts';
import { targetViolations } from '../src/rotation/target-violations.ts';
import type { FirstSurroundings, Parts } from './surroundings.ts';
import { WatchedTargets } from './watched-targets.ts';

/** Joins what keeps targets supplied; no pass is made yet. */
export function composeRotation(
  surroundings: FirstSurroundings,
  parts: Parts & { readonly issue: RotationDeps['issue'] },
) {
  const { now, randomBytes, destinations, log, profiles, publicUrl } = surroundings;
  const { profileOf, leafProfileOf } = profiles;
  const { stores, issuers, metrics, issue, newKeyPair } = parts;
  const targets = { listTargets: stores.targets.list, findTarget: stores.targets.find };
  const rotation = new Rotation({
    ...targets,
    now,
    issue,
    leafProfileOf,
    destinations,
    pathOf: (authority) => issuers.pathOf(authority),
    recordPass: stores.targets.recordPass,
    report: (pass, actor) => {
      metrics.rotation(pass.item.outcome);
      logPass(log, pass, actor);
    },
    reportFailure: (err) => log.error({ err }, 'a pass could not be made or recorded'),
  });
  const watched = watchedTargetsOf(surroundings, rotation, targets.listTargets);
  const judging = {
    now,
    randomBytes,
    profileOf,
    leafProfileOf,
    publicUrl,
    sampleKeyOf: new SampleKeys(newKeyPair).sampleKeyOf,
    destinations,
    issuerOf: (authority: string) => issuers.issuerOf(authority),
    findAuthority: stores.authorities.find,
  };
  const declaring = {
    ...targets,
    now,
    rotation,
    destinations,
    addTarget: afterwards(stores.targets.add, watched.refreshSoon),
    replaceTarget: afterwards(stores.targets.replace, watched.refreshSoon),
    removeTarget: afterwards(stores.targets.remove, watched.refreshSoon),
    violationsOf: (target: RotationTarget) => targetViolations(judging, target),
  };
  return {
    ...targets,
    rotation,
    watched,
    followFile: stores.targets.followFile,
    createTarget: createTarget.bind(undefined, declaring),
    replaceTarget: replaceTarget.bind(undefined, declaring),
    deleteTarget: deleteTarget.bind(undefined, declaring),
    rotate: rotation.rotate.bind(rotation),
    run: rotation.run.bind(rotation),
  };
}

function watchedTargetsOf(
  { log, followDestinations = () => undefined }: FirstSurroundings,
  rotation: Rotation,
  listTargets: RotationDeps['listTargets'],
): WatchedTargets {
  return new WatchedTargets({
    listTargets,
    follow: followDestinations,
    begin: rotation.beginNoticed.bind(rotation),
    reportFailure: (err) => log.error({ err }, 'the targets could not be watched'),
  });
}

function afterwards<A extends readonly unknown[]>(
  change: (...args: A) => Promise<void>,
  notice: () => void,
): (...args: A) => Promise<void> {
  return async (...args) => {
    await change(...args);
    notice();
  };
}

function logPass(log: Logger, { item, cause }: TargetPass, { name, requestId }: Actor): void {
  const line = { ...item, actor: name, requestId };
  if (item.outcome === 'rotated') log.info(line, 'target rotated');
  else if (item.outcome === 'failed') log.warn({ ...line, err: cause }, 'target failed');
  else log.debug(line, 'target is current');
}
