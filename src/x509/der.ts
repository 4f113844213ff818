/**
 * A writer of DER (ITU-T X.690): each function returns one complete value, tag and length included.
 *
 * It writes what a certificate, a request for one and a PFX need, and nothing else. Lengths are
 * definite and minimal (§10.1), INTEGERs minimal (§8.3.2), and DEFAULT values are for the caller to
 * leave out (§11.5).
 */

import { CONTEXT, CONTEXT_CONSTRUCTED, TAG } from './der-tags.ts';

const {
  boolean: BOOLEAN,
  integer: INTEGER,
  bitString: BIT_STRING,
  octetString: OCTET_STRING,
  null: NULL,
  objectIdentifier: OBJECT_IDENTIFIER,
  utf8String: UTF8_STRING,
  printableString: PRINTABLE_STRING,
  ia5String: IA5_STRING,
  utcTime: UTC_TIME,
  generalizedTime: GENERALIZED_TIME,
  bmpString: BMP_STRING,
  sequence: SEQUENCE,
  set: SET,
} = TAG;

/** RFC 5280 §4.1.2.5: dates through 2049 are UTCTime, later ones GeneralizedTime. */
const FIRST_GENERALIZED_YEAR = 2050;

export function sequence(...items: readonly Uint8Array[]): Buffer {
  return tagged(SEQUENCE, ...items);
}

/** A SET OF: its members are sorted as octet strings (X.690 §11.6). */
export function setOf(...items: readonly Uint8Array[]): Buffer {
  return items.length < 2 ? tagged(SET, ...items) : tagged(SET, ...items.toSorted(Buffer.compare));
}

/** An INTEGER from a small number, or from the big-endian octets of an unsigned one. */
export function integer(value: number | Uint8Array): Buffer {
  return tagged(INTEGER, unsignedOctets(typeof value === 'number' ? octetsOf(value) : value));
}

/** Those that were written once; ours and the settings' are few. */
const oids = new Map<string, Buffer>();

export function oid(dotted: string): Buffer {
  const known = oids.get(dotted);
  if (known) return known;
  // UUIDs are arcs, too (X.667), which a number does not hold.
  const [first = 0n, second = 0n, ...rest] = dotted.split('.').map(BigInt);
  const arcs = [first * 40n + second, ...rest];
  const written = tagged(OBJECT_IDENTIFIER, Buffer.from(arcs.flatMap(base128)));
  oids.set(dotted, written);
  return written;
}

export function boolean(value: boolean): Buffer {
  return tagged(BOOLEAN, Buffer.of(value ? 0xff : 0x00));
}

export function nullValue(): Buffer {
  return tagged(NULL);
}

export function octetString(octets: Uint8Array): Buffer {
  return tagged(OCTET_STRING, octets);
}

/** A BIT STRING of whole octets, or one whose last `unusedBits` bits do not count. */
export function bitString(octets: Uint8Array, unusedBits = 0): Buffer {
  return tagged(BIT_STRING, Buffer.of(unusedBits), octets);
}

/**
 * A BIT STRING with the named bits set: trailing zero bits are left out, as DER asks of
 * named bit lists (X.690 §11.2.2).
 */
