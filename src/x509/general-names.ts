import type { SubjectAltNames } from '../certificate.ts';
import { readSubject } from './decode-subject.ts';
import { readAny } from './der-any.ts';
import type { DerReader } from './der-reader.ts';
import { CONTEXT, CONTEXT_CONSTRUCTED, TAG } from './der-tags.ts';
import { isTextTag } from './der-text.ts';
import { ipText } from './ip-address.ts';
import { DIRECTORY_NAME } from './name-constraints.ts';

/** The entries of a subjectAltName, those of kinds that this service knows and the rest. */
export interface DecodedNames extends SubjectAltNames {
  /** The kinds of all other entries, such as `otherName`. */
  readonly otherKinds: readonly string[];
  /** DER of each directoryName, whose kind is among the others. */
  readonly directoryNames: readonly Uint8Array[];
}

/** One GeneralName: its kind and, where that is text, what it says. */
export interface GeneralName {
  readonly kind: GeneralNameKind;
  readonly text: string;
  /** DER of the Name, of a directoryName only. */
  readonly name?: Uint8Array;
}

type GeneralNameKind = (typeof GENERAL_NAME_KINDS)[number];

/** By the number of their tags (RFC 5280 §4.2.1.6). */
const GENERAL_NAME_KINDS = [
  'otherName',
  'rfc822Name',
  'dNSName',
  'x400Address',
  'directoryName',
  'ediPartyName',
  'uniformResourceIdentifier',
  'iPAddress',
  'registeredID',
] as const;

export const NO_NAMES: DecodedNames = {
  dnsNames: [],
  ipAddresses: [],
  emailAddresses: [],
  uris: [],
  otherKinds: [],
  directoryNames: [],
};

/** What is read at most; what may be issued has a tighter bound of its own. */
const MAX_NAMES = 1_000;
const IP_LENGTHS = [4, 16];
/** The bits of an identifier octet that are the tag's number (X.690 §8.1.2.2). */
const TAG_NUMBER = 0x1f;

/**
 * Reads GeneralNames (RFC 5280 §4.2.1.6), each kind in its order. Every entry is counted, also of
 * kinds that nobody here issues, so that none can slip by unjudged.
 */
export function readNames(reader: DerReader): DecodedNames {
  const names = {
    dnsNames: [] as string[],
    ipAddresses: [] as string[],
    emailAddresses: [] as string[],
    uris: [] as string[],
    otherKinds: [] as string[],
    directoryNames: [] as Uint8Array[],
  };
  for (const { kind, text, name } of readGeneralNames(reader)) {
    if (kind === 'dNSName') names.dnsNames.push(text);
    else if (kind === 'iPAddress') names.ipAddresses.push(text);
    else if (kind === 'rfc822Name') names.emailAddresses.push(text);
    else if (kind === 'uniformResourceIdentifier') names.uris.push(text);
    else names.otherKinds.push(kind);
    if (name) names.directoryNames.push(name);
  }
  return names;
}

/** Reads GeneralNames, in their order; `tag` where they stand under an implicit one. */
export function readGeneralNames(reader: DerReader, tag: number = TAG.sequence): GeneralName[] {
  return reader.listOf(tag, MAX_NAMES, readGeneralName);
}

export function readGeneralName(reader: DerReader): GeneralName {
  const tag = reader.nextTag() ?? 0;
  const kind = GENERAL_NAME_KINDS[tag & TAG_NUMBER];
  if (kind === undefined) throw reader.fault('a name of no known kind');
  if (kind === 'directoryName') return { kind, text: '', name: readDirectoryName(reader) };
  return { kind, text: READERS[kind](reader) };
}

const READERS: Readonly<
  Record<Exclude<GeneralNameKind, 'directoryName'>, (reader: DerReader) => string>
> = {
  rfc822Name: (reader) => reader.text(TAG.ia5String, CONTEXT | 1),
  dNSName: (reader) => reader.text(TAG.ia5String, CONTEXT | 2),
  uniformResourceIdentifier: (reader) => reader.text(TAG.ia5String, CONTEXT | 6),
  iPAddress: readIpAddress,
  registeredID: (reader) => reader.oid(CONTEXT | 8),
  otherName: readOtherName,
  x400Address: readX400Address,
  ediPartyName: readEdiPartyName,
};

function readIpAddress(reader: DerReader): string {
  const octets = reader.contextPrimitive(7);
  if (!IP_LENGTHS.includes(octets.length)) throw reader.fault('an iPAddress of a wrong length');
  return ipText(octets);
}

/** Tells the type of the name only; what it says has a syntax of its own for each. */
function readOtherName(reader: DerReader): string {
  const members = reader.context(0);
  const type = members.oid();
  const value = members.context(0);
  readAny(value);
  value.end();
  members.end();
  return type;
}

/** An ORAddress begins with its standard attributes (RFC 5280 appendix A.1); nobody has them any more. */
function readX400Address(reader: DerReader): string {
  const members = reader.context(3);
  members.sequence();
  while (!members.isAtEnd) readAny(members);
  return '';
}

export function readDirectoryName(reader: DerReader): Uint8Array {
  const members = reader.context(DIRECTORY_NAME);
  const start = members.position;
  readSubject(members);
  members.end();
  return members.since(start);
}

/** RFC 5280 §4.2.1.6: a nameAssigner may stand before the partyName, both of them DirectoryStrings. */
function readEdiPartyName(reader: DerReader): string {
  const members = reader.context(5);
  if (members.isNext(CONTEXT_CONSTRUCTED)) readDirectoryString(members, 0);
  const name = readDirectoryString(members, 1);
  members.end();
  return name;
}

function readDirectoryString(reader: DerReader, number: number): string {
  const members = reader.context(number);
  const tag = members.nextTag() ?? TAG.null;
  if (!isTextTag(tag)) throw members.fault('no DirectoryString');
  const text = members.text(tag);
  members.end();
  return text;
}
