import type { Router } from 'express';
import { z } from 'zod';
import type { RecordedAuditEntry } from '../../src/audit/entry.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { parseQuery } from '../input.ts';
import { onlyMethods } from '../methods.ts';
import { pageMembers } from '../schemas/page.ts';
import { sendJson } from '../send-json.ts';
import { strictRouter } from '../strict-router.ts';

export interface AuditRoutesDeps {
  /** At most `limit` entries, the newest first, all older than the entry `before`. */
  readonly listAuditEntries: (page: {
    readonly limit: number;
    readonly before: number | undefined;
  }) => Promise<readonly RecordedAuditEntry[]>;
}

const AuditQuery = z.strictObject(pageMembers);
const Sequence = z.int().min(1);
const SCOPE = 'audit';

export function auditRoutes({ listAuditEntries }: AuditRoutesDeps): Router {
  const router = strictRouter();

  router
    .route('/audit')
    .get(async (req, res) => {
      const { limit, cursor } = parseQuery(AuditQuery, req);
      const before = cursor === undefined ? undefined : decodeCursor(SCOPE, Sequence, cursor);
      const found = await listAuditEntries({ limit: limit + 1, before });
      const items = found.slice(0, limit);
      const last = found.length > limit ? items.at(-1) : undefined;
      const nextCursor = last ? encodeCursor(SCOPE, last.sequence) : null;
      sendJson(res, 200, { items: items.map(presentEntry), nextCursor });
    })
    .all(onlyMethods('GET', 'HEAD'));

  return router;
}

function presentEntry({ sequence, time, actor, action, details }: RecordedAuditEntry) {
  const { name, requestId = null } = actor;
  return { sequence, time, actor: name, action, requestId, details };
}
