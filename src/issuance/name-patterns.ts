/*
 * The patterns of a profile's name policy.
 *
 * DNS: `example.org` is that name and every one below it. With a `*` it is a glob: each `*` stands for any
 * characters inside one label, at least one, and a leading `**.` for one or more labels. URIs: a glob whose host is
 * a glob of DNS, also where it has no `*`, and a `*` by itself every host; its port is the pattern's. In the rest, `*` stands for any
 * characters inside one segment of the path, at least one, and a trailing `/**` for one or more segments. What a `*` covers in
 * a URI is plain: no `.` or `..`, no percent sign, no query, no fragment, no address in brackets.
 */

const ANY = '*';
const ANY_MORE = '**';

/** Whether a DNS name, possibly a wildcard, lies in a pattern with every host that it stands for. */
export function isDnsNameIn(name: string, pattern: string): boolean {
  return isWithin(labelsOf(name), dnsPattern(pattern), (label, glob) =>
    // A wildcard is as wide as a whole label: only a whole label's glob covers it.
    label === ANY ? glob === ANY : isGlobFor(label, glob),
  );
}

/** Whether any host that a DNS name stands for lies in a pattern. */
export function touchesDnsPattern(name: string, pattern: string): boolean {
  return isWithin(
    labelsOf(name),
    dnsPattern(pattern),
    (label, glob) => label === ANY || isGlobFor(label, glob),
  );
}

/** Whether the host of an e-mail address lies in a DNS pattern. */
export function isEmailAddressIn(address: string, pattern: string): boolean {
  return isDnsNameIn(address.slice(address.lastIndexOf('@') + 1), pattern);
}

/** Whether a URI lies in a glob; scheme and host are compared without regard to case (RFC 3986 §6.2.2.1). */
export function isUriIn(uri: string, pattern: string): boolean {
  const [one, glob] = [uriParts(uri), uriParts(pattern)];
  return (
    one.scheme === glob.scheme &&
    !isTrustDomain(one) &&
    isSegmentFor(one.port, glob.port) &&
    isWithin(one.labels, hostGlobs(glob.labels), isSegmentFor) &&
    isWithin(segmentsOf(one.rest), globsIn(segmentsOf(glob.rest)), isSegmentFor)
  );
}

/**
 * Whether any reader could find a URI in a glob: whatever its port, query, fragment, case and further slashes, and where it
 * has other spellings. What is excluded is not to be had by spelling.
 */
export function touchesUriPattern(uri: string, pattern: string): boolean {
  if (!isPlainUri(uri)) return true;
  const [one, glob] = [uriParts(uri.toLowerCase()), uriParts(pattern.toLowerCase())];
  const covers = (segments: readonly string[], pattern: SegmentPattern) =>
    isWithin(segments, pattern, (segment, any) => any === ANY || isGlobFor(segment, any));
  // Who excludes `*.example.org` of URIs does not mean that one more label lets in.
  const hosts = glob.labels.at(-1) === ANY ? glob.labels.with(-1, ANY_MORE) : glob.labels;
  if (one.scheme !== glob.scheme || !covers(one.labels, hostGlobs(hosts))) return false;
  const whole = withSingleSlashes(one.rest);
  const path = whole.replace(/[?#].*$/s, '');
  const globs = globsIn(segmentsOf(withSingleSlashes(glob.rest)));
  // A slash at the end begins one more segment, or is passed over.
  const ways = [whole, path, path.replace(/\/$/, '')].map(segmentsOf);
  return ways.some((segments) => covers(segments, globs));
}

/** The SPIFFE ID of a trust domain itself, which is no workload's (SPIFFE X.509-SVID §2, §4.1). */
function isTrustDomain({ scheme, rest }: { readonly scheme: string; readonly rest: string }) {
  return scheme === 'spiffe:' && rest === '';
}

function withSingleSlashes(text: string): string {
  return text.replace(/\/{2,}/g, '/');
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
  const labels = labelsOf(pattern);
  return pattern.includes(ANY) ? globsIn(labels) : { globs: labels, more: 'any' };
}

function globsIn(segments: readonly string[]): SegmentPattern {
  const isOpen = segments.at(-1) === ANY_MORE;
  return { globs: isOpen ? segments.slice(0, -1) : segments, more: isOpen ? 'some' : 'none' };
}

/** Whoever writes `spiffe://*` means every trust domain, and not those of one label. */
function hostGlobs(labels: readonly string[]): SegmentPattern {
  return globsIn(labels.length === 1 && labels[0] === ANY ? [ANY_MORE] : labels);
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

/** Scheme, host, port and the rest (RFC 3986 §3). */
const URI_PARTS = /^([^:]*:)(?:\/\/(\[[^\]/?#]*\]|[^:/?#]*)(:[^/?#]*)?)?(.*)$/s;

/** Scheme and host in small letters; no labels where there is no host. */
function uriParts(uri: string) {
  const [, scheme = '', host, port = '', rest = ''] = URI_PARTS.exec(uri) ?? [];
  const labels = host === undefined ? [] : labelsOf(host.toLowerCase());
  return { scheme: scheme.toLowerCase(), labels, port, rest };
}

/** The labels of a host or of a glob of hosts, the last one first. */
function labelsOf(host: string): readonly string[] {
  return host.split('.').reverse();
}

function segmentsOf(rest: string): readonly string[] {
  return rest.replace(/^\//, '').split('/');
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
