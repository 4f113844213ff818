import { ipOctets, ipRangeOctets } from '../x509/ip-address.ts';

/*
 * The patterns of a profile's name policy.
 *
 * DNS: `example.org` is that name and every one below it. With a `*` it is a glob: each `*` stands for any
 * characters inside one label, at least one, and a leading `**.` for one or more labels. URIs: a glob in which `*`
 * stands for any characters inside one segment of the path, at least one, and a trailing `/**` for one or more
 * segments. What a `*` covers in a URI is plain: no `.` or `..`, no percent sign, no query, no fragment.
 */

const ANY = '*';
const ANY_MORE = '**';

/** Whether a DNS name, possibly a wildcard, lies in a pattern with every host that it stands for. */
export function isDnsNameIn(name: string, pattern: string): boolean {
  const labels = name.split('.').reverse();
  return isWithin(labels, dnsPattern(pattern), (label, glob) =>
    // A wildcard is as wide as a whole label: only a whole label's glob covers it.
    label === ANY ? glob === ANY : isGlobFor(label, glob),
  );
}

/** Whether any host that a DNS name stands for lies in a pattern. */
export function touchesDnsPattern(name: string, pattern: string): boolean {
  const labels = name.split('.').reverse();
  return isWithin(
    labels,
    dnsPattern(pattern),
    (label, glob) => label === ANY || isGlobFor(label, glob),
  );
}

/** Whether an address lies in a CIDR range. */
export function isIpAddressIn(address: string, range: string): boolean {
  const octets = ipOctets(address);
  const bounds = ipRangeOctets(range);
  if (!octets || bounds?.length !== octets.length * 2) return false;
  const [base, mask] = [bounds.subarray(0, octets.length), bounds.subarray(octets.length)];
  return octets.every((octet, index) => (octet & (mask[index] ?? 0)) === base[index]);
}

/** Whether the host of an e-mail address lies in a DNS pattern. */
export function isEmailAddressIn(address: string, pattern: string): boolean {
  return isDnsNameIn(address.slice(address.lastIndexOf('@') + 1), pattern);
}

/** The SPIFFE standard §2.1 to §2.3: a trust domain and a path, each character in its one spelling. */
const SPIFFE_ID = /^spiffe:\/\/[a-z0-9._-]{1,255}(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+)+$/;

/**
 * Whether a URI lies in a glob; scheme and host are compared without regard to case (RFC 3986 §6.2.2.1). In a
 * glob of SPIFFE IDs lie SPIFFE IDs only.
 */
export function isUriIn(uri: string, pattern: string): boolean {
  if (pattern.startsWith('spiffe:') && !SPIFFE_ID.test(uri)) return false;
  return isWithin(uriSegments(uri), uriPattern(pattern), isSegmentFor);
}

/**
 * Whether any reader could find a URI in a glob: whatever its port, query, fragment, case and further slashes, and where it
 * has other spellings. What is excluded is not to be had by spelling.
 */
export function touchesUriPattern(uri: string, pattern: string): boolean {
  if (!isPlainUri(uri)) return true;
  const { globs, more } = uriPattern(reduced(pattern));
  const covers = (segments: readonly string[]) =>
    isWithin(
      segments,
      { globs, more },
      (segment, glob) => glob === ANY || isGlobFor(segment, glob),
    );
  const whole = reduced(uri.replace(/^([^:]*:\/\/[^/?#]*?):\d*(?=[/?#]|$)/, '$1'));
  const path = whole.replace(/[?#].*$/s, '');
  // A slash at the end begins one more segment, or is passed over.
  return [whole, path, path.replace(/\/$/, '')].map(uriSegments).some(covers);
}

/** In small letters, and each run of slashes in the path as one. */
function reduced(uri: string): string {
  const [, head = '', rest = ''] = URI_PARTS.exec(uri.toLowerCase()) ?? [];
  return head + rest.replace(/\/{2,}/g, '/');
}

/** Whether a URI has but one spelling: neither percent signs nor dot segments (RFC 3986 §6.2.2). */
function isPlainUri(uri: string): boolean {
  return !uri.includes('%') && !uri.split(/[/?#]/).some((segment) => /^\.\.?$/.test(segment));
}

interface SegmentPattern {
  readonly globs: readonly string[];
  /** What may follow what the globs are for. */
  readonly more: 'none' | 'some' | 'any';
}

function dnsPattern(pattern: string): SegmentPattern {
  if (!pattern.includes(ANY)) return { globs: pattern.split('.').reverse(), more: 'any' };
  const isOpen = pattern.startsWith(`${ANY_MORE}.`);
  const glob = isOpen ? pattern.slice(ANY_MORE.length + 1) : pattern;
  return { globs: glob.split('.').reverse(), more: isOpen ? 'some' : 'none' };
}

function uriPattern(pattern: string): SegmentPattern {
  const segments = uriSegments(pattern);
  const isOpen = segments.at(-1) === ANY_MORE;
  return { globs: isOpen ? segments.slice(0, -1) : segments, more: isOpen ? 'some' : 'none' };
}

function isWithin(
  segments: readonly string[],
  { globs, more }: SegmentPattern,
  isFor: (segment: string, glob: string) => boolean,
): boolean {
  const following = segments.length - globs.length;
  const isLengthRight = more === 'none' ? following === 0 : following >= (more === 'some' ? 1 : 0);
  if (!isLengthRight || !globs.every((glob, index) => isFor(segments[index] ?? '', glob))) {
    return false;
  }
  return segments.slice(globs.length).every((segment) => isFor(segment, ANY));
}

function isSegmentFor(segment: string, glob: string): boolean {
  if (!glob.includes(ANY)) return segment === glob;
  return /^[\w~!$&'()+,;=:@.-]+$/.test(segment) && !/^\.\.?$/.test(segment)
    ? isGlobFor(segment, glob)
    : false;
}

/** The scheme with the host, and the rest (RFC 3986 §3). */
const URI_PARTS = /^([^:]*:(?:\/\/[^/?#]*)?)(.*)$/s;

/** The scheme and host in lower case, then each segment of the rest. */
function uriSegments(uri: string): readonly string[] {
  const [, head = '', rest = ''] = URI_PARTS.exec(uri) ?? [];
  const [scheme = '', host] = head.toLowerCase().split('//');
  return [scheme, ...(host === undefined ? [] : [host]), ...rest.replace(/^\//, '').split('/')];
}

/** Whether `text` is what `glob` says, each `*` standing for one or more characters; in linear steps. */
function isGlobFor(text: string, glob: string): boolean {
  const [head = '', ...pieces] = glob.split(ANY);
  if (pieces.length === 0) return text === glob;
  if (!text.startsWith(head)) return false;
  const tail = pieces.pop() ?? '';
  let at = head.length;
  for (const piece of pieces) {
    const found = text.indexOf(piece, at + 1);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return text.length - tail.length > at && text.endsWith(tail);
}
