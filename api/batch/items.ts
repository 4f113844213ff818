import type { Readable } from 'node:stream';
import { PkiError } from '../../src/errors.ts';
import { parseJsonOctets } from '../input.ts';
import { malformed } from '../malformed.ts';
import { bodyTooLarge } from '../problem.ts';
import { type Line, linesOf, TOO_LONG } from './lines.ts';

/** An item as it came: what its JSON says, or why it cannot be read. */
export type Item = { readonly value: unknown } | { readonly fault: unknown };

/**
 * So many items become durable together. Each chunk waits once for the disk, and keeps its process and the database
 * busy for about two milliseconds, in which nobody else's record is written.
 */
const CHUNK_ITEMS = 50;

/** A CSR of the greatest length beside a hundred names of the greatest length has less. */
const MAX_LINE_OCTETS = 128 * 1024;
const SILENCE_MS = 30_000;

/** The items of a JSON body, in chunks; some may be faults. */
export async function* chunksOfList(items: readonly unknown[]): AsyncGenerator<readonly Item[]> {
  yield* inChunks(
    items.map((item) => (item instanceof PkiError ? { fault: item } : { value: item })),
  );
}

/** The items of a stream of NDJSON, in chunks: a line that is there waits for no other. */
export async function* chunksOfLines(stream: Readable): AsyncGenerator<readonly Item[]> {
  const bounds = { maxOctets: MAX_LINE_OCTETS, silenceMs: SILENCE_MS };
  let number = 0;
  for await (const lines of linesOf(stream, bounds)) {
    for (const chunk of inChunks(lines)) {
      yield chunk.map((line) => {
        number += 1;
        return itemOf(line, number);
      });
    }
  }
}

/** `number`: which of the lines it is, counted from 1, as whoever looks for it in a file does. */
function itemOf(line: Line, number: number): Item {
  if (line === TOO_LONG) return { fault: bodyTooLarge(`line ${number}`, MAX_LINE_OCTETS) };
  try {
    return { value: parseJsonOctets(line) };
  } catch (fault) {
    return { fault: inLine(number, fault) };
  }
}

function inLine(number: number, fault: unknown): unknown {
  if (!(fault instanceof PkiError)) return fault;
  const { violations } = fault;
  return malformed(
    violations.map(({ pointer, detail }) => ({ pointer, detail: `in line ${number}: ${detail}` })),
  );
}

function* inChunks<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < all.length; start += CHUNK_ITEMS) {
    yield all.slice(start, start + CHUNK_ITEMS);
  }
}
