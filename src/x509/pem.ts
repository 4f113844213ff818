import type { KeyObject } from 'node:crypto';
import { PkiError } from '../errors.ts';
import { privateKeyInfoOf } from './key.ts';

/** One encapsulated value of a PEM text. */
export interface PemBlock {
  /** The words between `BEGIN` and the dashes, such as `CERTIFICATE`. */
  readonly label: string;
  readonly der: Buffer;
}

/** RFC 7468 §2: so many characters a line, except the last. */
const LINE_LENGTH = 64;
const LABEL = /^[A-Z0-9 ]{1,64}$/;
const [BEGIN, END, DASHES] = ['-----BEGIN ', '-----END ', '-----'];
const WHITE_SPACE = /\s/g;
/** Base64 for URLs, which Node's decoder takes as well. */
const URL_ALPHABET = /[-_]/;

/** One value in PEM (RFC 7468), with its final line feed. */
export function encodePem(label: string, der: Uint8Array): string {
  const base64 = Buffer.from(der.buffer, der.byteOffset, der.byteLength).toString('base64');
  let text = `-----BEGIN ${label}-----\n`;
  for (let start = 0; start < base64.length; start += LINE_LENGTH) {
    text += `${base64.slice(start, start + LINE_LENGTH)}\n`;
  }
  return `${text}-----END ${label}-----\n`;
}

/** Certificates one after the other (RFC 7468 §5.1), as every consumer's chain file has them. */
export function encodeCertificates(certificates: readonly Uint8Array[]): string {
  return certificates.map((der) => encodePem('CERTIFICATE', der)).join('');
}

/** A private key as PKCS #8 (RFC 7468 §10), which is how it is handed out. */
export function encodePrivateKey(privateKey: KeyObject): string {
  return encodePem('PRIVATE KEY', privateKeyInfoOf(privateKey));
}

/**
 * Every block of a PEM text, in its order; text between blocks is passed over (RFC 7468 §2).
 *
 * @throws {PkiError} `request-malformed` for a block that is cut off, mislabelled or not Base64
 */
export function decodePem(text: string): readonly PemBlock[] {
  const blocks: PemBlock[] = [];
  let begin = text.indexOf(BEGIN);
  let end = text.indexOf(END);
  while (begin >= 0 || end >= 0) {
    const next = text.indexOf(BEGIN, begin + BEGIN.length);
    const isPaired = begin >= 0 && begin < end && (next < 0 || end < next);
    if (!isPaired) throw damaged();
    blocks.push(blockBetween(text, begin + BEGIN.length, end));
    begin = next;
    end = text.indexOf(END, end + END.length);
  }
  return blocks;
}

/** The block whose opening label stands at `labelAt`, and whose closing line at `end`. */
function blockBetween(text: string, labelAt: number, end: number): PemBlock {
  const label = text.slice(labelAt, text.indexOf(DASHES, labelAt));
  const closing = label + DASHES;
  const der = decodeBase64(text.slice(labelAt + closing.length, end));
  const isLabelled = LABEL.test(label) && text.startsWith(closing, end + END.length);
  if (!isLabelled || !der) throw damaged();
  return { label, der };
}

/** The octets of Base64 text (RFC 4648 §4), white space in it passed over; `undefined` where it is none. */
export function decodeBase64(text: string): Buffer | undefined {
  const base64 = text.replaceAll('\n', '').replaceAll(WHITE_SPACE, '');
  const padding = base64.endsWith('==') ? 2 : Number(base64.endsWith('='));
  const der = Buffer.from(base64, 'base64');
  // What is not of the alphabet is passed over, and what follows padding is not read.
  const isWhole = der.length > 0 && der.length === (base64.length / 4) * 3 - padding;
  return isWhole && !URL_ALPHABET.test(base64) ? der : undefined;
}

function damaged(): PkiError {
  return new PkiError('request-malformed', 'a PEM block is cut off or is not Base64');
}
