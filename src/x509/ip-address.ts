import { isIPv4, isIPv6 } from 'node:net';

const IPV6_GROUPS = 8;
const IPV4_MAPPED = Buffer.from('00000000000000000000ffff', 'hex');

/** The 4 or 16 octets of an IP address in text; `undefined` for anything else, zone ids included. */
export function ipOctets(text: string): Buffer | undefined {
  if (isIPv4(text)) return Buffer.from(text.split('.').map(Number));
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const [head = '', tail] = withoutDottedQuad(text).split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: IPV6_GROUPS - left.length - right.length }, () => '0');
  const groups = [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16));
  return Buffer.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** The IPv4 address within octets of IPv6 that are for one (RFC 4291 §2.5.5.2). */
export function mappedIpv4Octets(octets: Uint8Array): Uint8Array | undefined {
  const isMapped = octets.length === 16 && IPV4_MAPPED.equals(octets.subarray(0, 12));
  return isMapped ? octets.subarray(12) : undefined;
}

/** An address in its canonical text: dotted decimal, or the form of RFC 5952 §4. */
export function ipText(octets: Uint8Array): string {
  if (octets.length === 4) return [...octets].join('.');
  const groups = Array.from({ length: IPV6_GROUPS }, (_, index) =>
    (((octets[index * 2] ?? 0) << 8) | (octets[index * 2 + 1] ?? 0)).toString(16),
  );
  const run = longestZeroRun(groups);
  if (run.length < 2) return groups.join(':');
  const end = run.start + run.length;
  return `${groups.slice(0, run.start).join(':')}::${groups.slice(end).join(':')}`;
}

/**
 * The address and mask octets of a CIDR range, as an iPAddress name constraint holds them
 * (RFC 5280 §4.2.1.10); `undefined` where host bits are set or the text is no range.
 */
export function ipRangeOctets(cidr: string): Buffer | undefined {
  const [octets, mask] = addressAndMask(cidr) ?? [];
  if (!octets || !mask) return undefined;
  const hasHostBits = octets.some((octet, index) => (octet & ~(mask[index] ?? 0)) !== 0);
  return hasHostBits ? undefined : Buffer.concat([octets, mask]);
}

/** What is wrong with the text of a CIDR range, in words; `undefined` when nothing is. */
export function ipRangeFault(cidr: string): string | undefined {
  if (ipRangeOctets(cidr)) return undefined;
  const parts = addressAndMask(cidr);
  if (!parts) return 'is not a CIDR range such as 10.0.0.0/8 or 2001:db8::/32';
  return `has host bits set: write ${ipRangeText(Buffer.concat(parts))}`;
}

function addressAndMask(cidr: string): readonly [address: Buffer, mask: Buffer] | undefined {
  const [address = '', prefix = '', ...rest] = cidr.split('/');
  const octets = ipOctets(address);
  if (!octets || rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(prefix)) return undefined;
  const bits = Number(prefix);
  if (bits > octets.length * 8) return undefined;
  return [octets, Buffer.from(octets.map((_, index) => prefixOctet(bits, index)))];
}

/** Whether an address lies in a CIDR range. */
export function isIpAddressIn(address: string, range: string): boolean {
  const octets = ipOctets(address);
  const bounds = ipRangeOctets(range);
  if (!octets || bounds?.length !== octets.length * 2) return false;
  const [base, mask] = [bounds.subarray(0, octets.length), bounds.subarray(octets.length)];
  return octets.every((octet, index) => (octet & (mask[index] ?? 0)) === base[index]);
}

/**
 * The CIDR range that the address and mask octets of an iPAddress name constraint stand for, host bits
 * cleared; `undefined` where they are no pair, or the mask is not one run of ones.
 */
export function ipRangeText(octets: Uint8Array): string | undefined {
  const length = octets.length / 2;
  if (length !== 4 && length !== 16) return undefined;
  const [address, mask] = [Buffer.from(octets.subarray(0, length)), octets.subarray(length)];
  let bits = 0;
  while (bits < length * 8 && ((mask[bits >> 3] ?? 0) & (0x80 >> (bits & 7))) !== 0) bits += 1;
  for (let index = 0; index < length; index += 1) {
    const prefix = prefixOctet(bits, index);
    if (mask[index] !== prefix) return undefined;
    address.writeUInt8(address.readUInt8(index) & prefix, index);
  }
  return `${ipText(address)}/${bits}`;
}

/** The octet at `index` of a mask of `bits` ones. */
function prefixOctet(bits: number, index: number): number {
  return (0xff00 >> Math.min(8, Math.max(0, bits - index * 8))) & 0xff;
}

/** RFC 4291 §2.2(3): the last 32 bits may be written as an IPv4 address. */
function withoutDottedQuad(text: string): string {
  const quad = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  if (!quad) return text;
  const [a = 0, b = 0, c = 0, d = 0] = quad.slice(1).map(Number);
  const groups = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  return text.slice(0, quad.index) + groups;
}

function longestZeroRun(groups: readonly string[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  for (const [index, group] of groups.entries()) {
    length = group === '0' ? length + 1 : 0;
    if (length > best.length) best = { start: index - length + 1, length };
  }
  return best;
}
