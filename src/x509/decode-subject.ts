import type { Subject } from '../certificate.ts';
import { readAny } from './der-any.ts';
import { type DerReader, readDer } from './der-reader.ts';
import { TAG } from './der-tags.ts';
import { isTextTag } from './der-text.ts';
import { SUBJECT_ATTRIBUTE_NAMES, SUBJECT_ATTRIBUTES } from './distinguished-name.ts';

/** A subject's attributes: all of them in their order, and what those known here say. */
export interface DecodedSubject {
  readonly attributes: readonly DecodedAttribute[];
  readonly known: Subject;
  /** Object identifiers of attributes that are unknown here, stand there again, or hold no text. */
  readonly others: readonly string[];
  /** Whether an RDN has more than one attribute, as hardly any directory's has. */
  readonly hasJointAttributes: boolean;
}

/** An attribute of a distinguished name: its type, and its value as text or else as DER. */
export interface DecodedAttribute {
  readonly type: string;
  /** The identifier octet of the value, which tells its string type. */
  readonly tag: number;
  readonly value: string | Uint8Array;
}

/** Far more than any directory has; each costs whoever compares the name. */
const MAX_ATTRIBUTES = 100;

/** X.520 has a BIT STRING for x500UniqueIdentifier, and a SEQUENCE of texts for postalAddress. */
const OTHER_VALUES: readonly number[] = [TAG.bitString, TAG.sequence];

const ATTRIBUTE_OF_TYPE: ReadonlyMap<string, keyof Subject> = new Map(
  SUBJECT_ATTRIBUTE_NAMES.map((name) => [SUBJECT_ATTRIBUTES[name].oid, name]),
);

/**
 * What the DER of a Name says.
 *
 * @throws {DerError} where it is none
 */
export function decodeSubject(name: Uint8Array): DecodedSubject {
  return readDer(name, readSubject);
}

/** Reads a Name (RFC 5280 §4.1.2.4) for what a subject says. */
export function readSubject(reader: DerReader): DecodedSubject {
  const known: Partial<Record<keyof Subject, string>> = {};
  const others: string[] = [];
  const rdns = readName(reader);
  const attributes = rdns.flat();
  for (const { type, value } of attributes) {
    const attribute = ATTRIBUTE_OF_TYPE.get(type);
    if (!attribute || typeof value !== 'string' || attribute in known) others.push(type);
    else known[attribute] = value;
  }
  return { attributes, known, others, hasJointAttributes: attributes.length > rdns.length };
}

/** Reads a Name, each RDN with its attributes. */
export function readName(reader: DerReader): readonly (readonly DecodedAttribute[])[] {
  const members = reader.sequence();
  const rdns: DecodedAttribute[][] = [];
  let count = 0;
  while (!members.isAtEnd) {
    const rdn = members.setOf(readAttribute);
    count += rdn.length;
    if (rdn.length === 0) throw members.fault('an empty RDN');
    if (count > MAX_ATTRIBUTES) throw members.fault(`more than ${MAX_ATTRIBUTES} attributes`);
    rdns.push(rdn);
  }
  return rdns;
}

function readAttribute(reader: DerReader): DecodedAttribute {
  const members = reader.sequence();
  const type = members.oid();
  const tag = members.nextTag() ?? TAG.null;
  if (!isTextTag(tag) && !OTHER_VALUES.includes(tag)) throw members.fault('a name of no text');
  const value = isTextTag(tag) ? members.text(tag) : readAny(members);
  members.end();
  return { type, tag, value };
}
