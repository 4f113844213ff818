import { SUBJECT_ALT_NAME_KINDS } from '../certificate.ts';
import { roleOf } from '../preflight/candidate.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import { ipOctets } from '../x509/ip-address.ts';
import { endsInNumber, isInternational } from './dns-name.ts';
import { homographFault } from './homograph.ts';
import { readLabel } from './idna.ts';
import { MAX_COMMON_NAME_LENGTH } from './leaf-subject.ts';
import { canonicalName } from './names.ts';

/**
 * What a person takes for a host: labels of letters, digits and underscores with inner hyphens, a dot somewhere and perhaps
 * one at its end. IPv4 addresses are among them, and all that OpenSSL takes for a host (`cn2dnsid`).
 */
const HOST_LABEL = String.raw`[\w\u{80}-\u{10ffff}](?:[\w\u{80}-\u{10ffff}-]*[\w\u{80}-\u{10ffff}])?`;
const HOST = new RegExp(String.raw`^(?:\*\.)?${HOST_LABEL}(?:\.${HOST_LABEL})+\.?$`, 'u');
const HOST_OF_ONE_LABEL = /^[a-z0-9_](?:[\w-]*\w)?$/;
const WORD = /(?:\*\.)?[\p{L}\p{M}\p{N}_](?:[\p{L}\p{M}\p{N}._-]*[\p{L}\p{M}\p{N}_])?/gu;

/** What NFKC takes for letters, and nobody else: ℠ and ™, and accents that stand by themselves. */
const NO_LETTERS = /[\u2120\u2122\p{Sk}]/u;
/** The ideographic full stop, and what UTS #39 (confusables.txt) takes for a full stop and NFKC does not, digits aside. */
const DOTS = /[\u0701\u0702\u3002\ua4f8\ua60e\u{10a50}\u{1d16d}]/u;
/** Hyphens, the dashes as short as they, and the minus sign. */
const HYPHENS = /[\u2010-\u2013\u2212]/u;
/** White letters in black circles and squares, A to Z: unlike black ones in white, NFKC leaves them. */
const WHITE_LETTERS = /[\u{1f150}-\u{1f169}\u{1f170}-\u{1f189}]/u;
const FIRST_WHITE_LETTER = 0x1f150;
const FROM_CIRCLES_TO_SQUARES = 0x20;

/**
 * The host for which a common name would be taken, as a dNSName would say it or as it is read where none could; `undefined`
 * for none, and for one of the subjectAltNames, which is judged as that. A server's may be of one label: where there is no
 * dNSName, OpenSSL's `X509_check_host` compares any.
 */
export function commonNameAsHost(certificate: DecodedCertificate): string | undefined {
  const { subject, names } = certificate;
  if (subject.known.commonName === undefined) return undefined;
  const host = asRead(subject.known.commonName).normalize('NFC').toLowerCase();
  const isServers = roleOf(certificate) === 'server';
  if (!HOST.test(host) && !(isServers && HOST_OF_ONE_LABEL.test(host))) return undefined;
  const isNamed = SUBJECT_ALT_NAME_KINDS.some((kind) => names[kind].includes(host));
  if (isNamed && names.dnsNames.length > 0) return undefined;
  return canonicalName('dnsNames', host.replace(/\.$/, ''));
}

/** Why a host within a common name, such as in an address of a page or a mailbox, could pass for another one, in words. */
export function deceitIn(commonName: string): string | undefined {
  // It is refused for its length alone (RFC 5280 appendix A.1).
  if ([...commonName].length > MAX_COMMON_NAME_LENGTH) return undefined;
  const asWritten = hostsWithin(onlyAsciiLeftAsWritten(commonName));
  for (const host of hostsWithin(asRead(commonName))) {
    const labels = telling(host);
    if (labels.length > 1 && !asWritten.includes(host)) {
      return 'a host in it has signs in place of letters, digits, hyphens or dots';
    }
    const fault = labels.map(deceitOf).find((one) => one !== undefined);
    if (fault !== undefined) return `a label ${fault}`;
  }
  return undefined;
}

/** The words of a text that look like hosts, without dots and hyphens around them. */
function hostsWithin(text: string): readonly string[] {
  return (text.match(WORD) ?? []).filter((word) => HOST.test(word));
}

/** The labels of what is a host, and no version, abbreviation or initials of a person's name. */
function telling(host: string): readonly string[] {
  const labels = host.split('.');
  const last = labels.at(-1) ?? '';
  // No top-level domain is a number or has one letter.
  const isHost = endsInNumber(host) ? ipOctets(host) !== undefined : [...last].length > 1;
  if (!isHost) return [];
  return labels.filter((label) => [...label].length > 1 || !isInternational(last));
}

/** What is wrong with a label as it is shown; what is no label of IDNA2008 is shown as it stands. */
function deceitOf(label: string): string | undefined {
  if (!isInternational(label)) return undefined;
  const small = label.toLowerCase();
  const read = readLabel(small);
  return homographFault('fault' in read ? small : read.uLabel);
}

/** A text with every sign as what people read in it; accents stay apart from their letters where they were. */
function asRead(text: string): string {
  if (/^\p{ASCII}*$/u.test(text)) return text;
  return [...text].map(signAsRead).join('');
}

/** The same, where that is nothing of ASCII. */
function onlyAsciiLeftAsWritten(text: string): string {
  const signs = [...text].map((sign) => {
    const read = signAsRead(sign);
    return /^\p{ASCII}*$/u.test(read) ? sign : read;
  });
  return signs.join('');
}

function signAsRead(sign: string): string {
  if (NO_LETTERS.test(sign)) return sign;
  return sign
    .normalize('NFKC')
    .replace(DOTS, '.')
    .replace(HYPHENS, '-')
    .replace(WHITE_LETTERS, blackLetter)
    .replace(/\p{Me}/u, '');
}

function blackLetter(white: string): string {
  const place = ((white.codePointAt(0) ?? 0) - FIRST_WHITE_LETTER) % FROM_CIRCLES_TO_SQUARES;
  return String.fromCodePoint(0x41 + place);
}
