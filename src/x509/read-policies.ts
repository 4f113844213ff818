import { readAny } from './der-any.ts';
import type { DerReader } from './der-reader.ts';
import { CONTEXT, TAG } from './der-tags.ts';
import { ANY_POLICY, CPS_POINTER, USER_NOTICE } from './oids.ts';

/** More would be no list that somebody works through. */
const MAX_MEMBERS = 100;
/** RFC 5280 §4.2.1.4, DisplayText; RFC 6818 §3 has all of them. */
const DISPLAY_TEXT: readonly number[] = [TAG.utf8String, TAG.ia5String, TAG.bmpString];
/** X.680 §41.4: what can be seen of ASCII, and the space. */
const VISIBLE = /^[ -~]*$/;

/** Reads certificatePolicies (RFC 5280 §4.2.1.4): at least one policy, and none twice. */
export function readCertificatePolicies(reader: DerReader): void {
  const policies = reader.listOf(TAG.sequence, MAX_MEMBERS, readPolicy);
  const repeated = policies.find((policy, index) => policies.indexOf(policy) < index);
  if (repeated !== undefined) throw reader.fault(`the policy ${repeated} twice`);
}

/** Reads policyMappings (RFC 5280 §4.2.1.5), which never map anyPolicy, nor map to it. */
export function readPolicyMappings(reader: DerReader): void {
  reader.listOf(TAG.sequence, MAX_MEMBERS, (mappings) => {
    const members = mappings.sequence();
    const policies = [members.oid(), members.oid()];
    if (policies.includes(ANY_POLICY)) throw members.fault('anyPolicy in a mapping');
    members.end();
  });
}

/** Reads policyConstraints (RFC 5280 §4.2.1.11), of which one member at least is there. */
export function readPolicyConstraints(reader: DerReader): void {
  const members = reader.sequence();
  if (members.isAtEnd) throw members.fault('an empty list');
  for (const number of [0, 1]) {
    if (members.isNext(CONTEXT | number)) members.unsigned(CONTEXT | number);
  }
  members.end();
}

function readPolicy(reader: DerReader): string {
  const members = reader.sequence();
  const policy = members.oid();
  if (!members.isAtEnd) {
    members.listOf(TAG.sequence, MAX_MEMBERS, (qualifiers) => readQualifier(qualifiers, policy));
  }
  members.end();
  return policy;
}

function readQualifier(reader: DerReader, policy: string): void {
  const members = reader.sequence();
  const qualifier = members.oid();
  if (qualifier === CPS_POINTER) members.text(TAG.ia5String);
  else if (qualifier === USER_NOTICE) readUserNotice(members);
  else if (policy === ANY_POLICY) throw members.fault('another qualifier than anyPolicy may have');
  else readAny(members);
  members.end();
}

function readUserNotice(reader: DerReader): void {
  const members = reader.sequence();
  if (members.isNext(TAG.sequence)) readNoticeReference(members.sequence());
  if (!members.isAtEnd) readDisplayText(members);
  members.end();
}

function readNoticeReference(members: DerReader): void {
  readDisplayText(members);
  const numbers = members.sequence();
  while (!numbers.isAtEnd) numbers.integer();
  members.end();
}

/** Of any length: readers should take more than the 200 characters that it may have (RFC 5280 §4.2.1.4). */
function readDisplayText(reader: DerReader): void {
  const tag = reader.nextTag() ?? TAG.null;
  if (DISPLAY_TEXT.includes(tag)) reader.text(tag);
  else if (!VISIBLE.test(Buffer.from(reader.content(TAG.visibleString)).toString('latin1'))) {
    throw reader.fault('text with octets that its type does not allow');
  }
}
