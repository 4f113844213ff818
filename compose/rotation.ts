import type { Logger } from 'pino';
import type { Actor } from '../src/audit/entry.ts';
import { PkiError } from '../src/errors.ts';
import {
  createTarget,
  declareAll,
  deleteDeclared,
  deleteTarget,
  replaceTarget,
} from '../src/rotation/declare-target.ts';
import { lastingViolations } from '../src/rotation/lasting-violations.ts';
import type { TargetPass } from '../src/rotation/pass-outcome.ts';
import type { ServingProofs } from '../src/rotation/proof/serving-proofs.ts';
import { rollBackTarget } from '../src/rotation/roll-back.ts';
import { Rotation, type RotationDeps } from '../src/rotation/rotation.ts';
import { SampleKeys } from '../src/rotation/sample-keys.ts';
import { withDefaultWindow } from '../src/rotation/schedule/default-window.ts';
import type { RotationTarget } from '../src/rotation/target.ts';
import type { TargetDeclaration } from '../src/rotation/target-declaration.ts';
import { TargetLocks } from '../src/rotation/target-locks.ts';
import { targetPreflight } from '../src/rotation/target-preflight.ts';
import { targetViolations } from '../src/rotation/target-violations.ts';
import { composeProofs } from './proofs.ts';
import { memoryRelease } from './release-memory.ts';
import type { FirstSurroundings, Parts } from './surroundings.ts';
import { ticker } from './ticker.ts';
import { WatchedTargets } from './watched-targets.ts';

/** The lock that all declarations share. */
const DECLARING = 'declarations';

/** Joins what keeps targets supplied; no pass is made yet. */
export function composeRotation(surroundings: FirstSurroundings, parts: RotationParts) {
  const { stores } = parts;
  const targets = { listTargets: stores.targets.list, findTarget: stores.targets.find };
  const proofs = composeProofs(surroundings, {
    stores,
    rollBack: (...args) => lookingBack.rollBack(...args),
  });
  const deps = rotationDeps(surroundings, parts, proofs);
  const rotation = new Rotation(deps);
  const watched = watchedTargetsOf(surroundings, rotation, targets.listTargets);
  const lookingBack = composeLookingBack(deps, { rotation, stores });
  const declarations = new TargetLocks();
  const releaseMemory = memoryRelease();
  const { violationsOf, lastingViolationsOf } = judgesOf(surroundings, parts);
  const declaring = {
    ...targets,
    now: deps.now,
    leafProfileOf: deps.leafProfileOf,
    rotation,
    destinations: surroundings.destinations,
    addTarget: afterwards(stores.targets.add, watched.refreshSoon),
    replaceTarget: afterwards(stores.targets.replace, watched.refreshSoon),
    removeTarget: afterwards(stores.targets.remove, watched.refreshSoon),
    violationsOf,
  };
  return {
    ...targets,
    ...lookingBack,
    rotation,
    watched,
    proofs,
    followFile: stores.targets.followFile,
    leafProfileOf: deps.leafProfileOf,
    lastingViolationsOf,
    // One after the other: two at once might both find a destination free.
    createTarget: (declaration: TargetDeclaration, actor: Actor) =>
      declarations.run(DECLARING, () => createTarget(declaring, declaration, actor)),
    replaceTarget: (declaration: TargetDeclaration, actor: Actor) =>
      declarations.run(DECLARING, () => replaceTarget(declaring, declaration, actor)),
    deleteTarget: deleteTarget.bind(undefined, declaring),
    declareAll: (targets: readonly RotationTarget[], actor: Actor) =>
      declarations.run(DECLARING, () => declareAll(declaring, targets, actor)),
    deleteDeclared: deleteDeclared.bind(undefined, declaring),
    coverage: async () => surroundings.coverage?.() ?? { findings: [], sources: [] },
    rotate: rotation.rotate.bind(rotation),
    // The answer goes out first.
    run: afterwards(rotation.run.bind(rotation), () => setImmediate(releaseMemory)),
    runScheduled: afterwards(rotation.runScheduled.bind(rotation), releaseMemory),
    releaseMemory,
  };
}

type RotationParts = Parts &
  Pick<RotationDeps, 'issue' | 'keptCertificate' | 'addRevision' | 'passEnded'>;

