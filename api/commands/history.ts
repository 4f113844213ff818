import { History } from './answers.ts';
import { type Command, jsonText, targetPath } from './surroundings.ts';
import { tableText } from './table.ts';

const COLUMNS = [
  { title: 'REVISION' },
  { title: 'SERIAL NUMBER', cut: 1 },
  { title: 'WRITTEN' },
  { title: 'PROVEN' },
  { title: 'EXPIRES' },
  { title: 'KEY' },
  { title: 'BY', cut: 2 },
  { title: 'REASONS', cut: 3 },
] as const;

/** Prints the latest hundred writes of a target's destination; only those whose key is kept can be put back. */
export const history: Command = async ({ ask, screen }, { target, isJson }) => {
  const answer = await ask({ path: `${targetPath(target)}/history`, answer: History });
  if (isJson) {
    screen.write(jsonText(answer));
    return 0;
  }
  const rows = answer.items.map((one) => {
    const { revision, serialNumber, writtenAt, provenAt, notAfter, keyKept, actor, reasons } = one;
    const key = keyKept ? 'kept' : 'erased';
    const times = [writtenAt, provenAt, notAfter].map(toTheSecond);
    return [String(revision), serialNumber, ...times, key, actor, reasons.join(', ')];
  });
  const cells = rows.map((row) => row.map((text) => ({ text })));
  screen.write(tableText(COLUMNS, cells, screen.width));
  if (answer.nextCursor !== null) screen.write('Older ones are in the HTTP API.\n');
  return 0;
};

/** RFC 3339 without fractions of a second, which nobody reads. */
function toTheSecond(instant: string | null): string {
  return instant === null ? '-' : instant.replace(/\.\d+Z$/, 'Z');
}
