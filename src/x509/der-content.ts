import { isShortestInteger } from './der-integer.ts';
import { decodeOid } from './der-oid.ts';
import { TAG } from './der-tags.ts';
import { decodeText, isTextTag } from './der-text.ts';

type IsContent = (content: Uint8Array) => boolean;

/** X.690 §8.1.5: the end of what has no definite length, and no value. */
const END_OF_CONTENTS = 0x00;
/** SEQUENCE and SET without the bit that says that values are inside, which they always have. */
const PRIMITIVE_SEQUENCE = 0x10;
const PRIMITIVE_SET = 0x11;
const MAX_UNUSED_BITS = 7;

const CONTENTS: Readonly<Record<number, IsContent>> = {
  [END_OF_CONTENTS]: () => false,
  [TAG.boolean]: ([first = 1, ...more]) => more.length === 0 && (first === 0 || first === 0xff),
  [TAG.integer]: isShortestInteger,
  [TAG.enumerated]: isShortestInteger,
  [TAG.bitString]: isBitString,
  [TAG.null]: (content) => content.length === 0,
  [TAG.objectIdentifier]: (content) => decodeOid(content, 0, content.length) !== undefined,
  [PRIMITIVE_SEQUENCE]: () => false,
  [PRIMITIVE_SET]: () => false,
};

/** Whether a primitive value of this tag may have that content, as far as X.690 says for its type. */
export function isContentOf(tag: number, content: Uint8Array): boolean {
  if (!isTextTag(tag)) return CONTENTS[tag]?.(content) ?? true;
  const octets = Buffer.from(content.buffer, content.byteOffset, content.length);
  return decodeText(octets, { at: 0, end: octets.length, type: tag }) !== undefined;
}

/** X.690 §8.6.2, §11.2.1: at most seven unused bits, all of them zero, and none where there are no octets. */
export function isBitString(content: Uint8Array): boolean {
  const [unused] = content;
  if (unused === undefined || unused > MAX_UNUSED_BITS) return false;
  if (content.length === 1) return unused === 0;
  return ((content.at(-1) ?? 0) & ((1 << unused) - 1)) === 0;
}
