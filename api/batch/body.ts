import { PkiError } from '../../src/errors.ts';
import { DEPTH_CHANGE, endOfString, isNoJson, parseShapedJson } from '../json-shape.ts';
import { MAX_BATCH_ITEMS } from '../schemas/certificate.ts';

const [QUOTE, COMMA, LIST] = [0x22, 0x2c, 0x5b];
/** JSON's white space (RFC 8259 §2). */
const BLANK = /^[ \t\n\r]*$/;

/**
 * The body of a batch. Where an item does not mean the same to every reader its fault stands in its place, as of a line of
 * NDJSON; what is amiss around the items is a fault of the whole.
 *
 * @throws {PkiError} `request-malformed`
 */
export function parseBatch(octets: Buffer): unknown {
  try {
    return parseShapedJson(octets);
  } catch (error) {
    if (isNoJson(error)) throw error;
    const { items, around } = itemsApart(octets);
    const body = parseShapedJson(around);
    const hasItems = typeof body === 'object' && body !== null && 'items' in body;
    return hasItems ? { ...body, items: items.map(itemOf) } : body;
  }
}

/** What an item says, or why that cannot be read; where it is no JSON, nothing of the body is. */
function itemOf(octets: Buffer): unknown {
  try {
    return parseShapedJson(octets);
  } catch (error) {
    if (error instanceof PkiError && !isNoJson(error)) return error;
    throw error;
  }
}

/** The texts in the first list of an object, and the rest, in which `null` stands for each of them. */
function itemsApart(octets: Buffer): {
  readonly items: readonly Buffer[];
  readonly around: Buffer;
} {
  const dividers = dividersIn(octets);
  const [first, last] = [dividers[0], dividers.at(-1)];
  if (first === undefined || last === undefined) return { items: [], around: octets };
  const texts = dividers.slice(1).map((end, index) => {
    return octets.subarray((dividers[index] ?? 0) + 1, end);
  });
  const isEmpty = texts.length === 1 && BLANK.test(String(texts[0]));
  const items = isEmpty ? [] : texts;
  const nulls = Buffer.from(items.map(() => 'null').join());
  const around = [octets.subarray(0, first + 1), nulls, octets.subarray(last)];
  return { items, around: Buffer.concat(around) };
}

/** Where that list begins, its commas are and it ends; none where there is no such list. */
function dividersIn(octets: Buffer): readonly number[] {
  let depth = 0;
  for (let at = 0; at < octets.length; at += 1) {
    const octet = octets[at] ?? 0;
    if (octet === QUOTE) at = endOfString(octets, at);
    else depth += DEPTH_CHANGE[octet] ?? 0;
    if (octet === LIST && depth === 2) return dividersFrom(octets, at);
  }
  return [];
}

/** Those of the list that begins at `start`; none where it does not end, or is longer than a batch may be. */
function dividersFrom(octets: Buffer, start: number): readonly number[] {
  const dividers = [start];
  let depth = 0;
  for (let at = start + 1; at < octets.length && dividers.length <= MAX_BATCH_ITEMS; at += 1) {
    const octet = octets[at] ?? 0;
    if (octet === QUOTE) at = endOfString(octets, at);
    else if (octet === COMMA && depth === 0) dividers.push(at);
    else depth += DEPTH_CHANGE[octet] ?? 0;
    if (depth < 0) return [...dividers, at];
  }
  return [];
}
