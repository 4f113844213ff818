import { isIPv6 } from 'node:net';

/** RFC 3986 §3.1; where a colon comes without it, Go sees no URI. */
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):/;
/** What Go passes over nowhere. */
const CONTROL = /\p{Cc}/u;
const BAD_ESCAPE = /%(?![0-9A-Fa-f]{2})/;
const USER = /^[\w.:~!$&'()*+,;=%@-]*$/;
/** Of a host with its port; a percent sign stands there as an escape of itself alone. */
const HOST = /^(?:[\w.~!$&'()*+,;=:[\]<>"-]|%25)*$/;
const EMPTY_LABEL = /\.(?:\.|$)|^\./;

/**
 * Why Go reads no certificate with this URI in it, in words: its `net/url` parses each, and what is its host is
 * then to be labels between dots.
 */
export function goUriFault(uri: string): string | undefined {
  const [whole = '', fragment = ''] = halves(uri, '#');
  if (CONTROL.test(whole)) return 'has a control character';
  if (BAD_ESCAPE.test(fragment)) return 'has a percent sign that escapes nothing';
  const scheme = SCHEME.exec(whole)?.[1]?.toLowerCase() ?? '';
  const afterScheme = scheme === '' ? whole : whole.slice(scheme.length + 1);
  const [hierarchy = ''] = halves(afterScheme, '?');
  if (!hierarchy.startsWith('/')) return rootlessFault(scheme, hierarchy);
  const isAuthorityNext =
    hierarchy.startsWith('//') && (scheme !== '' || !hierarchy.startsWith('///'));
  if (!isAuthorityNext) return pathFault(hierarchy);
  const [authority = '', path = ''] = halves(hierarchy.slice(2), '/');
  return authorityFault(scheme, authority) ?? pathFault(path);
}

/** After a scheme it is opaque, and nobody looks. */
function rootlessFault(scheme: string, path: string): string | undefined {
  if (scheme !== '') return undefined;
  const [segment = ''] = halves(path, '/');
  return segment.includes(':') ? 'has a colon and no scheme' : pathFault(path);
}

function pathFault(path: string): string | undefined {
  return BAD_ESCAPE.test(path) ? 'has a percent sign that escapes nothing' : undefined;
}

function authorityFault(scheme: string, authority: string): string | undefined {
  const at = authority.lastIndexOf('@');
  const user = authority.slice(0, Math.max(at, 0));
  if (!USER.test(user) || BAD_ESCAPE.test(user)) return 'has a user that cannot be one';
  const host = authority.slice(at + 1);
  if (!isPortFitting(scheme, host)) return 'has a port that is no number';
  if (!HOST.test(host) || EMPTY_LABEL.test(host)) return 'has a host that cannot be one';
  return host.includes('[') && !isLiteral(host) ? 'has a host that cannot be one' : undefined;
}

/** Only of http and https is more than one colon a fault. */
function isPortFitting(scheme: string, host: string): boolean {
  if (host.startsWith('[')) return /\](?::\d*)?$/.test(host);
  const isStrict = scheme === 'http' || scheme === 'https';
  const colon = isStrict ? host.indexOf(':') : host.lastIndexOf(':');
  return colon < 0 || /^:\d*$/.test(host.slice(colon));
}

function isLiteral(host: string): boolean {
  const [, address = ''] = /^\[([^\]%]*)(?:%25[^[]*)?\](?::\d*)?$/.exec(host) ?? [];
  return isIPv6(address);
}

/** What stands before and after the first `mark`. */
function halves(text: string, mark: string): readonly string[] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
