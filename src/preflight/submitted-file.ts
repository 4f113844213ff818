import { PkiError } from '../errors.ts';
import { REQUEST_LABELS } from '../x509/certification-request.ts';
import { beginsAsRequest } from '../x509/decode-request.ts';
import { decodeBase64, decodePem, type PemBlock } from '../x509/pem.ts';

/** What somebody wants to have judged, as DER that is not read yet. */
export type SubmittedFile =
  | { readonly kind: 'certificates'; readonly certificates: readonly Uint8Array[] }
  | { readonly kind: 'request'; readonly request: Uint8Array };

/** Real paths have two to five, and each costs a few signatures’ time. */
const MAX_CERTIFICATES = 20;

/**
 * What a text holds: certificates or one request in PEM, or one of either as the Base64 of its DER.
 *
 * @throws {PkiError} `request-malformed`, with what is wrong at `/file`
 */
export function submittedFile(text: string): SubmittedFile {
  if (text.includes('-----BEGIN ')) return fromPem(blocksOf(text));
  const der = decodeBase64(text);
  if (!der) throw malformed('is neither PEM nor Base64');
  return beginsAsRequest(der)
    ? { kind: 'request', request: der }
    : { kind: 'certificates', certificates: [der] };
}

function blocksOf(text: string): readonly PemBlock[] {
  if (text.includes('PRIVATE KEY-----')) {
    throw malformed('holds a private key, which is no part of what is judged');
  }
  try {
    return decodePem(text);
  } catch (cause) {
    throw malformed('a PEM block is cut off or is not Base64', cause);
  }
}

function fromPem(blocks: readonly PemBlock[]): SubmittedFile {
  const [first] = blocks;
  if (first && REQUEST_LABELS.includes(first.label)) {
    if (blocks.length > 1) throw malformed('holds more than the one request');
    return { kind: 'request', request: first.der };
  }
  const other = blocks.find(({ label }) => label !== 'CERTIFICATE');
  if (other) throw malformed(`holds a PEM block "${other.label}"`);
  if (blocks.length > MAX_CERTIFICATES) {
    throw malformed(`holds more than ${MAX_CERTIFICATES} certificates`);
  }
  return { kind: 'certificates', certificates: blocks.map(({ der }) => der) };
}

function malformed(detail: string, cause?: unknown): PkiError {
  return new PkiError('request-malformed', `/file: ${detail}`, {
    cause,
    violations: [{ pointer: '/file', detail }],
  });
}
