import 'reflect-metadata';
import type { GeneralName } from '@peculiar/x509';
import type { SubjectAltNames } from '../certificate.ts';
import { ipOctets, ipText } from './ip-address.ts';

/** The entries of a subjectAltName, those of kinds that this service knows and the rest. */
export interface DecodedNames extends SubjectAltNames {
  /** The kinds of all other entries, such as `dn` or `upn`. */
  readonly otherKinds: readonly string[];
}

/** Sorts general names (RFC 5280 §4.2.1.6) by kind, each kind in its order. */
export function namesOf(items: readonly GeneralName[]): DecodedNames {
  const known = ['dns', 'ip', 'email', 'url'];
  const valuesOf = (type: string) =>
    items.filter((item) => item.type === type).map(({ value }) => value);
  return {
    dnsNames: valuesOf('dns'),
    ipAddresses: valuesOf('ip').map(canonicalIp),
    emailAddresses: valuesOf('email'),
    uris: valuesOf('url'),
    otherKinds: items.map(({ type }) => type).filter((type) => !known.includes(type)),
  };
}

export const NO_NAMES: DecodedNames = {
  dnsNames: [],
  ipAddresses: [],
  emailAddresses: [],
  uris: [],
  otherKinds: [],
};

/** An entry of an odd number of octets stays as it was read, for the policy to refuse. */
function canonicalIp(text: string): string {
  const octets = ipOctets(text);
  return octets ? ipText(octets) : text;
}
