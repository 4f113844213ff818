import { isIPv4, isIPv6 } from 'node:net';
import type { SubjectAltNames } from '../certificate.ts';
import { ipOctets, ipText, mappedIpv4Octets } from '../x509/ip-address.ts';
import {
  dnsNameFormFault,
  endsInNumber,
  HOST,
  isInternational,
  isLongerThan,
  type ReadName,
  readDnsName,
} from './dns-name.ts';

type Kind = keyof SubjectAltNames;

/** RFC 5321 §4.5.3.1.1. */
const MAX_LOCAL_PART_LENGTH = 64;
/** RFC 5321 §4.5.3.1.3, less the angle brackets. */
const MAX_EMAIL_ADDRESS_LENGTH = 254;
const MAX_URI_LENGTH = 2_048;
const MAX_PORT = 65_535;
/** The SPIFFE ID standard §2.1 to §2.4: a trust domain, and a path without empty segments, dots, or anything after it. */
const SPIFFE_ID = /^spiffe:\/\/[a-z0-9._-]{1,255}(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+)*$/;

/** RFC 5322 §3.2.3: a dot-atom; quoted local parts are left out, as in practice. */
const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const EMAIL_ADDRESS = new RegExp(
  `^(?=[^@]{1,${MAX_LOCAL_PART_LENGTH}}@)${ATOM}(?:\\.${ATOM})*@${HOST}`,
  'u',
);
const PATH_CHARACTER = "(?:[A-Za-z0-9._~:@!$&'()*+,;=/-]|%[0-9A-Fa-f]{2})";
const QUERY_CHARACTER = "(?:[A-Za-z0-9._~:@!$&'()*+,;=/?-]|%[0-9A-Fa-f]{2})";
const HOST_LETTERS = String.raw`A-Za-z0-9_\u{80}-\u{10ffff}`;
const HOST_LABEL = `[${HOST_LETTERS}](?:[${HOST_LETTERS}-]*[${HOST_LETTERS}])?`;
const URI_HOST = `\\[[0-9A-Fa-f:.]+\\]|${HOST_LABEL}(?:\\.${HOST_LABEL})*`;
/**
 * RFC 3986 §3: a scheme, then a host with a path, or a path alone. The host is written without user
 * information before it, percent signs, or a dot at its end (RFC 5280 §4.2.1.6): readers would not agree
 * which host it is, and so whether name constraints permit it.
 */
const URI = new RegExp(
  `^([A-Za-z][A-Za-z0-9+.-]*:)(?://(${URI_HOST})((?::\\d{1,5})?(?:/${PATH_CHARACTER}*)?)|((?!//)${PATH_CHARACTER}+))` +
    `((?:\\?${QUERY_CHARACTER}*)?(?:#${QUERY_CHARACTER}*)?)$`,
  'u',
);

const READERS: Readonly<Record<Kind, (text: string) => ReadName>> = {
  dnsNames: readDnsName,
  ipAddresses: readIpAddress,
  emailAddresses: readEmailAddress,
  uris: readUri,
};

const FORM_FAULTS: Readonly<Record<Kind, (text: string) => string | undefined>> = {
  dnsNames: dnsNameFormFault,
  ipAddresses: (text) => (ipOctets(text) ? undefined : 'is not an IP address'),
  emailAddresses: (text) => {
    const isForm = !isLongerThan(MAX_EMAIL_ADDRESS_LENGTH, text) && EMAIL_ADDRESS.test(text);
    return isForm ? undefined : 'is not an e-mail address';
  },
  uris: (text) => (uriParts(text) ? undefined : 'is not an absolute URI'),
};

/** Reads a name of a subjectAltName (RFC 5280 §4.2.1.6): the form in which it is written, in which equal names are equal. */
export function readName(kind: Kind, text: string): ReadName {
  return READERS[kind](text);
}

/**
 * What is wrong with a name's form alone, quickly and however long it is: what is well formed may still be
 * no name, which {@link readName} tells.
 */
