import { type DecodedAttribute, readName } from './decode-subject.ts';
import { readDer } from './der-reader.ts';

/**
 * Whether the Name `name` is `base`, or begins with all RDNs of `base`, as a directoryName constraint
 * means it (RFC 5280 §4.2.1.10). Both are DER.
 *
 * @throws {DerError} where either is no Name
 */
export function isNameWithin(name: Uint8Array, base: Uint8Array): boolean {
  const [rdns, baseRdns] = [comparableRdns(name), comparableRdns(base)];
  return baseRdns.every((rdn, index) => rdns[index] === rdn);
}

/** Each RDN as a text that equal RDNs share: which attributes stand in it, in any order. */
function comparableRdns(name: Uint8Array): readonly string[] {
  return readDer(name, readName).map((rdn) => JSON.stringify(rdn.map(comparable).toSorted()));
}

function comparable({ type, value }: DecodedAttribute): string {
  return typeof value === 'string' ? `${type}="${prepared(value)}"` : `${type}=${hex(value)}`;
}

/** RFC 4518 §2.2: format characters, such as a zero-width space, and selectors of a variant. */
const INVISIBLE = /\p{Cf}|\u034f|[\ufe00-\ufe0f]/gu;

/**
 * RFC 5280 §7.1, RFC 4518 §2: compatibility forms, letter case, runs of white space and invisible characters
 * do not count, nor which string type holds the text.
 */
function prepared(text: string): string {
  const visible = text.replaceAll(INVISIBLE, '').normalize('NFKC');
  return visible.toUpperCase().toLowerCase().trim().replaceAll(/\s+/gu, ' ');
}

function hex(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex');
}
