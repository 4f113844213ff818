import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import type { Actor } from '../../src/audit/entry.ts';
import type { Warning } from '../../src/certificate.ts';
import { PkiError, refused } from '../../src/errors.ts';
import { servedStatusOf } from '../../src/rotation/proof/served-status.ts';
import type { PlaceProof } from '../../src/rotation/proof/serving-proof.ts';
import {
  type RotationItem,
  statusAt,
  type TargetRecord,
} from '../../src/rotation/rotation-record.ts';
import type { Destination, RotationTarget } from '../../src/rotation/target.ts';
import type { TargetDeclaration } from '../../src/rotation/target-declaration.ts';
import { isForSds } from '../../src/sds/resource.ts';
import { refuseIdempotencyKey } from '../idempotency-key.ts';
import { NoParameters, parseBody, parseOptionalBody, parseQuery } from '../input.ts';
import { onlyMethods } from '../methods.ts';
import { wireTime } from '../present-certificate.ts';
import { actorOf } from '../request-context.ts';
import { RotationRunBody, TargetBody, TargetReplacementBody, targetOf } from '../schemas/target.ts';
import type { SdsStatus } from '../sds/subscriptions.ts';
import { sendJson } from '../send-json.ts';
import { strictRouter } from '../strict-router.ts';
import { urgentTargets } from '../urgent-targets.ts';

export interface RotationRoutesDeps {
  readonly now: () => Date;
  readonly listTargets: () => Promise<readonly TargetRecord[]>;
  readonly findTarget: (name: string) => Promise<TargetRecord | undefined>;
  readonly targetWarnings: (target: RotationTarget) => readonly Warning[];
  readonly createTarget: (declaration: TargetDeclaration, actor: Actor) => Promise<TargetRecord>;
  readonly replaceTarget: (declaration: TargetDeclaration, actor: Actor) => Promise<TargetRecord>;
  readonly deleteTarget: (
    name: string,
    options: { readonly actor: Actor; readonly removesDestination: boolean },
  ) => Promise<void>;
  readonly rotate: (name: string, actor: Actor) => Promise<readonly RotationItem[]>;
  readonly run: (
    actor: Actor,
    options: { readonly force: boolean },
  ) => Promise<readonly RotationItem[]>;
  /** Who has the secrets of each of these targets for SDS. */
  readonly sdsStatuses: (targets: readonly RotationTarget[]) => Promise<readonly SdsStatus[]>;
}

const DeleteQuery = z.strictObject({ destination: z.literal('remove').optional() });
const NoMembers = z.strictObject({});

export function rotationRoutes(deps: RotationRoutesDeps): Router {
  const router = strictRouter();
  const present = async (record: TargetRecord) => (await presentTargets(deps, [record]))[0];

  router
    .route('/rotation/targets')
    .get(async (req, res) => {
      const { items, nextCursor } = urgentTargets(await deps.listTargets(), req, deps.now());
      sendJson(res, 200, { items: await presentTargets(deps, items), nextCursor });
    })
    .post(refuseIdempotencyKey, async (req, res) => {
      parseQuery(NoParameters, req);
      const target = targetOf(parseBody(TargetBody, req.body));
      const record = await deps.createTarget(target, actorOf(res));
      res.location(`/v1/rotation/targets/${target.name}`);
      sendJson(res, 201, await present(record));
    })
    .all(onlyMethods('GET', 'HEAD', 'POST'));

  router
    .route('/rotation/targets/:name')
    .get(async (req, res) => {
      parseQuery(NoParameters, req);
      const record = await deps.findTarget(req.params.name);
      if (!record) throw new PkiError('target-unknown', 'no target has this name');
      sendJson(res, 200, await present(record));
    })
    .put(async (req, res) => {
      sendJson(res, 200, await present(await replace(deps, req, res)));
    })
    .delete(async (req, res) => {
      const { destination } = parseQuery(DeleteQuery, req);
      const removesDestination = destination === 'remove';
      await deps.deleteTarget(req.params.name, { actor: actorOf(res), removesDestination });
      res.status(204).end();
    })
    .all(onlyMethods('GET', 'HEAD', 'PUT', 'DELETE'));

  addPasses(router, deps);
  return router;
}

