import type { Subject, SubjectAltNames } from '../../../src/certificate.ts';
import { ipText } from '../../../src/x509/ip-address.ts';
import type { Dice } from './dice.ts';

/** Where names may lie: below a domain, or anywhere. */
export interface Territory {
  readonly domain?: string;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const DOMAINS = [
  'example',
  'example.com',
  'b.example',
  'svc.cluster.local',
  'xn--bcher-kva.example',
  'bücher.example',
  'пример.example',
  '東京.example',
];
const MAX_LABEL = 63;

const COUNTRIES = ['CH', 'DE', 'US', 'GB', 'JP', 'IL'];
/** What text tools escape, what is longer in UTF-8 than it looks, and what runs from right to left. */
const WORDS = [
  'Acme',
  'Zürich',
  'Dis, Inc.',
  'R+D',
  'a = b',
  '#1',
  '"quoted"',
  'back\\slash',
  '<angle>; semicolon',
  'per %41 cent',
  "O'Neil/Sons",
  '東京都',
  'Ελλάδα',
  'תל אביב',
  '😀 GmbH',
  'Straße 5',
  'e\u0301 combined',
  'three   spaces',
  'two  spaces',
  'CN=inside',
  '*.star',
  'http://x.example/?a=b&c',
];
const MAX_COMMON_NAME = 64;

/** A host of one to many labels, sometimes as long as the standard allows, sometimes a bare one. */
export function dnsName(dice: Dice, { domain }: Territory): string {
  const labels = dice.chance(4)
    ? dice.several(1, 3, () => labelOf(dice, MAX_LABEL))
    : dice.several(1, 3, () => labelOf(dice, 1 + dice.below(12)));
  if (domain === undefined && dice.chance(8)) return `h${labels[0]}`.slice(0, MAX_LABEL);
  if (dice.chance(10)) labels.splice(0, 1, '*', labelOf(dice, 3));
  return [...labels, domain ?? dice.of(DOMAINS)].join('.');
}

/** The constrained authorities permit private addresses only. */
export function ipAddress(dice: Dice, { domain }: Territory): string {
  if (dice.chance(60)) {
    const octets = dice.octets(4);
    if (domain !== undefined) octets[0] = 10;
    return ipText(octets);
  }
  const octets = dice.octets(16);
  octets[0] = 0xfd;
  if (dice.chance(50)) octets.fill(0, 2 + dice.below(6), 8 + dice.below(8));
  return ipText(octets);
}

function emailAddress(dice: Dice, territory: Territory): string {
  const local = dice.of(['a', 'first.last', 'x+tag', "o'neil", 'UPPER', '{b}', 'root']);
  return `${local}@${territory.domain ?? dice.of(DOMAINS)}`;
}

function uri(dice: Dice, { domain }: Territory): string {
  const host = `${labelOf(dice, 5)}.${domain ?? dice.of(DOMAINS)}`;
  return dice.of([
    spiffeId(dice, domain === undefined ? {} : { domain }),
    `https://${host}/`,
    `https://${host}:8443/a/b?q=1&r=%41#part`,
    `ldap://${host}/cn=a,dc=b`,
  ]);
}

/** In a trust domain, whose name is ASCII (SPIFFE-ID §2.1). */
export function spiffeId(dice: Dice, { domain }: Territory): string {
  const host = `${labelOf(dice, 5)}.${domain ?? dice.of(DOMAINS.filter(isAscii))}`;
  return `spiffe://${host}/ns/default/sa/web`;
}

/** Some names of every kind, at least one in all. */
export function someNames(dice: Dice, territory: Territory): SubjectAltNames {
  const names = {
    dnsNames: dice.several(0, 3, () => dnsName(dice, territory)),
    ipAddresses: dice.several(0, 2, () => ipAddress(dice, territory)),
    emailAddresses: dice.several(0, 2, () => emailAddress(dice, territory)),
    uris: dice.several(0, 2, () => uri(dice, territory)),
  };
  return Object.values(names).flat().length > 0
    ? names
    : { ...names, dnsNames: [dnsName(dice, territory)] };
}

/** A subject of some attributes, with whatever `commonName` makes of the last. */
export function someSubject(dice: Dice, commonName: () => string | undefined): Subject {
  const maybe = (value: () => string) => (dice.chance(40) ? value() : undefined);
  const attributes = {
    country: maybe(() => dice.of(COUNTRIES)),
    stateOrProvince: maybe(() => text(dice)),
    locality: maybe(() => text(dice)),
    organization: maybe(() => text(dice)),
    organizationalUnit: maybe(() => text(dice)),
    commonName: commonName(),
  };
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}

/** At most as many characters as the shortest bound of an attribute allows, of which none is cut in half. */
export function text(dice: Dice, maxCharacters = MAX_COMMON_NAME): string {
  const words = dice.chance(5)
    ? '𝒳'.repeat(MAX_COMMON_NAME)
    : dice.several(1, 3, () => dice.of(WORDS)).join(' ');
  return [...words].slice(0, maxCharacters).join('');
}

function labelOf(dice: Dice, length: number): string {
  return dice.several(length, length, () => dice.of([...LETTERS])).join('');
}

export function isAscii(text: string): boolean {
  return /^\p{ASCII}*$/u.test(text);
}