export function namedBits(bits: readonly number[]): Buffer {
  const highest = Math.max(-1, ...bits);
  const octets = Buffer.alloc(Math.ceil((highest + 1) / 8));
  for (const bit of bits) octets[bit >> 3] = (octets[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return bitString(octets, highest < 0 ? 0 : 7 - (highest & 7));
}

export function utf8String(text: string): Buffer {
  return taggedText(UTF8_STRING, text, 'utf8');
}

/** Text outside the type's alphabet is not cut to fit: it stays wrong, for whoever reads it back. */
export function printableString(text: string): Buffer {
  return taggedText(PRINTABLE_STRING, text, 'utf8');
}

export function ia5String(text: string): Buffer {
  return taggedText(IA5_STRING, text, 'latin1');
}

/** UTF-16, big-endian. */
export function bmpString(text: string): Buffer {
  return tagged(BMP_STRING, Buffer.from(text, 'utf16le').swap16());
}

/** Those that were written last: certificates of the same second mostly begin, and end, together. */
const times = new Map<number, Buffer>();
const MAX_TIMES = 64;

/** A Time of RFC 5280 §4.1.2.5: in UTC, with seconds, without fractions. */
export function time(instant: Date): Buffer {
  const known = times.get(instant.getTime());
  if (known) return known;
  if (times.size === MAX_TIMES) times.clear();
  const written = writtenTime(instant);
  times.set(instant.getTime(), written);
  return written;
}

function writtenTime(instant: Date): Buffer {
  const year = instant.getUTCFullYear();
  const isShort = year < FIRST_GENERALIZED_YEAR;
  const yearDigits = isShort ? twoDigits(year % 100) : String(year).padStart(4, '0');
  const [month, day] = [twoDigits(instant.getUTCMonth() + 1), twoDigits(instant.getUTCDate())];
  const hour = twoDigits(instant.getUTCHours());
  const minute = twoDigits(instant.getUTCMinutes());
  const second = twoDigits(instant.getUTCSeconds());
  const text = `${yearDigits}${month}${day}${hour}${minute}${second}Z`;
  return taggedText(isShort ? UTC_TIME : GENERALIZED_TIME, text, 'latin1');
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

/** `[number] EXPLICIT`: around a complete value. */
export function explicit(number: number, ...values: readonly Uint8Array[]): Buffer {
  return tagged(CONTEXT_CONSTRUCTED | number, ...values);
}

/** `[number] IMPLICIT` of a primitive type: `content` are the octets without their own tag. */
export function implicit(number: number, content: Uint8Array): Buffer {
  return tagged(CONTEXT | number, content);
}

/** The same, whose content is text in UTF-8. */
export function implicitText(number: number, text: string): Buffer {
  return taggedText(CONTEXT | number, text, 'utf8');
}

/** `[number] IMPLICIT` of a SEQUENCE or SET: `members` stay in the order given. */
export function implicitConstructed(number: number, ...members: readonly Uint8Array[]): Buffer {
  return tagged(CONTEXT_CONSTRUCTED | number, ...members);
}

/** A value of any tag; what it is made of stays in the order given. */
export function tagged(tag: number, ...content: readonly Uint8Array[]): Buffer {
  let length = 0;
  for (const part of content) length += part.length;
  const value = begun(tag, length);
  let at = value.length - length;
  for (const part of content) {
    value.set(part, at);
    at += part.length;
  }
  return value;
}

function taggedText(tag: number, text: string, encoding: 'latin1' | 'utf8'): Buffer {
  const length = encoding === 'latin1' ? text.length : Buffer.byteLength(text);
  const value = begun(tag, length);
  value.write(text, value.length - length, encoding);
  return value;
}

/** A value whose content of `length` octets is still to be written, at its end. */
function begun(tag: number, length: number): Buffer {
  const lengthOctets = length < 0x80 ? 0 : octetCountOf(length);
  const value = Buffer.allocUnsafe(2 + lengthOctets + length);
  value[0] = tag;
  value[1] = lengthOctets === 0 ? length : 0x80 | lengthOctets;
  if (lengthOctets > 0) value.writeUIntBE(length, 2, lengthOctets);
  return value;
}

function octetCountOf(value: number): number {
  let count = 1;
  for (let rest = value; rest >= 256; rest = Math.floor(rest / 256)) count += 1;
  return count;
}

/** Big-endian octets, without leading zeros; a single zero octet for 0. */
function octetsOf(value: number): number[] {
  const octets: number[] = [];
  for (let rest = value; rest > 0 || octets.length === 0; rest = Math.floor(rest / 256)) {
    octets.unshift(rest % 256);
  }
  return octets;
}

/** X.690 §8.3.2: no superfluous leading octet, and a zero octet where the top bit would mean minus. */
function unsignedOctets(octets: Uint8Array | readonly number[]): Uint8Array {
  let start = 0;
  while (start < octets.length - 1 && octets[start] === 0) start += 1;
  const isNegative = octets.length === 0 || ((octets[start] ?? 0) & 0x80) !== 0;
  const minimal = octets instanceof Uint8Array ? octets.subarray(start) : Buffer.from(octets);
  return isNegative ? Buffer.concat([Buffer.of(0), minimal]) : minimal;
}

function base128(arc: bigint): number[] {
  const octets = [Number(arc & 0x7fn)];
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) octets.unshift(0x80 | Number(rest & 0x7fn));
  return octets;
}
