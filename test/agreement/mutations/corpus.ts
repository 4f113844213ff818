import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MutantKind } from './mutant-kind.ts';

const FOLDER = join(import.meta.dirname, 'corpus');

/** Files that showed something once, by their names, which say what. */
export function corpusOf({ name }: Pick<MutantKind, 'name'>): ReadonlyMap<string, Buffer> {
  const folder = join(FOLDER, name);
  return new Map(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file))]));
}
