import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a case is given to, and the folder of those that showed something once. */
export type CaseKind =
  | 'certification-request'
  | 'issuing-body'
  | 'body'
  | 'pem'
  | 'pfx'
  | 'text'
  | 'request';

/** A case as a file. */
export interface KeptCase {
  readonly name: string;
  readonly octets: Buffer;
}

const FOLDER = join(import.meta.dirname, 'corpus');
const NAME_DIGITS = 12;

/** The cases that showed something once, which are tried again before anything new. */
export function keptCases(kind: CaseKind): readonly KeptCase[] {
  const folder = join(FOLDER, kind);
  const names = existsSync(folder) ? readdirSync(folder).toSorted() : [];
  return names.map((name) => ({ name, octets: readFileSync(join(folder, name)) }));
}

/** Keeps a case, and tells the file's name; whoever mends what it shows gives it a name that says what. */
export function keep(kind: CaseKind, octets: Buffer): string {
  const digest = createHash('sha256').update(octets).digest('hex').slice(0, NAME_DIGITS);
  const folder = join(FOLDER, kind);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `found-${digest}`);
  writeFileSync(file, octets);
  return file;
}

/** The texts that cases are made of: a file has one in each line, as a string of JSON in ASCII. */
export function textsOf(name: string): readonly string[] {
  const lines = readFileSync(join(FOLDER, 'texts', `${name}.txt`), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as string);
}
