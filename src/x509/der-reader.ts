/**
 * A reader of DER (ITU-T X.690): strict where BER is lax, and bounded in whatever it is given.
 *
 * It takes what `der.ts` writes and what other people's certificates, requests and PFX files hold in
 * DER: one-octet tags, definite lengths of the shortest form (§10.1), shortest INTEGERs (§8.3.2), TRUE
 * as `ff` (§11.1), unused bits of zero (§11.2.1). Each value is read once, from front to end, so
 * that no input takes longer than its length; each value must be consumed to its end.
 */
import { decodeOid } from './der-oid.ts';
import { TAG } from './der-tags.ts';
import { decodeTime } from './der-time.ts';

const CONTEXT = 0x80;
const CONTEXT_CONSTRUCTED = 0xa0;
/** The low bits of an identifier octet that announce a tag of several octets (§8.1.2.4). */
const LONG_TAG = 0x1f;
/** Nothing that is read here is longer; four octets would reach beyond what fits a SMI. */
const MAX_LENGTH_OCTETS = 3;
/** The deepest real value, a name inside a CRL distribution point of a certificate, has 14 levels. */
const MAX_DEPTH = 32;
const MAX_OID_OCTETS = 64;
const MAX_SAFE_INTEGER_OCTETS = 6;

/** Octets that are not DER, or not what belongs in that place. */
export class DerError extends Error {
  override readonly name = 'DerError';

  constructor(what: string, offset: number) {
    super(`${what}, at octet ${offset}`);
  }
}

/** Reads the values of a DER encoding one after the other; every method reads one and moves past it. */
export class DerReader {
  readonly #octets: Uint8Array;
  readonly #end: number;
  readonly #depth: number;
  #at: number;
  /** The value read last: where its content begins. */
  #content = 0;

  constructor(octets: Uint8Array, at = 0, end = octets.length, depth = 0) {
    this.#octets = octets;
    this.#at = at;
    this.#end = end;
    this.#depth = depth;
    if (depth > MAX_DEPTH) throw new DerError(`nested deeper than ${MAX_DEPTH} levels`, at);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#end;
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
    return this.#inside(TAG.sequence);
  }

  /** The members of a SET; DER's order of a SET OF is checked by {@link setOf}. */
  set(): DerReader {
    return this.#inside(TAG.set);
  }

  /** What stands inside `[number] EXPLICIT`, or the members of a constructed `[number] IMPLICIT`. */
  context(number: number): DerReader {
    return this.#inside(CONTEXT_CONSTRUCTED | number);
  }

  /** The content of a primitive `[number] IMPLICIT`. */
  contextPrimitive(number: number): Uint8Array {
    return this.content(CONTEXT | number);
  }

  /** Each member of a SET OF, read by `read`; they stand in ascending order of their octets (§11.6). */
  setOf<T>(read: (members: DerReader) => T): T[] {
    const members = this.set();
    const values: T[] = [];
    let before: Uint8Array | undefined;
    while (!members.isAtEnd) {
      const start = members.#at;
      values.push(read(members));
      const octets = this.#octets.subarray(start, members.#at);
      if (before && Buffer.compare(before, octets) > 0) throw members.fault('a SET OF unsorted');
      before = octets;
    }
    return values;
  }

  /** The octets of the next value, whatever it is, with its tag and length. */
  any(): Uint8Array {
    const start = this.#at;
    this.#skip(this.#octets[start] ?? 0);
    return this.#octets.subarray(start, this.#at);
  }

  /** The content of a value of this tag, as it stands there: a view, not a copy. */
  content(tag: number): Uint8Array {
    this.#skip(tag);
    return this.#octets.subarray(this.#content, this.#at);
  }

  boolean(): boolean {
    const [octet, ...more] = this.content(TAG.boolean);
    if (more.length > 0 || (octet !== 0x00 && octet !== 0xff)) throw this.fault('a bad BOOLEAN');
    return octet === 0xff;
  }

  /** An INTEGER that is not negative: its octets, big-endian, without a leading zero. */
  unsigned(): Uint8Array {
    const octets = this.integer();
    if (((octets[0] ?? 0) & 0x80) !== 0) throw this.fault('a negative INTEGER');
    return octets[0] === 0 && octets.length > 1 ? octets.subarray(1) : octets;
  }

  /** An INTEGER of either sign: its octets in two's complement. */
  integer(): Uint8Array {
    const octets = this.content(TAG.integer);
    const [first, second] = octets;
    if (first === undefined) throw this.fault('an empty INTEGER');
    if (second !== undefined && (first === 0 || first === 0xff) && (first ^ second) < 0x80) {
      throw this.fault('an INTEGER longer than it need be');
    }
    return octets;
  }

