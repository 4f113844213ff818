import { oid } from './der.ts';
import { FREQUENT_OIDS } from './oids.ts';

interface KnownOid {
  readonly octets: Uint8Array;
  readonly dotted: string;
}

/** More than any that is registered has, and enough for three of the largest arcs. */
export const MAX_OID_OCTETS = 64;
/** An arc of a UUID has 128 bits (X.667 §7), and none that is registered has more. */
export const MAX_ARC = 2n ** 128n - 1n;

/** A power of two, so that few of the frequent ones fall into one bucket. */
const BUCKETS = 512;

/** What nearly every value read here consists of. */
const KNOWN = knownOids(FREQUENT_OIDS);

/**
 * The dotted form of an OBJECT IDENTIFIER whose content stands from `at` to `end` (X.690 §8.19);
 * `undefined` where it or an arc is too long, or an arc longer than it need be or cut off.
 */
export function decodeOid(octets: Uint8Array, at: number, end: number): string | undefined {
  const candidates = KNOWN[bucketOf(octets, at, end)];
  for (let index = 0; candidates && index < candidates.length; index += 1) {
    const known = candidates[index];
    if (known && isAt(octets, at, end, known.octets)) return known.dotted;
  }
  const subidentifiers = subidentifiersOf(octets, at, end);
  if (!subidentifiers) return undefined;
  const [first = 0, ...rest] = subidentifiers;
  const root = Math.min(2, Math.floor(Number(first) / 40));
  const second = typeof first === 'bigint' ? first - 80n : first - 40 * root;
  const arcs = [root, second, ...rest];
  return arcs.some(isTooLarge) ? undefined : arcs.join('.');
}

function isTooLarge(arc: number | bigint): boolean {
  return typeof arc === 'bigint' && arc > MAX_ARC;
}

/** The first of them holds two arcs (§8.19.4); `undefined` where they are not of the shortest form, or cut off. */
function subidentifiersOf(
  octets: Uint8Array,
  at: number,
  end: number,
): (number | bigint)[] | undefined {
  const isComplete = end > at && end - at <= MAX_OID_OCTETS && (octets[end - 1] ?? 0x80) < 0x80;
  if (!isComplete) return undefined;
  const subidentifiers: (number | bigint)[] = [];
  let start = at;
  let value = 0;
  for (let index = at; index < end; index += 1) {
    const octet = octets[index] ?? 0;
    if (index === start && octet === 0x80) return undefined;
    value = value * 128 + (octet & 0x7f);
    if (octet >= 0x80) continue;
    const isExact = value <= Number.MAX_SAFE_INTEGER;
    subidentifiers.push(isExact ? value : largeSubidentifier(octets, start, index + 1));
    start = index + 1;
    value = 0;
  }
  return subidentifiers;
}

function largeSubidentifier(octets: Uint8Array, at: number, end: number): bigint {
  let value = 0n;
  for (const octet of octets.subarray(at, end)) value = (value << 7n) | BigInt(octet & 0x7f);
  return value;
}

function knownOids(dotted: readonly string[]): readonly (readonly KnownOid[])[] {
  const known: KnownOid[][] = Array.from({ length: BUCKETS }, () => []);
  const tagAndLength = 2;
  for (const one of dotted) {
    const octets = oid(one).subarray(tagAndLength);
    known[bucketOf(octets, 0, octets.length)]?.push({ octets, dotted: one });
  }
  return known;
}

/** Frequent ones differ in their last octets and their length. */
function bucketOf(octets: Uint8Array, at: number, end: number): number {
  const last = octets[end - 1] ?? 0;
  const beforeLast = octets[end - 2] ?? 0;
  return (last * 7 + beforeLast * 31 + (end - at) * 89) & (BUCKETS - 1);
}

function isAt(octets: Uint8Array, at: number, end: number, known: Uint8Array): boolean {
  if (end - at !== known.length) return false;
  for (let index = 0; index < known.length; index += 1) {
    if (octets[at + index] !== known[index]) return false;
  }
  return true;
}
