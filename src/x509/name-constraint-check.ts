import { decodeSubject } from './decode-subject.ts';
import { describeSubject } from './distinguished-name.ts';
import { ipOctets, isIpAddressIn } from './ip-address.ts';
import { isNameWithin } from './name-comparison.ts';
import type { NameConstraintSubtrees, NameConstraints } from './name-constraints.ts';

/** The kinds of subjectAltNames that constraints speak of, by the member that holds their bases. */
type BaseKind = Exclude<keyof NameConstraintSubtrees, 'directoryNames' | 'otherKinds'>;

/** Which member of the constraints speaks of which kind of name. */
export const BASE_KINDS = [
  ['dnsNames', 'dnsNames'],
  ['ipAddresses', 'ipRanges'],
  ['emailAddresses', 'emailDomains'],
  ['uris', 'uriDomains'],
] as const;

const IS_WITHIN: Readonly<Record<BaseKind, (name: string, base: string) => boolean>> = {
  dnsNames: isDnsNameWithin,
  ipRanges: isIpAddressIn,
  emailDomains: isMailboxWithin,
  uriDomains: (uri, base) => isHostWithin(hostOf(uri), base),
};

/**
 * Why `constraints` forbid a name, in words; `undefined` when they permit it.
 *
 * RFC 5280 §4.2.1.10: excluded wins over permitted, and a kind of name without a permitted
 * subtree is not limited.
 */
export function constraintAgainst(
  kind: BaseKind,
  name: string,
  { permitted, excluded }: NameConstraints,
): string | undefined {
  const excludedBase = excluded?.[kind]?.find((base) => touches(kind, name, base));
  if (excludedBase !== undefined) return `excludes "${excludedBase}"`;
  const bases = permitted?.[kind] ?? [];
  if (bases.length === 0 || bases.some((base) => IS_WITHIN[kind](name, base))) return undefined;
  return `permits only ${bases.map((base) => `"${base}"`).join(', ')}`;
}

/** The same for a Name, given as DER: a directoryName or the subject itself. */
export function directoryConstraintAgainst(
  name: Uint8Array,
  { permitted, excluded }: NameConstraints,
): string | undefined {
  const excludedBase = excluded?.directoryNames?.find((base) => isNameWithin(name, base));
  if (excludedBase) return `excludes ${quoted(excludedBase)}`;
  const bases = permitted?.directoryNames ?? [];
  if (bases.length === 0 || bases.some((base) => isNameWithin(name, base))) return undefined;
  return `permits only ${bases.map(quoted).join(', ')}`;
}

function quoted(name: Uint8Array): string {
  return `"${describeSubject(decodeSubject(name).known)}"`;
}

/**
 * A wildcard stands for every name one label below, so it must not span an excluded one. An empty base is every name to Go and
 * GnuTLS, of mailboxes and URIs as well; OpenSSL finds none in it, so that it permits none here.
 */
function touches(kind: BaseKind, name: string, base: string): boolean {
  if (base === '' || IS_WITHIN[kind](name, base)) return true;
  if (kind === 'uriDomains') return hostOf(name) === '';
  if (kind !== 'dnsNames' || !name.startsWith('*.')) return false;
  const [, ...parent] = base.toLowerCase().split('.');
  return parent.join('.') === name.slice(2).toLowerCase();
}

/** RFC 5280 knows no leading dot here; authorities write it all the same, and OpenSSL and Go mean what is below. */
function isDnsNameWithin(name: string, base: string): boolean {
  const [lowerName, lowerBase] = [name.toLowerCase(), base.toLowerCase()];
  if (lowerBase.startsWith('.')) return lowerName.endsWith(lowerBase);
  return base === '' || lowerName === lowerBase || lowerName.endsWith(`.${lowerBase}`);
}

/** A base is a host, or the hosts below one, or a mailbox, whose local part is compared as it is written. */
function isMailboxWithin(address: string, base: string): boolean {
  const [at, atInBase] = [address.lastIndexOf('@'), base.lastIndexOf('@')];
  const isLocalWithin = atInBase < 0 || base.slice(0, atInBase) === address.slice(0, at);
  return isLocalWithin && isHostWithin(address.slice(at + 1), base.slice(atInBase + 1));
}

function isHostWithin(host: string, base: string): boolean {
  const [lowerHost, lowerBase] = [host.toLowerCase(), base.toLowerCase()];
  if (lowerHost === '') return false;
  return lowerBase.startsWith('.') ? lowerHost.endsWith(lowerBase) : lowerHost === lowerBase;
}

/** Empty for a URI without an authority part or with an IP address there (RFC 5280 §4.2.1.10). */
function hostOf(uri: string): string {
  const [, authority = ''] = /^[^:]*:\/\/([^/?#]*)/.exec(uri) ?? [];
  const host = authority.replace(/^.*@/, '').replace(/:\d*$/, '');
  return host.startsWith('[') || ipOctets(host) ? '' : host;
}
