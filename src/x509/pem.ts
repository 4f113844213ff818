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
const BLOCK =
  /-----BEGIN ([A-Z0-9 ]{1,64})-----\r?\n?([A-Za-z0-9+/=\s]*?)-----END ([A-Z0-9 ]{1,64})-----/g;
const BOUNDARY = /-----(BEGIN|END) /g;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

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
  const blocks = [...text.matchAll(BLOCK)].map(([, label = '', body = '', end]) => {
    const der = decodeBase64(body);
    if (label !== end || !der) throw damaged();
    return { label, der };
  });
  if ((text.match(BOUNDARY)?.length ?? 0) !== blocks.length * 2) throw damaged();
  return blocks;
}

/** The octets of Base64 text, white space in it passed over; `undefined` where it is none. */
export function decodeBase64(text: string): Buffer | undefined {
  const base64 = text.replaceAll(/\s/g, '');
  return base64 !== '' && BASE64.test(base64) ? Buffer.from(base64, 'base64') : undefined;
}

function damaged(): PkiError {
  return new PkiError('request-malformed', 'a PEM block is cut off or is not Base64');
}
