import { isIPv4, isIPv6 } from 'node:net';
import { ipOctets, ipText } from '../x509/ip-address.ts';

/** RFC 1035 §2.3.4: 255 octets on the wire, which are 253 characters of text. */
const MAX_DNS_NAME_LENGTH = 253;
/** RFC 5321 §4.5.3.1.1. */
const MAX_LOCAL_PART_LENGTH = 64;
/** RFC 5321 §4.5.3.1.3, less the angle brackets. */
const MAX_EMAIL_ADDRESS_LENGTH = 254;
const MAX_URI_LENGTH = 2_048;
/** `*.com` would cover a whole registry's names. */
const MIN_WILDCARD_LABELS = 3;

const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const DNS_NAME = new RegExp(`^(?:\\*\\.)?${LABEL}(?:\\.${LABEL})*$`);
/** RFC 5322 §3.2.3: a dot-atom; quoted local parts are left out, as in practice. */
const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const LOCAL_PART = new RegExp(`^${ATOM}(?:\\.${ATOM})*$`);
const PATH_CHARACTER = "(?:[A-Za-z0-9._~:@!$&'()*+,;=/-]|%[0-9A-Fa-f]{2})";
const QUERY_CHARACTER = "(?:[A-Za-z0-9._~:@!$&'()*+,;=/?-]|%[0-9A-Fa-f]{2})";
const HOST_LABEL = '[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?';
const HOST = `\\[[0-9A-Fa-f:.]+\\]|${HOST_LABEL}(?:\\.${HOST_LABEL})*`;
/**
 * RFC 3986 §3: a scheme, then a host with a path, or a path alone. The host is written without user
 * information before it, percent signs, or a dot at its end (RFC 5280 §4.2.1.6): readers would not agree
 * which host it is, and so whether name constraints permit it.
 */
const URI = new RegExp(
  `^[A-Za-z][A-Za-z0-9+.-]*:(?://(?:${HOST})(?::\\d{1,5})?(?:/${PATH_CHARACTER}*)?|(?!//)${PATH_CHARACTER}+)` +
    `(?:\\?${QUERY_CHARACTER}*)?(?:#${QUERY_CHARACTER}*)?$`,
);

/** A dNSName of letters, digits and inner hyphens (RFC 5280 §4.2.1.6, RFC 1034 §3.5), or a wildcard. */
export function isDnsName(text: string): boolean {
  if (text.length > MAX_DNS_NAME_LENGTH || !DNS_NAME.test(text) || isIPv4(text)) return false;
  return !text.startsWith('*') || text.split('.').length >= MIN_WILDCARD_LABELS;
}

export function isIpAddress(text: string): boolean {
  return ipOctets(text) !== undefined;
}

/** An rfc822Name: a mailbox in ASCII without display name (RFC 5280 §4.2.1.6). */
export function isEmailAddress(text: string): boolean {
  const at = text.lastIndexOf('@');
  const [local, host] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 1 || text.length > MAX_EMAIL_ADDRESS_LENGTH || local.length > MAX_LOCAL_PART_LENGTH) {
    return false;
  }
  return LOCAL_PART.test(local) && isDnsName(host) && !host.startsWith('*');
}

/** An absolute URI with a scheme and something after it (RFC 5280 §4.2.1.6). */
export function isUri(text: string): boolean {
  if (text.length > MAX_URI_LENGTH || !URI.test(text)) return false;
  const [, bracketed] = /^[^:]*:\/\/\[([^\]]*)\]/.exec(text) ?? [];
  return bracketed === undefined || isIPv6(bracketed);
}

/** The form in which each kind of name is written, so that equal names are equal text. */
export const CANONICAL = {
  dnsNames: (name: string) => name.toLowerCase(),
  ipAddresses: canonicalIpAddress,
  emailAddresses: lowerCaseHost,
  uris: (uri: string) => uri,
} as const;

function canonicalIpAddress(text: string): string {
  const octets = ipOctets(text);
  return octets ? ipText(octets) : text;
}

/** The local part is its host's own affair, and may tell cases apart (RFC 5321 §2.4). */
function lowerCaseHost(address: string): string {
  const at = address.lastIndexOf('@');
  return address.slice(0, at) + address.slice(at).toLowerCase();
}
