import { createHash, X509Certificate } from 'node:crypto';

/** What came of one TLS handshake. */
export type Handshake =
  | {
      readonly kind: 'served';
      /** DER, as it was sent: the leaf first. */
      readonly chain: readonly Uint8Array[];
    }
  | { readonly kind: 'unreachable'; readonly words: string };

/** One handshake at a place that may have many servers, asked by many names. */
export interface Sighting {
  /** Which of the place's servers, and by which name, in words; empty where there is but one. */
  readonly server: string;
  readonly handshake: Handshake;
}

export type ServedState = 'proven' | 'stale' | 'unreachable';

/** A certificate that is served and ought not to be, as far as it can be read. */
export interface ServedCertificate {
  readonly fingerprintSha256: string;
  readonly serialNumber: string | null;
  readonly notAfter: Date | null;
  readonly subject?: string;
}

/** What all sightings at a place come to. */
export interface PlaceFound {
  readonly state: ServedState;
  readonly servedInstead?: ServedCertificate;
  /** What is wrong, in words, with the server at which it was seen. */
  readonly error?: string;
}

/** RFC 5280 §4.1.2.2 has 20 octets at most; a stranger's may be of any length. */
const MAX_SERIAL_DIGITS = 40;
const MAX_SUBJECT_LENGTH = 200;

/** Whether what is served is, to the octet, the chain that was written, at every server of a place. */
export function judgePlace(
  sightings: readonly Sighting[],
  written: readonly Uint8Array[],
): PlaceFound {
  const found = sightings.map((sighting) => judge(sighting, written));
  const worst =
    found.find(({ state }) => state === 'stale') ??
    found.find(({ state }) => state === 'unreachable');
  return worst ?? { state: found.length > 0 ? 'proven' : 'unreachable' };
}

/** SHA-256 of a certificate's DER, in lower-case hexadecimal. */
function fingerprintOf(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex');
}

function judge({ server, handshake }: Sighting, written: readonly Uint8Array[]): PlaceFound {
  const at = server === '' ? '' : `${server}: `;
  if (handshake.kind === 'unreachable') {
    return { state: 'unreachable', error: at + handshake.words };
  }
  const { chain } = handshake;
  const [leaf] = chain;
  if (leaf === undefined) return { state: 'unreachable', error: `${at}sends no certificate` };
  const isSame = (index: number) => isEqual(chain[index], written[index]);
  const isWhole = chain.length === written.length && chain.every((_, index) => isSame(index));
  if (isWhole) return { state: 'proven' };
  const words = isSame(0)
    ? 'serves the leaf with other certificates above it than were written'
    : 'serves another certificate';
  return { state: 'stale', servedInstead: certificateIn(leaf), error: at + words };
}

/** It may be anybody's and anything, so that what is shown of it has bounds. */
function certificateIn(der: Uint8Array): ServedCertificate {
  const fingerprintSha256 = fingerprintOf(der);
  try {
    const { serialNumber, validToDate, subject } = new X509Certificate(der);
    const isUsual = serialNumber.length <= MAX_SERIAL_DIGITS;
    const words = oneLine(subject);
    return {
      fingerprintSha256,
      serialNumber: isUsual ? serialNumber.toLowerCase() : null,
      notAfter: Number.isNaN(validToDate.getTime()) ? null : validToDate,
      ...(words === '' ? {} : { subject: words }),
    };
  } catch {
    // Whatever it is, it is not what was written, and its fingerprint says which one it is.
    return { fingerprintSha256, serialNumber: null, notAfter: null };
  }
}

/** Node has a line for each attribute, and `undefined` for a subject without any, whatever its type says. */
function oneLine(subject: string | undefined): string {
  const line = (subject ?? '').replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029]+/gu, ' ').trim();
  return [...line].slice(0, MAX_SUBJECT_LENGTH).join('');
}

function isEqual(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  return one !== undefined && other !== undefined && Buffer.compare(one, other) === 0;
}
