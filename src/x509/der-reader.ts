/**
 * A reader of DER (ITU-T X.690): strict where BER is lax, and bounded in whatever it is given.
 *
 * It takes what `der.ts` writes and what other people's certificates, requests and PFX files hold in
 * DER: one-octet tags, definite lengths of the shortest form (§10.1), shortest INTEGERs (§8.3.2), TRUE
 * as `ff` (§11.1), unused bits of zero (§11.2.1). Each value is read once, from front to end, so
 * that no input takes longer than its length; each value must be consumed to its end.
 */
import { decodeNamedBits } from './der-bits.ts';
import { DerError } from './der-error.ts';
import { isShortestInteger } from './der-integer.ts';
import { decodeLongLength } from './der-length.ts';
import { decodeOid } from './der-oid.ts';
import { CONTEXT, CONTEXT_CONSTRUCTED, TAG } from './der-tags.ts';
import { decodeText } from './der-text.ts';
import { decodeTime } from './der-time.ts';

/** The low bits of an identifier octet that announce a tag of several octets (§8.1.2.4). */
const LONG_TAG = 0x1f;
/** The deepest real value, a name inside a CRL distribution point of a certificate, has 14 levels. */
const MAX_DEPTH = 32;
const MAX_SAFE_INTEGER_OCTETS = 6;

/** Reads the values of a DER encoding one after the other; every method reads one and moves past it. */
export class DerReader {
  readonly #octets: Buffer;
  readonly #end: number;
  readonly #depth: number;
  #at: number;
  /** The value read last: where its content begins. */
  #content = 0;

  constructor(octets: Uint8Array, at = 0, end = octets.length, depth = 0) {
    // One kind of array in all readers: element access stays fast, and text is cut out natively.
    this.#octets = Buffer.isBuffer(octets)
      ? octets
      : Buffer.from(octets.buffer, octets.byteOffset, octets.length);
    this.#at = at;
    this.#end = end;
    this.#depth = depth;
    if (depth > MAX_DEPTH) throw new DerError(`nested deeper than ${MAX_DEPTH} levels`, at);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#end;
  }

  /** Where the next value begins, for {@link since}. */
  get position(): number {
    return this.#at;
  }

  /** What was read since `position`: a view, not a copy. */
  since(position: number): Uint8Array {
    return this.#octets.subarray(position, this.#at);
  }

  /** Whether the next value has this identifier octet. */
  isNext(tag: number): boolean {
    return this.#at < this.#end && this.#octets[this.#at] === tag;
  }

  /** The identifier octet of the next value; `undefined` at the end. */
  nextTag(): number | undefined {
    return this.isAtEnd ? undefined : this.#octets[this.#at];
  }

  /** @throws {DerError} where anything is left */
  end(): void {
    if (!this.isAtEnd) throw this.fault('something follows that does not belong here');
  }

  /** The members of a SEQUENCE. */
  sequence(): DerReader {
    return this.inside(TAG.sequence);
  }

