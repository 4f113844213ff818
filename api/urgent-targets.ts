import type { Request } from 'express';
import { z } from 'zod';
import { servedStatusOf } from '../src/rotation/proof/served-status.ts';
import { statusAt, type TargetRecord } from '../src/rotation/rotation-record.ts';
import { TARGET_STATES } from '../src/rotation/target.ts';
import { compareUrgency, urgencyOf } from '../src/rotation/urgency.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { parseQuery } from './input.ts';
import { pageMembers } from './schemas/page.ts';

/** Without `limit` the answer is whole: whoever keeps an eye on all of them asks once. */
const TargetsQuery = z.strictObject({
  limit: pageMembers.limit.unwrap().exactOptional(),
  cursor: pageMembers.cursor,
  state: z.enum(TARGET_STATES).exactOptional(),
});

/** The place of a target in the list, as a cursor has it. */
const Place = z.tuple([z.literal([0, 1]), z.number(), z.string()]);

/** The targets that a request asks for, the most urgent first, and where the next page begins. */
export function urgentTargets(
  records: readonly TargetRecord[],
  req: Request,
  now: Date,
): { readonly items: readonly TargetRecord[]; readonly nextCursor: string | null } {
  const { limit = records.length, cursor, state } = parseQuery(TargetsQuery, req);
  const scope = ['targets', state];
  const after = cursor === undefined ? undefined : decodeCursor(scope, Place, cursor);
  const sorted = records
    .map((record) => ({ record, status: statusAt(record.progress, now) }))
    .filter(({ status }) => state === undefined || status.state === state)
    .map(({ record, status }) => {
      const isStale = servedStatusOf(record)?.state === 'stale';
      return { record, at: urgencyOf(record.target.name, { ...status, isStale }, now) };
    })
    .filter(({ at }) => after === undefined || compareUrgency(after, at) < 0)
    .sort((one, other) => compareUrgency(one.at, other.at));
  const page = sorted.slice(0, limit);
  const last = sorted.length > limit ? page.at(-1) : undefined;
  const nextCursor = last ? encodeCursor(scope, last.at) : null;
  return { items: page.map(({ record }) => record), nextCursor };
}
