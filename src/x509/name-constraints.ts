import { explicit, implicit, implicitText, sequence } from './der.ts';
import { ipRangeOctets } from './ip-address.ts';

/** Bases of names, by kind, below which names are permitted or excluded (RFC 5280 §4.2.1.10). */
export interface NameConstraintSubtrees {
  /** `example.com` is that name and everything below it. */
  readonly dnsNames?: readonly string[];
  /** CIDR notation. */
  readonly ipRanges?: readonly string[];
  /** `example.com` is every mailbox at that host, `.example.com` at every host below it. */
  readonly emailDomains?: readonly string[];
  /** `example.com` is that host alone, `.example.com` every host below it. */
  readonly uriDomains?: readonly string[];
  /** DER of Names: each stands for itself and every name that begins with the same RDNs. */
  readonly directoryNames?: readonly Uint8Array[];
  /** Of all other bases the kinds alone, such as `registeredID`: nobody here compares such names, or writes them. */
  readonly otherKinds?: readonly string[];
}

export interface NameConstraints {
  readonly permitted?: NameConstraintSubtrees;
  readonly excluded?: NameConstraintSubtrees;
}

/** GeneralName's tags (RFC 5280 §4.2.1.6). */
export const RFC822_NAME = 1;
export const DNS_NAME = 2;
export const DIRECTORY_NAME = 4;
export const URI = 6;
export const IP_ADDRESS = 7;

/** The extension's value; `minimum` is always its DEFAULT and therefore absent. */
export function encodeNameConstraints({ permitted, excluded }: NameConstraints): Buffer {
  return sequence(...encodeSubtrees(0, permitted), ...encodeSubtrees(1, excluded));
}

/** Whether there is any subtree; an empty extension is forbidden by RFC 5280 §4.2.1.10. */
export function isConstraining({ permitted = {}, excluded = {} }: NameConstraints): boolean {
  return hasBases(permitted) || hasBases(excluded);
}

function hasBases(subtrees: NameConstraintSubtrees): boolean {
  const all: readonly (readonly unknown[])[] = Object.values(subtrees);
  for (const bases of all) if (bases.length > 0) return true;
  return false;
}

function encodeSubtrees(number: number, subtrees: NameConstraintSubtrees | undefined): Buffer[] {
  const bases = subtrees ? basesOf(subtrees) : [];
  if (bases.length === 0) return [];
  return [explicit(number, ...bases.map((base) => sequence(base)))];
}

function basesOf(subtrees: NameConstraintSubtrees): Buffer[] {
  const { dnsNames = [], ipRanges = [], emailDomains = [], uriDomains = [] } = subtrees;
  const { directoryNames = [] } = subtrees;
  return [
    ...dnsNames.map((name) => implicitText(DNS_NAME, name)),
    ...ipRanges.map((range) => implicit(IP_ADDRESS, ipRangeOctets(range) ?? Buffer.alloc(0))),
    ...emailDomains.map((domain) => implicitText(RFC822_NAME, domain)),
    ...uriDomains.map((domain) => implicitText(URI, domain)),
    ...directoryNames.map((name) => explicit(DIRECTORY_NAME, name)),
  ];
}
