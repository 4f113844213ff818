import type { Validity } from '../certificate.ts';
import { PkiError } from '../errors.ts';
import { readAlgorithmIdentifier } from './algorithm-identifier.ts';
import {
  type DecodedExtensions,
  type ExtensionValues,
  noExtensions,
  readExtensions,
} from './decode-extensions.ts';
import { type DecodedSubject, readSubject } from './decode-subject.ts';
import { isBitString } from './der-content.ts';
import { DerError } from './der-error.ts';
import { type DerReader, readDer } from './der-reader.ts';
import { CONTEXT, CONTEXT_CONSTRUCTED } from './der-tags.ts';
import { EMPTY_NAME_OCTETS } from './distinguished-name.ts';
import type { Extension } from './extension.ts';

/** What a certificate says, read back from its octets; all octets are views into them. */
export interface DecodedCertificate extends Validity, ExtensionValues {
  /** What was read: the certificate, or the TBSCertificate alone. */
  readonly der: Uint8Array;
  readonly tbsCertificate: Uint8Array;
  /** 1, 2 or 3, as people call it. */
  readonly version: number;
  /** DER of the AlgorithmIdentifier. */
  readonly signatureAlgorithm: Uint8Array;
  /** Empty where there is none yet. */
  readonly signature: Uint8Array;
  /** Lower-case hexadecimal. */
  readonly serialNumber: string;
  /** DER of the Names. */
  readonly issuerName: Uint8Array;
  readonly subjectName: Uint8Array;
  readonly subject: DecodedSubject;
  readonly subjectPublicKeyInfo: Uint8Array;
  /** Whether one of v2's unique identifiers stands there. */
  readonly hasUniqueIdentifiers: boolean;
  readonly extensions: readonly Extension[];
  /** Object identifiers. */
  readonly criticalExtensions: readonly string[];
}

/** RFC 5280 §4.1.2.2. */
const MAX_SERIAL_OCTETS = 20;
/** RFC 5280 §4.1.2.1: v1 is the DEFAULT, and v3 the first with extensions. */
const V2 = 1;
const V3 = 2;
const UNSIGNED = new Uint8Array(0);

/** What stands around a TBSCertificate is known only after it. */
type Unsigned = Omit<DecodedCertificate, 'der' | 'signature'> & {
  der: Uint8Array;
  signature: Uint8Array;
};

/**
 * Reads a certificate (RFC 5280 §4.1), strictly: whatever DER and RFC 5280 forbid in what is read here
 * is a fault, since readers disagree about it.
 *
 * @throws {PkiError} `request-malformed`, with what is wrong and at which octet
 */
export function decodeCertificate(der: Uint8Array): DecodedCertificate {
  return orRefused(() => readDer(der, (reader) => readCertificate(reader, der)));
}

/**
 * Reads what is about to be signed, as the certificate that it would be.
 *
 * @throws {PkiError} `request-malformed`
 */
export function decodeTbsCertificate(tbsCertificate: Uint8Array): DecodedCertificate {
  return orRefused(() => readDer(tbsCertificate, readTbsCertificate));
}

function orRefused<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    const detail = `not a certificate as RFC 5280 has it: ${cause.message}`;
    throw new PkiError('request-malformed', detail, { cause });
  }
}

function readCertificate(reader: DerReader, der: Uint8Array): DecodedCertificate {
  const members = reader.sequence();
  const certificate = readTbsCertificate(members);
  const algorithmAt = members.position;
  readAlgorithmIdentifier(members);
  if (Buffer.compare(members.since(algorithmAt), certificate.signatureAlgorithm) !== 0) {
    throw members.fault('another signature algorithm than the one that is signed');
  }
  certificate.signature = members.bitString();
  certificate.der = der;
  members.end();
  return certificate;
}

/** Reads a TBSCertificate (RFC 5280 §4.1.2) as a certificate without a signature. */
function readTbsCertificate(reader: DerReader): Unsigned {
  const start = reader.position;
  const members = reader.sequence();
  const version = readVersion(members);
  const serialNumber = readSerialNumber(members);
  const signatureAlgorithm = octetsOf(members, readAlgorithmIdentifier);
  const issuerName = octetsOf(members, readSubject);
  if (issuerName.length === EMPTY_NAME_OCTETS) throw members.fault('the issuer is empty');
  const { notBefore, notAfter } = readValidity(members);
  const subjectAt = members.position;
  const subject = readSubject(members);
  const subjectName = members.since(subjectAt);
  const subjectPublicKeyInfo = octetsOf(members, readSubjectPublicKeyInfo);
  const hasUniqueIdentifiers = readUniqueIdentifiers(members, version);
  const { extensions, values } = readExtensionsOf(members, version);
  members.end();
  const tbsCertificate = reader.since(start);
  return {
    der: tbsCertificate,
    tbsCertificate,
    version: version + 1,
    signatureAlgorithm,
    signature: UNSIGNED,
    serialNumber,
    issuerName,
    notBefore,
    notAfter,
    subject,
    subjectName,
    subjectPublicKeyInfo,
    hasUniqueIdentifiers,
    extensions,
    criticalExtensions: extensions.filter(({ isCritical }) => isCritical).map(({ id }) => id),
    ...values,
  };
}

function octetsOf(reader: DerReader, read: (reader: DerReader) => unknown): Uint8Array {
  const start = reader.position;
  read(reader);
  return reader.since(start);
}

function readVersion(reader: DerReader): number {
  if (!reader.isNext(CONTEXT_CONSTRUCTED)) return 0;
  const members = reader.context(0);
  const version = members.number();
  if (version !== V2 && version !== V3) throw members.fault('the version is neither 2 nor 3');
  members.end();
  return version;
}

function readSerialNumber(reader: DerReader): string {
  const octets = reader.integer();
  const first = octets[0] ?? 0;
  if (first >= 0x80) throw reader.fault('the serialNumber is negative');
  if (first === 0 && octets.length === 1) throw reader.fault('the serialNumber is zero');
  if (octets.length > MAX_SERIAL_OCTETS) throw reader.fault('the serialNumber exceeds 20 octets');
  const sign = first === 0 ? 1 : 0;
  return Buffer.from(octets.buffer, octets.byteOffset + sign, octets.length - sign).toString('hex');
}

function readValidity(reader: DerReader): Validity {
  const members = reader.sequence();
  const notBefore = members.time();
  const notAfter = members.time();
  members.end();
  return { notBefore, notAfter };
}

/** The key itself is for whoever uses it to judge. */
function readSubjectPublicKeyInfo(reader: DerReader): void {
  const members = reader.sequence();
  readAlgorithmIdentifier(members);
  members.bitString();
  members.end();
}

/** Those of issuer and subject (RFC 5280 §4.1.2.8), which nobody uses. */
function readUniqueIdentifiers(reader: DerReader, version: number): boolean {
  let isAny = false;
  for (const number of [1, 2]) {
    if (!reader.isNext(CONTEXT | number) || version < V2) continue;
    if (!isBitString(reader.contextPrimitive(number))) throw reader.fault('a bad BIT STRING');
    isAny = true;
  }
  return isAny;
}

function readExtensionsOf(reader: DerReader, version: number): DecodedExtensions {
  if (reader.isAtEnd) return noExtensions();
  if (version !== V3) throw reader.fault('extensions in a certificate that is not of version 3');
  const members = reader.context(3);
  const extensions = readExtensions(members);
  members.end();
  return extensions;
}