  /** The values inside a value of this tag, whatever they make of it. */
  inside(tag: number): DerReader {
    this.#skip(tag);
    return new DerReader(this.#octets, this.#content, this.#at, this.#depth + 1);
  }

  /** What stands inside `[number] EXPLICIT`, or the members of a constructed `[number] IMPLICIT`. */
  context(number: number): DerReader {
    return this.inside(CONTEXT_CONSTRUCTED | number);
  }

  /** The content of a primitive `[number] IMPLICIT`. */
  contextPrimitive(number: number): Uint8Array {
    return this.content(CONTEXT | number);
  }

  /** Each member of a SET OF, read by `read`; they stand in ascending order of their octets (§11.6). */
  setOf<T>(read: (members: DerReader) => T, tag: number = TAG.set): T[] {
    const members = this.inside(tag);
    const values: T[] = [];
    let before = members.#at;
    while (!members.isAtEnd) {
      const start = members.#at;
      values.push(read(members));
      const isSorted =
        values.length === 1 ||
        this.#octets.compare(this.#octets, start, members.#at, before, start) <= 0;
      if (!isSorted) throw members.fault('a SET OF unsorted');
      before = start;
    }
    return values;
  }

  /** Each member of a SEQUENCE OF, or of what is tagged like one: at least one, at most `max`. */
  listOf<T>(tag: number, max: number, read: (members: DerReader) => T): T[] {
    const members = this.inside(tag);
    const values: T[] = [];
    while (!members.isAtEnd) {
      if (values.length === max) throw members.fault(`more than ${max} members`);
      values.push(read(members));
    }
    if (values.length === 0) throw this.fault('an empty list');
    return values;
  }

  /** The content of a value of this tag, as it stands there: a view, not a copy. */
  content(tag: number): Uint8Array {
    this.#skip(tag);
    return this.#octets.subarray(this.#content, this.#at);
  }

  /** A BOOLEAN that is FALSE by DEFAULT, as all are here: absent, or TRUE (§11.1, §11.5). */
  isTrue(): boolean {
    if (!this.isNext(TAG.boolean)) return false;
    this.#skip(TAG.boolean);
    const isTrue = this.#at === this.#content + 1 && this.#octets[this.#content] === 0xff;
    if (!isTrue) throw this.fault('a BOOLEAN that is neither absent nor TRUE');
    return true;
  }

  /** An INTEGER that is not negative: its octets, big-endian, without a leading zero. */
  unsigned(tag: number = TAG.integer): Uint8Array {
    const octets = this.integer(tag);
    if (((octets[0] ?? 0) & 0x80) !== 0) throw this.fault('a negative INTEGER');
    return octets[0] === 0 && octets.length > 1 ? octets.subarray(1) : octets;
  }

  /** An INTEGER of either sign: its octets in two's complement. */
  integer(tag: number = TAG.integer): Uint8Array {
    const octets = this.content(tag);
    if (!isShortestInteger(octets)) throw this.fault('an INTEGER that is empty or too long');
    return octets;
  }

  /** An INTEGER from 0 to 2^48 - 1. */
  number(): number {
    const { length } = this.unsigned();
    if (length > MAX_SAFE_INTEGER_OCTETS) throw this.fault('an INTEGER too large');
    return this.#octets.readUIntBE(this.#at - length, length);
  }

  /** An OBJECT IDENTIFIER, dotted. */
  oid(tag: number = TAG.objectIdentifier): string {
    this.#skip(tag);
    const oid = decodeOid(this.#octets, this.#content, this.#at);
    if (oid === undefined) throw this.fault('a bad OBJECT IDENTIFIER');
    return oid;
  }

  /** The content of an OCTET STRING, or of what is tagged otherwise, in lower-case hexadecimal. */
  hex(tag: number = TAG.octetString): string {
    this.#skip(tag);
    return this.#octets.toString('hex', this.#content, this.#at);
  }

  octetString(): Uint8Array {
    return this.content(TAG.octetString);
  }

  /** The octets of a BIT STRING that has no unused bits, as keys and signatures have none. */
  bitString(): Uint8Array {
    this.#skip(TAG.bitString);
    if (this.#at === this.#content || this.#octets[this.#content] !== 0) {
      throw this.fault('a BIT STRING with unused bits');
    }
    return this.since(this.#content + 1);
  }

  /** The numbers of the bits that are set in a named bit list, which ends with one (§11.2.2). */
  namedBits(tag: number = TAG.bitString): readonly number[] {
    this.#skip(tag);
    const bits = decodeNamedBits(this.#octets, this.#content, this.#at);
    if (!bits) throw this.fault('a bad list of bits');
    return bits;
  }

  null(): void {
    this.#skip(TAG.null);
    if (this.#at > this.#content) throw this.fault('a NULL with content');
  }

  /** A Time (RFC 5280 §4.1.2.5): with seconds, in UTC; UTCTime through 2049, GeneralizedTime after. */
  time(): Date {
    const isUtcTime = this.isNext(TAG.utcTime);
    this.#skip(isUtcTime ? TAG.utcTime : TAG.generalizedTime);
    const instant = decodeTime(this.#octets, { at: this.#content, end: this.#at, isUtcTime });
    if (!instant) throw this.fault('a bad time');
    return instant;
  }

  /** A string of the type `type`, under that tag or an implicit one; each of its characters checked. */
  text(type: number, tag: number = type): string {
    this.#skip(tag);
    const text = decodeText(this.#octets, { at: this.#content, end: this.#at, type });
    if (text === undefined) throw this.fault('text with octets that its type does not allow');
    return text;
  }

  /** An error about the value that was read last. */
  fault(what: string): DerError {
    return new DerError(what, this.#content);
  }

  /** Moves past the next value, whose identifier octet must be `tag`. */
  #skip(tag: number): void {
    const octets = this.#octets;
    const start = this.#at;
    this.#content = start;
    const first = octets[start + 1] ?? 0;
    if (start + 2 > this.#end) throw this.fault('the end comes too early');
    if (octets[start] !== tag || (tag & LONG_TAG) === LONG_TAG) throw this.fault('another tag');
    const lengthOctets = first < 0x80 ? 0 : first & 0x7f;
    const content = start + 2 + lengthOctets;
    const length = first < 0x80 ? first : decodeLongLength(octets, start + 2, content);
    if (length === undefined)
      throw this.fault('a length that is not of the shortest definite form');
    if (content + length > this.#end) throw this.fault('a length beyond the end');
    this.#content = content;
    this.#at = content + length;
  }
}

/**
 * All of `octets` as one value that `read` consumes to its end.
 *
 * @throws {DerError} and nothing else, whatever the octets are
 */
export function readDer<T>(octets: Uint8Array, read: (reader: DerReader) => T): T {
  const reader = new DerReader(octets);
  const value = read(reader);
  reader.end();
  return value;
}
