import type { Refusal } from '../api/problem.ts';
import type { AuditEntry } from '../src/audit/entry.ts';

/** What the journal says of a request, or an item of one, that was refused. */
export function refusalEntryOf(
  { actor, method, path, item, error }: Refusal,
  time: Date,
): AuditEntry {
  const { code, message, violations } = error;
  const place = { method, path, ...(item === undefined ? {} : { item }) };
  const details = { code, ...place, detail: message, violations };
  return { time, actor, action: 'request.refused', details };
}
