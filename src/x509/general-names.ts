import { AsnConvert } from '@peculiar/asn1-schema';
import { type GeneralName, SubjectAlternativeName } from '@peculiar/asn1-x509';
import type { SubjectAltNames } from '../certificate.ts';
import { ipOctets, ipText } from './ip-address.ts';

/** The entries of a subjectAltName, those of kinds that this service knows and the rest. */
export interface DecodedNames extends SubjectAltNames {
  /** The kinds of all other entries, such as `otherName`. */
  readonly otherKinds: readonly string[];
}

const OTHER_KINDS = [
  'otherName',
  'x400Address',
  'directoryName',
  'ediPartyName',
  'registeredID',
] as const;

export const NO_NAMES: DecodedNames = {
  dnsNames: [],
  ipAddresses: [],
  emailAddresses: [],
  uris: [],
  otherKinds: [],
};

/**
 * Reads the value of a subjectAltName (RFC 5280 §4.2.1.6), each kind in its order. Every entry is
 * counted, also of kinds that nobody here issues, so that none can slip by unjudged.
 */
export function decodeNames(value: ArrayBuffer): DecodedNames {
  const names: readonly GeneralName[] = [...AsnConvert.parse(value, SubjectAlternativeName)];
  return {
    dnsNames: names.flatMap(({ dNSName }) => dNSName ?? []),
    ipAddresses: names.flatMap(({ iPAddress }) => iPAddress ?? []).map(canonicalIp),
    emailAddresses: names.flatMap(({ rfc822Name }) => rfc822Name ?? []),
    uris: names.flatMap(({ uniformResourceIdentifier }) => uniformResourceIdentifier ?? []),
    otherKinds: names.flatMap((name) => OTHER_KINDS.filter((kind) => name[kind] !== undefined)),
  };
}

/** An entry of an odd number of octets stays as it was read, for the policy to refuse. */
function canonicalIp(text: string): string {
  const octets = ipOctets(text);
  return octets ? ipText(octets) : text;
}