function addPasses(router: Router, deps: RotationRoutesDeps): void {
  router
    .route('/rotation/targets/:name/rotate')
    .post(refuseIdempotencyKey, async (req, res) => {
      parseQuery(NoParameters, req);
      parseOptionalBody(NoMembers, req);
      sendJson(res, 200, { items: await deps.rotate(req.params.name, actorOf(res)) });
    })
    .all(onlyMethods('POST'));

  router
    .route('/rotation/run')
    .post(refuseIdempotencyKey, async (req, res) => {
      parseQuery(NoParameters, req);
      const { force } = parseOptionalBody(RotationRunBody, req);
      sendJson(res, 200, { items: await deps.run(actorOf(res), { force }) });
    })
    .all(onlyMethods('POST'));
}

async function replace(
  deps: RotationRoutesDeps,
  req: Request<{ name: string }>,
  res: Response,
): Promise<TargetRecord> {
  parseQuery(NoParameters, req);
  const { name } = req.params;
  const body = parseBody(TargetReplacementBody, req.body);
  if (body.name !== undefined && body.name !== name) {
    throw refused([{ pointer: '/name', detail: 'is not the name in the path' }]);
  }
  return deps.replaceTarget(targetOf({ ...body, name }), actorOf(res));
}

/** The wire forms of targets; who has the secrets of those for SDS, the first process alone knows. */
async function presentTargets(deps: RotationRoutesDeps, records: readonly TargetRecord[]) {
  const forSds = records.map(({ target }) => target).filter((one) => isForSds(one.destination));
  const statuses = forSds.length === 0 ? [] : await deps.sdsStatuses(forSds);
  const byName = new Map(forSds.map(({ name }, index) => [name, statuses[index]]));
  const now = deps.now();
  return records.map((record) => {
    const { target } = record;
    const sds = byName.get(target.name);
    const { status, ...presented } = presentTarget(record, deps.targetWarnings(target), now);
    return { ...presented, status: sds ? { ...status, sds: presentSdsStatus(sds) } : status };
  });
}

function presentSdsStatus({ streams, subscribers }: SdsStatus) {
  return { streams, subscribers: subscribers.map((one) => ({ ...one, at: wireTime(one.at) })) };
}

/** The wire form of a target, as `openapi.yaml` has it. */
function presentTarget(record: TargetRecord, warnings: readonly Warning[], now: Date) {
  const { target, progress, revision } = record;
  const { notAfter, nextRotationAt, lastRotatedAt, ...status } = statusAt(progress, now);
  const times = { notAfter, nextRotationAt, lastRotatedAt };
  const wireTimes = Object.fromEntries(
    Object.entries(times).map(([name, instant]) => [name, instant && wireTime(instant)]),
  );
  const conflict = presentConflict(progress);
  const served = presentServed(record);
  return {
    rollback: false,
    ...target,
    destination: presentDestination(target.destination),
    warnings,
    status: { ...status, ...wireTimes, revision: revision.number, conflict, served },
  };
}

function presentConflict({ fight, retryAt }: TargetRecord['progress']) {
  if (!fight) return null;
  const { overwrites, lastAt, isWaiting } = fight;
  const resumesAt = isWaiting && retryAt ? wireTime(retryAt) : null;
  return { overwrites, lastAt: wireTime(lastAt), resumesAt };
}

/** What is served, without how far a fault has been followed. */
function presentServed(record: TargetRecord) {
  const proof = servedStatusOf(record);
  if (proof === undefined) return null;
  const { state, since, at, serialNumber, places } = proof;
  const times = { since: wireTime(since), at: wireTime(at) };
  return { state, ...times, serialNumber, places: places.map(presentPlace) };
}

function presentPlace({ place, state, since, at, servedInstead, error }: PlaceProof) {
  const instead = servedInstead && {
    ...servedInstead,
    notAfter: servedInstead.notAfter && wireTime(servedInstead.notAfter),
  };
  return {
    ...{ place, state, since: wireTime(since), at: wireTime(at) },
    ...(instead === undefined ? {} : { servedInstead: instead }),
    ...(error === undefined ? {} : { error }),
  };
}

/** The name of a destination for SDS is the target's, and stands there. */
function presentDestination(destination: Destination) {
  if (!isForSds(destination)) return destination;
  const { name, ...others } = destination;
  return others;
}
