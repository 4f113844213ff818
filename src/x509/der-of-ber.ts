import { tagged } from './der.ts';
import { DerError } from './der-error.ts';
import { decodeLongLength } from './der-length.ts';
import { TAG } from './der-tags.ts';

/** The bits of an identifier octet that say that values are inside, and that the tag has more octets (X.690 §8.1.2). */
const CONSTRUCTED = 0x20;
const LONG_TAG = 0x1f;
/** X.690 §8.1.3.6: the content ends at two octets of zero. */
const INDEFINITE = 0x80;
const CONSTRUCTED_OCTET_STRING = TAG.octetString | CONSTRUCTED;
const MAX_DEPTH = 32;

interface Value {
  readonly tag: number;
  readonly content: Buffer;
  /** Where the next value begins. */
  readonly end: number;
}

/**
 * BER as NSS and others write it while they do not know how long a value will be, in definite lengths: what had no
 * length gets one, and OCTET STRINGs in pieces become one. All else stays as it is, for the strict reader to judge.
 *
 * What has values inside may be a `[0] IMPLICIT` OCTET STRING in pieces as well, which only its place shows; its pieces stay.
 *
 * @throws {DerError}
 */
export function derOfBer(octets: Uint8Array): Buffer {
  const source = Buffer.from(octets.buffer, octets.byteOffset, octets.length);
  const { tag, content, end } = valueAt(source, 0, { end: source.length, depth: 0 });
  return Buffer.concat([tagged(tag, content), source.subarray(end)]);
}

interface Bounds {
  /** Of what the value stands in. */
  readonly end: number;
  readonly depth: number;
}

function valueAt(octets: Buffer, at: number, { end, depth }: Bounds): Value {
  if (depth > MAX_DEPTH) throw new DerError(`nested deeper than ${MAX_DEPTH} levels`, at);
  if (at + 2 > end) throw new DerError('the end comes too early', at);
  const [tag = 0, first = 0] = octets.subarray(at, at + 2);
  if ((tag & LONG_TAG) === LONG_TAG) throw new DerError('another tag', at);
  const isConstructed = (tag & CONSTRUCTED) !== 0;
  if (isConstructed && first === INDEFINITE) {
    return constructed(octets, { tag, start: at + 2 }, { end, depth });
  }
  const start = at + 2 + (first < INDEFINITE ? 0 : first & ~INDEFINITE);
  const length = first < INDEFINITE ? first : decodeLongLength(octets, at + 2, start);
  if (length === undefined) throw new DerError('a length that is not of the shortest form', at);
  const contentEnd = start + length;
  if (contentEnd > end) throw new DerError('a length beyond the end', at);
  if (!isConstructed) return { tag, content: octets.subarray(start, contentEnd), end: contentEnd };
  return constructed(octets, { tag, start, contentEnd }, { end: contentEnd, depth });
}

/** `contentEnd`: absent where the length is indefinite. */
interface Opened {
  readonly tag: number;
  readonly start: number;
  readonly contentEnd?: number;
}

function constructed(octets: Buffer, { tag, start, contentEnd }: Opened, bounds: Bounds): Value {
  const inside = { ...bounds, depth: bounds.depth + 1 };
  const isInPieces = tag === CONSTRUCTED_OCTET_STRING;
  const members: Buffer[] = [];
  let at = start;
  while (contentEnd === undefined ? !endsAt(octets, at, bounds) : at < contentEnd) {
    const member = valueAt(octets, at, inside);
    if (isInPieces && member.tag !== TAG.octetString) throw new DerError('another tag', at);
    members.push(isInPieces ? member.content : tagged(member.tag, member.content));
    at = member.end;
  }
  return {
    tag: isInPieces ? TAG.octetString : tag,
    content: Buffer.concat(members),
    end: contentEnd ?? at + 2,
  };
}

/** Whether the end-of-contents octets stand there, which end an indefinite length. */
function endsAt(octets: Buffer, at: number, { end }: Bounds): boolean {
  return at + 2 <= end && octets[at] === 0 && octets[at + 1] === 0;
}
