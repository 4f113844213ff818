import type { DerReader } from './der-reader.ts';
import { CONTEXT, CONTEXT_CONSTRUCTED, TAG } from './der-tags.ts';
import { readDirectoryName, readGeneralName } from './general-names.ts';
import { ipRangeText } from './ip-address.ts';
import {
  DIRECTORY_NAME,
  DNS_NAME,
  IP_ADDRESS,
  type NameConstraintSubtrees,
  type NameConstraints,
  RFC822_NAME,
  URI,
} from './name-constraints.ts';

interface Gathered {
  readonly dnsNames: string[];
  readonly ipRanges: string[];
  readonly emailDomains: string[];
  readonly uriDomains: string[];
  readonly directoryNames: Uint8Array[];
  otherKinds?: string[];
}

const TEXT_KINDS = [
  [DNS_NAME, 'dnsNames'],
  [RFC822_NAME, 'emailDomains'],
  [URI, 'uriDomains'],
] as const;

/** Every one of them is held against every name below. */
const MAX_SUBTREES = 1_000;

/** Reads nameConstraints (RFC 5280 §4.2.1.10); bases of kinds that nobody here issues are told by their kinds. */
export function readNameConstraints(reader: DerReader): NameConstraints {
  const members = reader.sequence();
  if (members.isAtEnd) throw members.fault('an empty list');
  const permitted = readSubtrees(members, 0);
  const excluded = readSubtrees(members, 1);
  members.end();
  return { ...(permitted ? { permitted } : {}), ...(excluded ? { excluded } : {}) };
}

function readSubtrees(reader: DerReader, number: number): NameConstraintSubtrees | undefined {
  const tag = CONTEXT_CONSTRUCTED | number;
  if (!reader.isNext(tag)) return undefined;
  const subtrees: Gathered = {
    dnsNames: [],
    ipRanges: [],
    emailDomains: [],
    uriDomains: [],
    directoryNames: [],
  };
  reader.listOf(tag, MAX_SUBTREES, (members) => {
    const subtree = members.sequence();
    readBase(subtree, subtrees);
    // RFC 5280 §4.2.1.10: minimum is always its DEFAULT, and maximum absent.
    subtree.end();
  });
  return subtrees;
}

function readBase(reader: DerReader, subtrees: Gathered): void {
  const kind = TEXT_KINDS.find(([number]) => reader.isNext(CONTEXT | number));
  if (kind) subtrees[kind[1]].push(reader.text(TAG.ia5String, CONTEXT | kind[0]));
  else if (reader.isNext(CONTEXT | IP_ADDRESS)) subtrees.ipRanges.push(readIpRange(reader));
  else if (reader.isNext(CONTEXT_CONSTRUCTED | DIRECTORY_NAME)) {
    subtrees.directoryNames.push(readDirectoryName(reader));
  } else {
    subtrees.otherKinds ??= [];
    subtrees.otherKinds.push(readGeneralName(reader).kind);
  }
}

function readIpRange(reader: DerReader): string {
  const range = ipRangeText(reader.contextPrimitive(IP_ADDRESS));
  if (range === undefined) throw reader.fault('an iPAddress that is no range');
  return range;
}
