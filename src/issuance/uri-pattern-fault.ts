import { isIPv4 } from 'node:net';
import { endsInNumber } from './dns-name.ts';
import { readName } from './names.ts';

/** Why no URI that a certificate can have would ever match a glob of URIs, and how to write it; `undefined` where one could. */
export function uriPatternFault(pattern: string): string | undefined {
  return hostFault(pattern) ?? spellingFault(pattern) ?? sampleFault(pattern);
}

function hostFault(pattern: string): string | undefined {
  if (!/^[^:]*:\/\//.test(pattern)) return undefined;
  const authority = authorityOf(pattern);
  if (authority.includes('@')) return 'has user information before its host: leave it out';
  const host = authority.startsWith('[') ? authority : authority.replace(/:.*$/s, '');
  if (host === '') return 'has no host behind its "//": write one';
  if (host.endsWith('.')) return 'has a dot at the end of its host: leave it out';
  // A star may be for what makes four numbers of it.
  const isNumber = !host.includes('*') && endsInNumber(host) && !isIPv4(host);
  return isNumber
    ? 'has a host that would be taken for an IPv4 address: write four numbers without leading zeros'
    : undefined;
}

/** RFC 3986 §6.2.2: what has two spellings is written in the plain one. */
function spellingFault(pattern: string): string | undefined {
  for (const [escaped] of pattern.matchAll(/%[0-9a-f]{2}/gi)) {
    const character = String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    if (/^[\w.~-]$/.test(character)) return `has ${escaped}: write "${character}"`;
  }
  const hasDots = pattern.split(/[/?#]/).some((segment) => /^\.\.?$/.test(segment));
  return hasDots ? 'has a dot segment: write the path to which it leads' : undefined;
}

/** What holds a star, up to the next delimiter of a URI or dot. */
const GLOB = /[^./:?#[\]]*\*[^./:?#[\]]*/g;

/** Of a URI with a letter, or else a digit, for what its stars are for, as `names.ts` judges it. */
function sampleFault(pattern: string): string | undefined {
  const reads = ['a', '1'].map((one) => readName('uris', pattern.replaceAll(GLOB, one)));
  const read = reads.find((one) => 'name' in one);
  if (!read) {
    const [fault] = reads.flatMap((one) => ('fault' in one ? [one.fault] : []));
    return `is for no URI that a certificate can have: it ${fault}`;
  }
  const [authority, written] = [authorityOf(pattern), authorityOf(read.name)];
  if (authority.includes('*') || authority.toLowerCase() === written) return undefined;
  return `has a host in another spelling than certificates: write ${written}`;
}

/** RFC 3986 §3.2; none is as good as an empty one here. */
function authorityOf(uri: string): string {
  const [, authority = ''] = /^[^:]*:\/\/([^/?#]*)/.exec(uri) ?? [];
  return authority;
}
