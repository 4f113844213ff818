import { type DecodedAttribute, readName } from '../x509/decode-subject.ts';
import { readDer } from '../x509/der-reader.ts';
import { TAG } from '../x509/der-tags.ts';
import { SUBJECT_ATTRIBUTES } from '../x509/distinguished-name.ts';

/** Those that Java has words for (RFC 2253 §2.3), and compares as texts therefore. */
const COMPARED_AS_TEXT = [
  ...Object.values(SUBJECT_ATTRIBUTES).map(({ oid }) => oid),
  // street, userId
  '2.5.4.9',
  '0.9.2342.19200300.100.1.1',
];
const TEXTS: readonly number[] = [TAG.utf8String, TAG.printableString];

/**
 * Whether OpenSSL and Java both take two Names for one although their octets differ: in the case of letters of
 * ASCII, in runs of spaces, and in whether a text is a UTF8String or a PrintableString.
 */
export function areAlikeNames(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0 || folded(one) === folded(other);
}

function folded(name: Uint8Array): string {
  const rdns = readDer(name, readName).map((rdn) => rdn.map(foldedAttribute).toSorted());
  return JSON.stringify(rdns);
}

function foldedAttribute({ type, tag, value }: DecodedAttribute): string {
  if (typeof value !== 'string') return `${type}=#${Buffer.from(value).toString('hex')}`;
  if (!COMPARED_AS_TEXT.includes(type) || !TEXTS.includes(tag)) return `${type}=${tag}=${value}`;
  const lower = value.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  return `${type}=${lower.replaceAll(/ +/g, ' ').trim()}`;
}
