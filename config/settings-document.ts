import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { type Alias, type Document, isNode, LineCounter, parseDocument, visit } from 'yaml';
import { SettingsError } from './settings-error.ts';

/** What the settings file says, before anything is known of it, and where. */
export interface SettingsDocument {
  readonly content: unknown;
  /** Names the file, the line and the member at a JSON Pointer, or the nearest that holds it where it is missing. */
  readonly placeOf: (pointer: string) => string;
}

/** What an anchor is for may be there so often, and each use within it counts again: a few lines must not become millions. */
const MAX_ALIASES = 100;

/**
 * Reads the YAML of the settings file.
 *
 * @throws {SettingsError} where it is none, with the line
 */
export function readSettingsDocument(path: string): SettingsDocument {
  const where = `PKI_CONFIG_FILE (${path})`;
  const lines = new LineCounter();
  const document = parseDocument(textOf(path, where), { uniqueKeys: true, lineCounter: lines });
  // A tag that is not known is a warning only, and would be passed over.
  const tags = document.warnings.filter(({ code }) => code === 'TAG_RESOLVE_FAILED');
  const [fault] = [...document.errors, ...tags];
  if (fault) throw new SettingsError(`${where}: ${fault.message}`);
  const placeOf = (pointer: string) => {
    const line = lineOf(document, lines, pointer);
    return `${where}, line ${line}: ${pointer || 'the whole file'}`;
  };
  try {
    return { content: document.toJS({ maxAliasCount: MAX_ALIASES }), placeOf };
  } catch (cause) {
    // An alias that leads nowhere, or too many of them, come out only here.
    const { line } = lines.linePos(aliasAtFault(document)?.range?.[0] ?? 0);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SettingsError(`${where}, line ${line}: ${reason}`, { cause });
  }
}

function textOf(path: string, where: string): string {
  const octets = octetsOf(path, where);
  // YAML 1.2.2 §5.2: a mark of their byte order, or a NUL as half of the first character.
  if (/^(?:\xff\xfe|\xfe\xff|\0|.\0)/s.test(octets.toString('latin1', 0, 2))) {
    throw new SettingsError(`${where}, line 1: is UTF-16 or UTF-32; save it as UTF-8`);
  }
  if (isUtf8(octets)) return octets.toString('utf8');
  // A decoder would put replacement characters where octets do not fit, and they would be signed.
  const lines = octets.toString('latin1').split('\n');
  const line = lines.findIndex((text) => !isUtf8(Buffer.from(text, 'latin1'))) + 1;
  throw new SettingsError(`${where}, line ${line}: is not UTF-8; save the file as that`);
}

function octetsOf(path: string, where: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new SettingsError(`${where}: cannot be read`, { cause });
  }
}

/** Where a member stands, or the nearest that holds it where it is missing. */
function lineOf(document: Document, lines: LineCounter, pointer: string): number {
  const path = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    const [start] = (isNode(node) ? node.range : undefined) ?? [];
    if (start !== undefined) return lines.linePos(start).line;
  }
  return 1;
}

/** The first alias without an anchor before it; where each has one, the first that is one too many by itself, or is there at all. */
function aliasAtFault(document: Document): Alias | undefined {
  const uses = new Map<string, number>();
  const [aliases, unresolved, excessive]: [Alias[], Alias[], Alias[]] = [[], [], []];
  visit(document, {
    Alias: (_, alias) => {
      const count = uses.get(alias.source);
      aliases.push(alias);
      if (count === undefined) unresolved.push(alias);
      else if (count >= MAX_ALIASES) excessive.push(alias);
      uses.set(alias.source, (count ?? 1) + 1);
    },
    Value: (_, { anchor }) => {
      if (anchor !== undefined) uses.set(anchor, 1);
    },
  });
  return unresolved[0] ?? excessive[0] ?? aliases[0];
}
