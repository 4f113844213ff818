import type { Router } from 'express';
import { z } from 'zod';
import type { Actor } from '../../src/audit/entry.ts';
import { PkiError } from '../../src/errors.ts';
import type { Revision } from '../../src/rotation/revision.ts';
import type { RotationItem, TargetRecord } from '../../src/rotation/rotation-record.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { refuseIdempotencyKey } from '../idempotency-key.ts';
import { NoParameters, parseOptionalBody, parseQuery } from '../input.ts';
import { onlyMethods } from '../methods.ts';
import { wireTime } from '../present-certificate.ts';
import { actorOf } from '../request-context.ts';
import { pageMembers } from '../schemas/page.ts';
import { sendJson } from '../send-json.ts';
import { strictRouter } from '../strict-router.ts';

export interface RevisionRoutesDeps {
  readonly findTarget: (name: string) => Promise<TargetRecord | undefined>;
  /** At most `limit` revisions, the latest first, all before the revision `before`. */
  readonly listRevisions: (
    target: string,
    page: { readonly limit: number; readonly before: number | undefined },
  ) => Promise<readonly Revision[]>;
  /** @throws {PkiError} `target-unknown` or `revision-unavailable` */
  readonly rollBack: (target: string, actor: Actor) => Promise<readonly RotationItem[]>;
}

const HistoryQuery = z.strictObject(pageMembers);
const RevisionNumber = z.int().min(1);
const NoMembers = z.strictObject({});

/** What was written to a target's destination, and the way back to the certificate before. */
export function revisionRoutes(deps: RevisionRoutesDeps): Router {
  const router = strictRouter();

  router
    .route('/rotation/targets/:name/history')
    .get(async (req, res) => {
      const { name } = req.params;
      const { limit, cursor } = parseQuery(HistoryQuery, req);
      const scope = ['history', name];
      const before = cursor === undefined ? undefined : decodeCursor(scope, RevisionNumber, cursor);
      if (!(await deps.findTarget(name)))
        throw new PkiError('target-unknown', 'no target has this name');
      const found = await deps.listRevisions(name, { limit: limit + 1, before });
      const items = found.slice(0, limit);
      const last = found.length > limit ? items.at(-1) : undefined;
      const nextCursor = last ? encodeCursor(scope, last.number) : null;
      sendJson(res, 200, { items: items.map(presentRevision), nextCursor });
    })
    .all(onlyMethods('GET', 'HEAD'));

  router
    .route('/rotation/targets/:name/rollback')
    .post(refuseIdempotencyKey, async (req, res) => {
      parseQuery(NoParameters, req);
      parseOptionalBody(NoMembers, req);
      sendJson(res, 200, { items: await deps.rollBack(req.params.name, actorOf(res)) });
    })
    .all(onlyMethods('POST'));

  return router;
}

/** The wire form of a revision, as `openapi.yaml` has it. */
function presentRevision(revision: Revision) {
  const { number, serialNumber, authority, reasons, actor, isKeyKept } = revision;
  const { notAfter, recordedAt, writtenAt, provenAt } = revision;
  return {
    revision: number,
    serialNumber,
    authority,
    notAfter: wireTime(notAfter),
    reasons,
    actor,
    recordedAt: wireTime(recordedAt),
    writtenAt: writtenAt && wireTime(writtenAt),
    provenAt: provenAt && wireTime(provenAt),
    keyKept: isKeyKept,
  };
}
