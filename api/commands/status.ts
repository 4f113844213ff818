import { hasEnded } from '../../src/has-ended.ts';
import { destinationWords } from '../../src/rotation/destination-words.ts';
import { dateOf, isTroubled, type TargetAnswer, TargetList } from './answers.ts';
import { type Mood, painted, type Screen } from './screen.ts';
import { spanWords } from './span-words.ts';
import { type Command, jsonText } from './surroundings.ts';
import { type Cell, tableText } from './table.ts';

/** A serial number is cut first: its beginning is enough to tell two of them apart. */
const COLUMNS = [
  { title: 'TARGET', cut: 3 },
  { title: 'DESTINATION', cut: 2 },
  { title: 'STATE' },
  { title: 'SERIAL NUMBER', cut: 1 },
  { title: 'EXPIRES IN' },
  { title: 'NEXT' },
  { title: 'SERVED' },
] as const;

/** Prints every target, the most urgent first, and under the table what is wrong with those that need somebody. */
export const status: Command = async ({ ask, screen, now }, { isJson, state }) => {
  const query = state === undefined ? '' : `?state=${encodeURIComponent(state)}`;
  const list = await ask({ path: `/v1/rotation/targets${query}`, answer: TargetList });
  const at = now();
  const troubled = list.items.filter((target) => isTroubled(target, at));
  if (isJson) screen.write(jsonText(list));
  else if (list.items.length === 0) screen.write('There are no such targets.\n');
  else {
    const rows = list.items.map((target) => rowOf(target, at, screen));
    screen.write(tableText(COLUMNS, rows, screen.width));
    if (troubled.length > 0) screen.write(`\n${troubled.map((one) => trouble(one, at)).join('')}`);
  }
  return troubled.length > 0 ? 1 : 0;
};

function rowOf(target: TargetAnswer, now: Date, screen: Screen): readonly Cell[] {
  const { name, destination } = target;
  const { state, serialNumber, served } = target.status;
  const notAfter = dateOf(target.status.notAfter);
  const nextRotationAt = dateOf(target.status.nextRotationAt);
  const mood = moodOf(target, now);
  const isEnded = notAfter !== null && hasEnded({ notAfter }, now);
  const isStale = served?.state === 'stale';
  return [
    { text: name },
    { text: destinationWords(destination) },
    { text: state, paint: (text) => painted(screen, mood, text) },
    { text: serialNumber ?? '-' },
    { text: spanTo(notAfter, now, 'ended'), ...(isEnded ? bad(screen) : {}) },
    { text: spanTo(nextRotationAt, now, 'now') },
    { text: served?.state ?? '-', ...(isStale ? bad(screen) : {}) },
  ];
}

function bad(screen: Screen): Pick<Cell, 'paint'> {
  return { paint: (text) => painted(screen, 'bad', text) };
}

function moodOf(target: TargetAnswer, now: Date): Mood {
  if (isTroubled(target, now)) return 'bad';
  return target.status.state === 'current' ? 'good' : 'notable';
}

function spanTo(instant: Date | null, now: Date, past: string): string {
  if (instant === null) return '-';
  return instant <= now ? past : spanWords(instant.getTime() - now.getTime());
}

/** Why somebody ought to look at a target, in a line. */
function trouble({ name, status: found }: TargetAnswer, now: Date): string {
  const { lastError, conflict, served } = found;
  const notAfter = dateOf(found.notAfter);
  const resumesAt = conflict && dateOf(conflict.resumesAt);
  const parts = [
    lastError,
    resumesAt && `tried again in ${spanTo(resumesAt, now, '0s')}`,
    served?.state === 'stale' && 'something else is served than what was written',
    notAfter !== null &&
      hasEnded({ notAfter }, now) &&
      `its certificate ended at ${found.notAfter}`,
  ];
  const told = parts.filter((part) => typeof part === 'string').join('; ');
  return `${name}: ${told || found.reasons.join(', ')}\n`;
}
