import { homographFault } from './homograph.ts';
import { isBidiSafe, type Label, readLabel } from './idna.ts';

/** A name in the form in which it is written, or what is wrong with it, in ASCII. */
export type ReadName = { readonly name: string } | { readonly fault: string };

/** RFC 1035 §2.3.4: 255 octets on the wire, which are 253 characters of text. */
const MAX_LENGTH = 253;
const MAX_LABEL_LENGTH = 63;

/** Letters and digits of ASCII, and whatever lies beyond, which IDNA judges. */
const LETTERS = String.raw`A-Za-z0-9\u{80}-\u{10ffff}`;
/** RFC 5890 §2.3.1: of the labels with hyphens in their third and fourth place only A-labels are in use. */
const RESERVED = `(?![Xx][Nn])[${LETTERS}]{2}--`;
const LABEL = `(?!${RESERVED})[${LETTERS}](?:[${LETTERS}-]{0,61}[${LETTERS}])?`;
/** A last label that is a number, be it hexadecimal: resolvers take such a host for an IPv4 address. */
const NUMBER = String.raw`(?:\d+|0[Xx][\dA-Fa-f]*)$`;

/** The form of a host up to the text's end, as far as it can be told without IDNA. */
export const HOST = `(?:${LABEL}\\.)*(?!${NUMBER})${LABEL}$`;
/** `*.com` would cover a whole registry's names, so that two labels follow a wildcard. */
const FORM = new RegExp(String.raw`^(?:\*\.(?=[^.]+\.))?${HOST}`, 'u');
const NUMBER_AT_END = new RegExp(String.raw`(?:^|\.)${NUMBER}`);
const INTERNATIONAL = /\P{ASCII}|(?:^|\.)[Xx][Nn]--/u;

type Explanations = readonly (readonly [pattern: RegExp, words: string])[];

const NAME_FAULTS: Explanations = [
  [/^$/, 'it is empty'],
  [/\.$/, 'it ends with a dot'],
  [/^\.|\.\./, 'it has an empty label'],
  [/^(?!\*\.[^*.]+\.[^*]+$).*\*/s, 'a "*" is the whole first of three or more labels'],
  [NUMBER_AT_END, 'it is an IP address, or would be taken for one'],
];
const LABEL_FAULTS: Explanations = [
  [new RegExp(`^.{${MAX_LABEL_LENGTH + 1}}`, 'su'), `has more than ${MAX_LABEL_LENGTH} characters`],
  [/^-|-$/, 'begins or ends with a hyphen'],
  [new RegExp(`^${RESERVED}`, 'u'), 'has hyphens in third and fourth place, but is no A-label'],
  [/^/, 'has other characters than letters, digits and hyphens'],
];

/**
 * Reads a dNSName (RFC 5280 §4.2.1.6): labels of letters, digits and inner hyphens (RFC 1034 §3.5), or labels of
 * IDNA2008 in either form. It is written in small letters and A-labels. The first label may be a wildcard.
 */
export function readDnsName(text: string): ReadName {
  const fault = dnsNameFormFault(text);
  if (fault !== undefined) return { fault };
  if (!isInternational(text)) return { name: text.toLowerCase() };
  return readInternationalName(text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase()));
}

/** What is wrong with a DNS name as far as it can be told without IDNA; `undefined` when nothing is. */
export function dnsNameFormFault(text: string): string | undefined {
  if (isLongerThan(MAX_LENGTH, text)) return notAName(`it has more than ${MAX_LENGTH} characters`);
  if (FORM.test(text)) return undefined;
  const fault = explanation(NAME_FAULTS, text);
  if (fault !== undefined) return notAName(fault);
  const isWhole = new RegExp(`^${LABEL}$`, 'u');
  const label = text.split('.').find((one) => one !== '*' && !isWhole.test(one)) ?? text;
  return notAName(`${described(label)} ${explanation(LABEL_FAULTS, label)}`);
}

/** Whether a host's last label is a number, so that it is an IPv4 address to whoever resolves it. */
export function endsInNumber(host: string): boolean {
  return NUMBER_AT_END.test(host);
}

/** Whether a name has labels beyond ASCII, in whichever form. */
export function isInternational(name: string): boolean {
  return INTERNATIONAL.test(name);
}

function readInternationalName(name: string): ReadName {
  const [wildcard, host] = name.startsWith('*.') ? ['*.', name.slice(2)] : ['', name];
  const labels: Label[] = [];
  for (const label of host.split('.')) {
    const read = readLabel(label);
    if ('fault' in read) return { fault: notAName(`${described(label)} ${read.fault}`) };
    const deceit = read.aLabel === read.uLabel ? undefined : homographFault(read.uLabel);
    if (deceit !== undefined) {
      return { fault: `could be taken for another name: ${described(label)} ${deceit}` };
    }
    labels.push(read);
  }
  const written = wildcard + labels.map(({ aLabel }) => aLabel).join('.');
  if (written.length > MAX_LENGTH) {
    return { fault: notAName(`it has more than ${MAX_LENGTH} characters as A-labels`) };
  }
  if (isBidiSafe(labels.map(({ uLabel }) => uLabel))) return { name: written };
  return { fault: notAName('it breaks the rules for text from right to left (RFC 5893)') };
}

/** Counts code points, two of UTF-16's units at most, and none of a text that is far too long. */
export function isLongerThan(length: number, text: string): boolean {
  return text.length > length && (text.length > 2 * length || [...text].length > length);
}

function explanation(faults: Explanations, text: string): string | undefined {
  return faults.find(([pattern]) => pattern.test(text))?.[1];
}

function notAName(reason: string): string {
  return `is not a DNS name: ${reason}`;
}

/** A label in printable ASCII, whatever is in it, and not at any length. */
function described(label: string): string {
  const start = label.slice(0, MAX_LABEL_LENGTH);
  const escaped = start.replaceAll(/[^ !#-[\]-~]/gu, (character) => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
  return `its label "${escaped}${start === label ? '' : '...'}"`;
}
