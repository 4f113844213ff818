import { oid } from './der.ts';
import { FREQUENT_OIDS } from './oids.ts';

interface KnownOid {
  readonly octets: Uint8Array;
  readonly dotted: string;
}

const MAX_OID_OCTETS = 64;

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
  const arcs = arcsOf(octets, at, end);
  if (arcs === undefined) return undefined;
  const [first = 0, ...rest] = arcs;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - 40 * root, ...rest].join('.');
}

function arcsOf(octets: Uint8Array, at: number, end: number): number[] | undefined {
  const arcs: number[] = [];
  let arc = 0;
  for (let index = at; index < end; index += 1) {
    const octet = octets[index] ?? 0;
    if (arc === 0 && octet === 0x80) return undefined;
    arc = arc * 128 + (octet & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER) return undefined;
    if (octet >= 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  const isComplete = end > at && end - at <= MAX_OID_OCTETS && (octets[end - 1] ?? 0x80) < 0x80;
  return isComplete ? arcs : undefined;
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
