import { readAny } from './der-any.ts';
import type { DerReader } from './der-reader.ts';
import { CONTEXT, CONTEXT_CONSTRUCTED, TAG } from './der-tags.ts';
import { readGeneralNames } from './general-names.ts';

/** More would be no list that somebody works through. */
const MAX_POINTS = 100;

/** The URIs of CRLDistributionPoints (RFC 5280 §4.2.1.13), which is the syntax of a freshestCRL as well (§4.2.1.15). */
export function readDistributionPoints(reader: DerReader): readonly string[] {
  return reader.listOf(TAG.sequence, MAX_POINTS, readDistributionPoint).flat();
}

function readDistributionPoint(reader: DerReader): string[] {
  const members = reader.sequence();
  if (members.isAtEnd) throw members.fault('an empty list');
  const uris = members.isNext(CONTEXT_CONSTRUCTED) ? readPointName(members.context(0)) : [];
  if (members.isNext(CONTEXT | 1)) members.namedBits(CONTEXT | 1);
  if (members.isNext(CONTEXT_CONSTRUCTED | 2)) readGeneralNames(members, CONTEXT_CONSTRUCTED | 2);
  members.end();
  return uris;
}

function readPointName(reader: DerReader): string[] {
  // A name relative to the issuer's leads to no address.
  if (!reader.isNext(CONTEXT_CONSTRUCTED)) readAny(reader.context(1));
  else {
    const names = readGeneralNames(reader, CONTEXT_CONSTRUCTED);
    reader.end();
    return names.flatMap(({ kind, text }) => (kind === 'uniformResourceIdentifier' ? [text] : []));
  }
  reader.end();
  return [];
}