function rotationDeps(
  { now, destinations, log, profiles, rotation }: FirstSurroundings,
  { stores, issuers, metrics, ...parts }: RotationParts,
  proofs: Pick<ServingProofs, 'notice'>,
): RotationDeps {
  const { issue, keptCertificate, addRevision, passEnded } = parts;
  return {
    now,
    issue,
    keptCertificate,
    addRevision,
    passEnded,
    destinations,
    leafProfileOf: profiles.leafProfileOf,
    targetPages: async function* () {
      for await (const page of stores.targets.pages()) {
        yield page.map((record) => withDefaultWindow(record, rotation.window));
      }
    },
    findTarget: async (name) => {
      const record = await stores.targets.find(name);
      return record && withDefaultWindow(record, rotation.window);
    },
    ticker,
    limits: rotation.limits,
    reportWaiting: (targets) => log.info({ targets }, 'targets wait for their turn to be rotated'),
    pathOf: (authority) => issuers.pathOf(authority),
    recordPass: stores.targets.recordPass,
    report: (pass, actor) => {
      metrics.rotation(pass.item.outcome);
      logPass(log, pass, actor);
      proofs.notice(pass.item.target);
    },
    reportFailure: (err) => log.error({ err }, 'a pass could not be made or recorded'),
  };
}

/** What judges a target's declaration. */
function judgesOf(
  { now, randomBytes, profiles, publicUrl, destinations, places }: FirstSurroundings,
  { issuers, stores, newKeyPair }: RotationParts,
) {
  const { profileOf, leafProfileOf } = profiles;
  const judging = {
    now,
    randomBytes,
    profileOf,
    leafProfileOf,
    publicUrl,
    sampleKeyOf: new SampleKeys(newKeyPair).sampleKeyOf,
    destinations,
    hasContext: places.hasContext,
    issuerOf: (authority: string) => issuers.issuerOf(authority),
    findAuthority: stores.authorities.find,
  };
  return {
    violationsOf: targetViolations.bind(undefined, judging),
    lastingViolationsOf: lastingViolations.bind(undefined, judging),
  };
}

/** Joins what goes by what is there and was there. */
function composeLookingBack(
  deps: RotationDeps,
  { rotation, stores }: { readonly rotation: Rotation } & Pick<Parts, 'stores'>,
) {
  const known = async (name: string) => {
    const record = await deps.findTarget(name);
    if (record) return record;
    throw new PkiError('target-unknown', `no target "${name}"`);
  };
  const rollingBack = { ...deps, listRevisions: stores.revisions.list };
  return {
    preflightOfTarget: async (name: string) => targetPreflight(deps, await known(name)),
    /** `from`: only from this certificate; what was written meanwhile stays. */
    rollBack: (name: string, actor: Actor, from?: { readonly serialNumber: string }) =>
      rotation.whileIdle(name, async () => {
        const record = await known(name);
        const { serialNumber } = record.progress.status;
        if (from && serialNumber !== from.serialNumber) {
          const words = 'another certificate has been written meanwhile';
          throw new PkiError('revision-unavailable', words);
        }
        const pass = await rollBackTarget(rollingBack, record, actor);
        await deps.recordPass(name, pass);
        deps.report(pass, actor);
        return [pass.item];
      }),
  };
}

function watchedTargetsOf(
  { log, leads = () => true, followDestinations = () => undefined }: FirstSurroundings,
  rotation: Rotation,
  listTargets: Parts['stores']['targets']['list'],
): WatchedTargets {
  return new WatchedTargets({
    listTargets,
    follow: followDestinations,
    begin: (names, options) => {
      if (leads()) rotation.beginNoticed(names, options);
    },
    reportFailure: (err) => log.error({ err }, 'the targets could not be watched'),
  });
}

function afterwards<A extends readonly unknown[], R>(
  work: (...args: A) => Promise<R>,
  notice: () => unknown,
): (...args: A) => Promise<R> {
  return async (...args) => {
    const result = await work(...args);
    notice();
    return result;
  };
}

/** A failure that stays the same is told once. */
function logPass(
  log: Logger,
  { item, cause, auditEntries }: TargetPass,
  { name, requestId }: Actor,
): void {
  const line = { ...item, actor: name, requestId };
  if (item.outcome === 'rotated') log.info(line, 'target rotated');
  else if (item.outcome === 'current') log.debug(line, 'target is current');
  else if (auditEntries.length > 0) log.warn({ ...line, err: cause }, 'target failed');
  else log.debug({ ...line, err: cause }, 'target still fails');
}