export function nameFormFault(kind: Kind, text: string): string | undefined {
  return FORM_FAULTS[kind](text);
}

/** A name as it is written, and what is none as it is. */
export function canonicalName(kind: Kind, text: string): string {
  const read = readName(kind, text);
  return 'name' in read ? read.name : text;
}

function readIpAddress(text: string): ReadName {
  const octets = ipOctets(text);
  if (!octets) return { fault: 'is not an IP address' };
  // Some verifiers hold such an address to be the IPv4 address within it, and others do not.
  const mapped = mappedIpv4Octets(octets);
  if (mapped) return { fault: `is an IPv4 address: write ${ipText(mapped)}` };
  return { name: ipText(octets) };
}

/**
 * An rfc822Name: a mailbox without display name (RFC 5280 §4.2.1.6). Its local part is in ASCII and the
 * affair of its host, which may tell cases apart (RFC 5321 §2.4).
 */
function readEmailAddress(text: string): ReadName {
  const formFault = nameFormFault('emailAddresses', text);
  if (formFault !== undefined) return { fault: formFault };
  const at = text.lastIndexOf('@') + 1;
  const host = readDnsName(text.slice(at));
  if ('fault' in host) return { fault: `has a host that ${host.fault}` };
  const name = text.slice(0, at) + host.name;
  if (name.length <= MAX_EMAIL_ADDRESS_LENGTH) return { name };
  return { fault: `has more than ${MAX_EMAIL_ADDRESS_LENGTH} characters, its host as A-labels` };
}

/** An absolute URI with a scheme and something after it (RFC 5280 §4.2.1.6); scheme and host know no cases (§7.4). */
function readUri(text: string): ReadName {
  const parts = uriParts(text);
  if (!parts) return { fault: 'is not an absolute URI' };
  const { scheme, host, rest } = parts;
  if (host === undefined) return meantBy(scheme.toLowerCase() + rest);
  const read = readUriHost(host);
  if ('fault' in read) return { fault: `has a host that ${read.fault}` };
  const name = `${scheme.toLowerCase()}//${read.name}${rest}`;
  if (name.length <= MAX_URI_LENGTH) return meantBy(name);
  return { fault: `has more than ${MAX_URI_LENGTH} characters, its host as A-labels` };
}

/** A URI may be well formed and still mean nothing, or two things to two readers. */
function meantBy(name: string): ReadName {
  const [, port = '0'] = /^[^:]*:\/\/[^/?#]*:(\d+)(?:[/?#]|$)/.exec(name) ?? [];
  if (Number(port) > MAX_PORT) return { fault: `has a port beyond ${MAX_PORT}` };
  if (/%(?:[01][0-9a-f]|7f)/i.test(name)) return { fault: 'has an escaped control character' };
  if (name.startsWith('spiffe:') && !SPIFFE_ID.test(name)) return { fault: 'is no SPIFFE ID' };
  return { name };
}

/** A host's name in a URI may have underscores, and SPIFFE's trust domains do. */
function readUriHost(host: string): ReadName {
  const address = host.startsWith('[') ? ipOctets(host.slice(1, -1)) : undefined;
  if (address) return { name: `[${ipText(address)}]` };
  if (isIPv4(host)) return { name: host };
  if (endsInNumber(host)) return { fault: 'would be taken for an IP address' };
  return isInternational(host) ? readDnsName(host) : { name: host.toLowerCase() };
}

function uriParts(text: string) {
  if (isLongerThan(MAX_URI_LENGTH, text)) return undefined;
  const [, scheme = '', host, afterHost = '', path = '', end = ''] = URI.exec(text) ?? [];
  const isAddress = host?.startsWith('[') === true;
  if (scheme === '' || (isAddress && !isIPv6(host.slice(1, -1)))) return undefined;
  return { scheme, host, rest: afterHost + path + end };
}
