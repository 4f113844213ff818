import { pointerTo } from './malformed.ts';

/** What stands between values, and names and texts; the rest of well-formed JSON says nothing about its members. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** An object with its names so far, or a list, that is open; and where in it the text is. */
interface Open {
  readonly names: Set<string> | undefined;
  place: string | number;
}

/** The JSON Pointer to the first member that its object has had before, in well-formed JSON that has one. */
export function repeatedMember(text: string): string {
  const open: Open[] = [];
  let latest = '""';
  for (const [token] of text.matchAll(TOKEN)) {
    if (token.startsWith('"')) latest = token;
    else if (token !== ':') go(open, token);
    else if (!isNew(open.at(-1), textOf(latest))) break;
  }
  return pointerTo(...open.map(({ place }) => place));
}

/** Names without escapes, which nearly all are, need no parser. */
function textOf(string: string): string {
  return string.includes('\\') ? (JSON.parse(string) as string) : string.slice(1, -1);
}

function isNew(inside: Open | undefined, name: string): boolean {
  if (!inside?.names) return true;
  const isKnown = inside.names.has(name);
  inside.names.add(name);
  inside.place = name;
  return !isKnown;
}

function go(open: Open[], token: string): void {
  const inside = open.at(-1);
  if (token === '{') open.push({ names: new Set(), place: '' });
  else if (token === '[') open.push({ names: undefined, place: 0 });
  else if (token !== ',') open.pop();
  else if (typeof inside?.place === 'number') inside.place += 1;
}
