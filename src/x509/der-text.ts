import { TAG } from './der-tags.ts';

/** Where a text stands, and the universal tag of its type. */
interface TextPlace {
  readonly at: number;
  readonly end: number;
  readonly type: number;
}

type Decoder = (octets: Buffer, at: number, end: number) => string | undefined;

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const LAST_CODE_POINT = 0x10_ffff;
/** X.680 §41.4: letters, digits, space and these. */
const PRINTABLE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?";

/** X.680 §41.3. */
const NUMERIC = '0123456789 ';

/** How each type's octets become text; `undefined` for octets that the type does not allow. */
const DECODERS: Readonly<Record<number, Decoder>> = {
  [TAG.utf8String]: utf8Text,
  [TAG.numericString]: textOf(NUMERIC),
  [TAG.printableString]: textOf(PRINTABLE),
  // Its code pages are switched by escapes; everybody has written Latin 1 (RFC 5280 appendix B).
  [TAG.teletexString]: (octets, at, end) => octets.toString('latin1', at, end),
  [TAG.ia5String]: (octets, at, end) =>
    isAscii(octets, at, end) ? ascii(octets, at, end) : undefined,
  [TAG.universalString]: (octets, at, end) => wideText(octets.subarray(at, end), 4),
  [TAG.bmpString]: (octets, at, end) => wideText(octets.subarray(at, end), 2),
};

export function isTextTag(tag: number | undefined): boolean {
  return tag !== undefined && tag in DECODERS;
}

/** The text of a string type (X.680 §41) in the content octets; `undefined` where they are not of it. */
export function decodeText(octets: Buffer, { at, end, type }: TextPlace): string | undefined {
  return DECODERS[type]?.(octets, at, end);
}

/** RFC 3629: the shortest form of each character, and no surrogates. */
function utf8Text(octets: Buffer, at: number, end: number): string | undefined {
  if (isAscii(octets, at, end)) return ascii(octets, at, end);
  try {
    return UTF_8.decode(octets.subarray(at, end));
  } catch {
    return undefined;
  }
}

/** Text of no other characters than these of ASCII. */
function textOf(characters: string): Decoder {
  const allowed = new Uint8Array(256);
  for (const character of characters) allowed[character.charCodeAt(0)] = 1;
  return (octets, at, end) => {
    for (let index = at; index < end; index += 1) {
      if (allowed[octets[index] ?? 0] !== 1) return undefined;
    }
    return ascii(octets, at, end);
  };
}

/** Characters of `width` octets each, big-endian; surrogates are no characters. */
function wideText(octets: Buffer, width: 2 | 4): string | undefined {
  if (octets.length % width !== 0) return undefined;
  let text = '';
  for (let at = 0; at < octets.length; at += width) {
    const codePoint = octets.readUIntBE(at, width);
    const isSurrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
    if (isSurrogate || codePoint > LAST_CODE_POINT) return undefined;
    text += String.fromCodePoint(codePoint);
  }
  return text;
}

function isAscii(octets: Buffer, at: number, end: number): boolean {
  for (let index = at; index < end; index += 1) {
    if ((octets[index] ?? 0) >= 0x80) return false;
  }
  return true;
}

function ascii(octets: Buffer, at: number, end: number): string {
  return octets.toString('latin1', at, end);
}
