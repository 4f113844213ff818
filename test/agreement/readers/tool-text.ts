import { ipOctets, ipText } from '../../../src/x509/ip-address.ts';
import { inSeconds } from './certificate-facts.ts';

/** The attribute types that our certificates hold, by what text tools call them. */
const TYPES: Readonly<Record<string, string>> = {
  CN: '2.5.4.3',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  O: '2.5.4.10',
  OU: '2.5.4.11',
};

/** The attributes of a name in the text of RFC 4514, which begins with the last, in the order of the name. */
export function attributesFromText(text: string): string[] {
  const parts = text.match(/(?:\\.|"(?:\\.|[^"\\])*"|[^,"\\])+/gu) ?? [];
  return parts.map(attributeFromText).reverse();
}

/** Addresses as `ip-address.ts` writes them. */
export function canonicalAddresses(addresses: readonly string[]): string[] {
  return addresses.map((address) => {
    const octets = ipOctets(address);
    return octets ? ipText(octets) : address;
  });
}

/** An instant such as `Tue Nov 24 00:03:41 UTC 2026`. */
export function instantFromText(text: string): string {
  return inSeconds(new Date(text));
}

/** An attribute as `2.5.4.3=text`, of its short name and its value. */
export function attributeOf(shortName: string, value: string): string {
  return `${TYPES[shortName] ?? shortName}=${value}`;
}

function attributeFromText(part: string): string {
  const equals = part.indexOf('=');
  const value = part.slice(equals + 1).replace(/^"(.*)"$/su, '$1');
  return attributeOf(part.slice(0, equals).trim(), value.replaceAll(/\\(.)/gsu, '$1'));
}
