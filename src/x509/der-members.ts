/** One member of a constructed value: its identifier octet and its place. */
export interface DerMember {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

const SEQUENCE = 0x30;
const MAX_LENGTH_OCTETS = 4;

/**
 * The members of a SEQUENCE that is all of `der`, not a bit more or less; `undefined` where the lengths
 * do not add up or are not written in the one form that DER allows (X.690 §10.1).
 */
export function membersOf(der: Uint8Array): readonly DerMember[] | undefined {
  const outer = memberAt(der, 0);
  if (outer?.tag !== SEQUENCE || outer.end !== der.length) return undefined;
  const members: DerMember[] = [];
  for (let at = outer.content; at < der.length; ) {
    const member = memberAt(der, at);
    if (!member) return undefined;
    members.push({ tag: member.tag, start: at, end: member.end });
    at = member.end;
  }
  return members;
}

function memberAt(der: Uint8Array, at: number) {
  const [tag, first] = [der[at], der[at + 1]];
  if (tag === undefined || first === undefined) return undefined;
  const octets = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || octets > MAX_LENGTH_OCTETS) return undefined;
  const content = at + 2 + octets;
  const long = der.subarray(at + 2, content).reduce((sum, octet) => sum * 256 + octet, 0);
  const length = octets === 0 ? first : long;
  const isMinimal = octets === 0 || long >= Math.max(0x80, 256 ** (octets - 1));
  const end = content + length;
  return isMinimal && end <= der.length ? { tag, content, end } : undefined;
}