  /** An INTEGER from 0 to 2^48 - 1. */
  number(): number {
    const octets = this.unsigned();
    if (octets.length > MAX_SAFE_INTEGER_OCTETS) throw this.fault('an INTEGER too large');
    return octets.reduce((sum, octet) => sum * 256 + octet, 0);
  }

  /** An OBJECT IDENTIFIER, dotted. */
  oid(): string {
    const oid = decodeOid(this.oidOctets());
    if (oid === undefined) throw this.fault('an arc too large');
    return oid;
  }

  /** The content of an OBJECT IDENTIFIER, checked (§8.19.2). */
  oidOctets(): Uint8Array {
    const octets = this.content(TAG.objectIdentifier);
    let isFirstOfArc = true;
    for (const octet of octets) {
      if (isFirstOfArc && octet === 0x80) throw this.fault('an arc longer than it need be');
      isFirstOfArc = octet < 0x80;
    }
    if (octets.length === 0 || octets.length > MAX_OID_OCTETS || !isFirstOfArc) {
      throw this.fault('a bad OBJECT IDENTIFIER');
    }
    return octets;
  }

  octetString(): Uint8Array {
    return this.content(TAG.octetString);
  }

  /** The octets of a BIT STRING that has no unused bits, as keys and signatures have none. */
  bitString(): Uint8Array {
    const octets = this.content(TAG.bitString);
    if (octets[0] !== 0) throw this.fault('a BIT STRING with unused bits');
    return octets.subarray(1);
  }

  /** The numbers of the bits that are set in a named bit list, which ends with one (§11.2.2). */
  namedBits(tag: number = TAG.bitString): readonly number[] {
    const [unused = 8, ...octets] = this.content(tag);
    const last = octets.at(-1) ?? 0;
    const isMinimal = octets.length === 0 ? unused === 0 : ((last >> unused) & 1) === 1;
    const areUnusedZero = (last & ((1 << unused) - 1)) === 0;
    if (unused > 7 || !isMinimal || !areUnusedZero) throw this.fault('a bad list of bits');
    const bits: number[] = [];
    for (let bit = 0; bit < octets.length * 8; bit += 1) {
      if (((octets[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0) bits.push(bit);
    }
    return bits;
  }

  null(): void {
    if (this.content(TAG.null).length > 0) throw this.fault('a NULL with content');
  }

  /** A Time (RFC 5280 §4.1.2.5): with seconds, in UTC; UTCTime through 2049, GeneralizedTime after. */
  time(): Date {
    const isUtcTime = this.isNext(TAG.utcTime);
    const octets = this.content(isUtcTime ? TAG.utcTime : TAG.generalizedTime);
    const instant = decodeTime(octets, isUtcTime);
    if (!instant) throw this.fault('a bad time');
    return instant;
  }

  /** An error about the value that was read last. */
  fault(what: string): DerError {
    return new DerError(what, this.#content);
  }

  #inside(tag: number): DerReader {
    this.#skip(tag);
    return new DerReader(this.#octets, this.#content, this.#at, this.#depth + 1);
  }

  /** Moves past the next value, whose identifier octet must be `tag`. */
  #skip(tag: number): void {
    const [octets, start] = [this.#octets, this.#at];
    this.#content = start;
    const first = octets[start + 1] ?? 0;
    if (start + 2 > this.#end) throw this.fault('the end comes too early');
    if (octets[start] !== tag || (tag & LONG_TAG) === LONG_TAG) throw this.fault('another tag');
    const lengthOctets = first < 0x80 ? 0 : first & 0x7f;
    const content = start + 2 + lengthOctets;
    const length = first < 0x80 ? first : this.#longLength(start + 2, content);
    if (content + length > this.#end) throw this.fault('a wrong length');
    this.#content = content;
    this.#at = content + length;
  }

  /** The length in the octets from `at` to `content`: definite, and in no more octets than needed. */
  #longLength(at: number, content: number): number {
    const lengthOctets = content - at;
    if (lengthOctets === 0 || lengthOctets > MAX_LENGTH_OCTETS || content > this.#end) {
      throw this.fault('a length that is indefinite or too long');
    }
    let length = 0;
    for (let index = at; index < content; index += 1)
      length = length * 256 + (this.#octets[index] ?? 0);
    const isShortest = length >= (lengthOctets === 1 ? 0x80 : 256 ** (lengthOctets - 1));
    if (!isShortest) throw this.fault('a length longer than it need be');
    return length;
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
