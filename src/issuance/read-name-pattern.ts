import { ipRangeFault, ipRangeOctets, ipText, mappedIpv4Octets } from '../x509/ip-address.ts';
import { endsInNumber, isInternational, readDnsName } from './dns-name.ts';
import { uriPatternFault } from './uri-pattern-fault.ts';

/** A pattern in the form in which names are written, or what is wrong with it, in words. */
export type ReadPattern = { readonly pattern: string } | { readonly fault: string };

const ANY_MORE = '**';
/** RFC 4291 §2.5.5.2: what stands before an IPv4 address. */
const IPV4_MAPPED_BITS = 96;

/**
 * Reads a DNS pattern of `name-patterns.ts`: a label beyond ASCII is written as its A-label, by the rules by which
 * names are (IDNA2008), since it is certificates that patterns are held against.
 */
export function readDnsPattern(text: string): ReadPattern {
  const written: string[] = [];
  for (const label of text.split('.')) {
    const read = isInternational(label) ? readLabel(label) : { pattern: label };
    if ('fault' in read) return read;
    written.push(read.pattern);
  }
  const pattern = written.join('.');
  const labels = pattern.replace(/^\*\*\./, '').split('.');
  const isWellFormed = labels.every(
    (label) => /^[a-z0-9*]([a-z0-9*-]{0,61}[a-z0-9*])?$/.test(label) && !label.includes(ANY_MORE),
  );
  if (!isWellFormed) {
    return { fault: 'is neither a domain in lower case nor a glob of one, such as *.example.org' };
  }
  const fault = endFault(pattern);
  return fault === undefined ? { pattern } : { fault };
}

/** What all names of a pattern end with is judged as a name: where it is none, no name could ever match. */
function endFault(pattern: string): string | undefined {
  const [, end = ''] = /^(?:.*\*[^.]*\.?)?(.*)$/s.exec(pattern) ?? [];
  if (endsInNumber(end)) {
    return 'is, or ends as, an IP address, and no DNS name: addresses are in the ranges of ipAddresses';
  }
  const read = end === '' ? undefined : readDnsName(end);
  return read && 'fault' in read ? read.fault : undefined;
}

/** Reads a CIDR range of addresses, none of IPv4 in the octets of IPv6: no certificate has one. */
export function readIpRange(text: string): ReadPattern {
  const fault = ipRangeFault(text);
  if (fault !== undefined) return { fault };
  const mapped = mappedIpv4Octets(ipRangeOctets(text)?.subarray(0, 16) ?? Buffer.alloc(0));
  const bits = Number(text.split('/')[1]) - IPV4_MAPPED_BITS;
  if (!mapped || bits < 0) return { pattern: text };
  return { fault: `is a range of IPv4 addresses: write ${ipText(mapped)}/${bits}` };
}

/** Scheme, host and the rest of a glob of URIs. */
const URI_PATTERN = /^([a-z][a-z0-9+.-]*:)(?:(\/\/)(\[[^/]*\]|[^/:?#]*))?([\x21-\x7e]*)$/;
/** Hosts of URIs may have underscores, and SPIFFE's trust domains do. */
const URI_HOST_LABEL = String.raw`(?!\S*\*\*)[\w*](?:[\w*-]*[\w*])?`;
const URI_HOST_PATTERN = new RegExp(
  String.raw`^(?:\[[\da-f:.]+\]|(?:\*\*\.)?${URI_HOST_LABEL}(?:\.${URI_HOST_LABEL})*)$`,
  'i',
);

/** The same of a glob of URIs, whose host is read as a DNS pattern where it is beyond ASCII. */
export function readUriPattern(text: string): ReadPattern {
  const [, scheme = '', slashes = '', host = '', rest = ''] = URI_PATTERN.exec(text) ?? [];
  const read = isInternational(host) ? readDnsPattern(host) : { pattern: host };
  if ('fault' in read) return read;
  const isHostRight = slashes === '' ? rest !== '' : URI_HOST_PATTERN.test(read.pattern);
  const isRestRight = !rest.replace(/\/\*\*$/, '').includes(ANY_MORE);
  const pattern = scheme + slashes + read.pattern + rest;
  const noGlob = 'is no glob of a URI, such as spiffe://example.org/ns/*/sa/*';
  if (scheme === '' || !isRestRight) return { fault: noGlob };
  const fault = uriPatternFault(pattern) ?? (isHostRight ? undefined : noGlob);
  return fault === undefined ? { pattern } : { fault };
}

/** A star in an A-label would stand for Punycode, which is nobody's to guess. */
function readLabel(label: string): ReadPattern {
  if (label.includes('*') && !/^\p{ASCII}*$/u.test(label)) {
    return { fault: 'has a "*" within a label beyond ASCII; it may be a label of its own' };
  }
  if (label.includes('*')) return { pattern: label };
  const read = readDnsName(label);
  return 'fault' in read ? read : { pattern: read.name };
}
