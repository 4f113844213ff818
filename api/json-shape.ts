import { PkiError } from '../src/errors.ts';
import { jsonFault, NO_JSON } from './json-fault.ts';
import { malformed, pointerTo } from './malformed.ts';
import { repeatedMember } from './repeated-member.ts';

/** The deepest documented body has 4 levels. */
const MAX_NESTING = 32;
/** The largest documented object has 16; what is not known is listed member by member, which takes its time. */
const MAX_MEMBERS = 64;

/** Octets that are looked at sooner than Buffer's own search is called. */
const SHORT = 32;
/** In a text that is longer, the member is looked for by whoever wrote it. */
const MAX_SEARCHED = 256 * 1024;

const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a];
/** What `{`, `[`, `}` and `]` do to the depth. */
export const DEPTH_CHANGE: Readonly<Record<number, number>> = { 123: 1, 91: 1, 125: -1, 93: -1 };

/**
 * The value of a JSON text that means the same to every reader: each object has each of its members once (RFC 8259 §4
 * leaves open which one counts otherwise), and nothing is so deep or so wide that it takes long to judge.
 *
 * @throws {PkiError} `request-malformed`
 */
export function parseShapedJson(octets: Buffer): unknown {
  const written = membersWrittenIn(octets);
  const text = octets.toString('utf8');
  const value = parse(text);
  const members = membersOf(value);
  if (members === written) return value;
  const fault = Number.isNaN(members) ? shapeFault(value, '') : undefined;
  throw malformed([fault ?? repetitionIn(text)]);
}

/** Counts members by their colons, and brackets, outside strings, before anything is built from them. */
function membersWrittenIn(octets: Buffer): number {
  let depth = 0;
  let members = 0;
  for (let at = 0; at < octets.length; at += 1) {
    const octet = octets[at] ?? 0;
    if (octet === QUOTE) at = endOfString(octets, at);
    else if (octet === COLON) members += 1;
    else depth += DEPTH_CHANGE[octet] ?? 0;
    if (depth > MAX_NESTING) {
      throw malformed([{ pointer: '', detail: `is nested deeper than ${MAX_NESTING} levels` }]);
    }
  }
  return members;
}

/** Where the string that begins at `start` has its second quotation mark, behind an even number of backslashes. */
export function endOfString(octets: Buffer, start: number): number {
  let at = start + 1;
  for (const near = at + SHORT; at < near; at += 1) {
    if (octets[at] === QUOTE) return at;
    if (octets[at] === BACKSLASH) at += 1;
  }
  for (let end = octets.indexOf(QUOTE, at); end > 0; end = octets.indexOf(QUOTE, end + 1)) {
    let before = end - 1;
    while (octets[before] === BACKSLASH) before -= 1;
    if ((end - before) % 2 === 1) return end;
  }
  return octets.length;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformed([{ pointer: '', detail: jsonFault(text, error) }]);
  }
}

/** Whether a text was refused for being no JSON at all, and not for its shape. */
export function isNoJson(error: unknown): boolean {
  return (
    error instanceof PkiError && error.violations.some(({ detail }) => detail.startsWith(NO_JSON))
  );
}

/** How many members all objects of a value have; not a number where one is not to be judged further. */
function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) {
    let members = 0;
    for (const item of value) members += membersOf(item);
    return members;
  }
  const names = Object.keys(value);
  let members = names.length;
  for (const name of names) members += membersOf((value as Members)[name]);
  return isJudged(value as Members, names.length) ? members : Number.NaN;
}

type Members = Readonly<Record<string, unknown>>;

/** The schemas take whatever has a length for a text or a list, and compare it as a number, which an object may prevent. */
function isJudged(object: Members, members: number): boolean {
  return members <= MAX_MEMBERS && !isObject(object['length']);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function repetitionIn(text: string): Fault {
  return text.length > MAX_SEARCHED
    ? { pointer: '', detail: 'has a member twice in one object' }
    : { pointer: repeatedMember(text), detail: 'is there twice' };
}

interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

/** The first object that is not judged further. */
function shapeFault(value: unknown, pointer: string): Fault | undefined {
  if (!isObject(value)) return undefined;
  const entries = Object.entries(value);
  if (!Array.isArray(value)) {
    if (entries.length > MAX_MEMBERS)
      return { pointer, detail: `has more than ${MAX_MEMBERS} members` };
    if (isObject((value as Members)['length'])) {
      return { pointer: `${pointer}/length`, detail: 'is not known' };
    }
  }
  for (const [name, inside] of entries) {
    const fault = shapeFault(inside, pointer + pointerTo(name));
    if (fault) return fault;
  }
  return undefined;
}
