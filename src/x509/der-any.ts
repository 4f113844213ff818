import { isContentOf } from './der-content.ts';
import type { DerReader } from './der-reader.ts';
import { TAG } from './der-tags.ts';

/** The bit of an identifier octet that says that values are inside (X.690 §8.1.2.5). */
const CONSTRUCTED = 0x20;
/** The bits that are zero in a tag whose meaning is the same everywhere. */
const CLASS = 0xc0;

/**
 * The octets of the next value, whatever it is, with its tag and length.
 *
 * What is passed over is DER as well, to its innermost value: what one reader passes over, another reads.
 */
export function readAny(reader: DerReader): Uint8Array {
  const start = reader.position;
  const tag = reader.nextTag() ?? 0;
  if ((tag & CONSTRUCTED) === 0) assertContentOf(tag, reader);
  else readInside(tag, reader);
  return reader.since(start);
}

function assertContentOf(tag: number, reader: DerReader): void {
  const content = reader.content(tag);
  if (!isContentOf(tag, content)) throw reader.fault('octets that their type does not allow');
}

/** X.690 §10.2: of the universal types only SEQUENCE and SET have values inside, and strings no pieces. */
function readInside(tag: number, reader: DerReader): void {
  const members = reader.inside(tag);
  const isUniversal = (tag & CLASS) === 0;
  if (isUniversal && tag !== TAG.sequence && tag !== TAG.set) throw reader.fault('another tag');
  while (!members.isAtEnd) readAny(members);
}
