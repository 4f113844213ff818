import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import * as der from '../../src/x509/der.ts';
import {
  AUTHORITY_KEY_IDENTIFIER,
  BASIC_CONSTRAINTS,
  COMMON_NAME,
  ECDSA_WITH_SHA256,
  EXT_KEY_USAGE,
  KEY_USAGE,
  SERVER_AUTH,
  SUBJECT_ALT_NAME,
  SUBJECT_KEY_IDENTIFIER,
} from '../../src/x509/oids.ts';
import { KEY_USAGE_BITS, type KeyUsage } from '../../src/x509/tbs-certificate.ts';

/** An extension that a test writes, whatever the standards say of it. */
export interface HandMadeExtension {
  readonly isCritical?: boolean;
  readonly value: Buffer;
}

/** The parts of a certificate, as DER; what is absent is as in a good certificate of a server. */
export interface CertificateParts {
  /** 0 leaves the version out, as v1 does. */
  readonly version?: number;
  readonly serialNumber?: Buffer;
  readonly signatureAlgorithm?: Buffer;
  readonly hash?: string;
  readonly issuer?: HandMadeCertificate;
  /** Whose key signs, where that shall not be the issuer's. */
  readonly signedWith?: KeyObject;
  readonly issuerName?: Buffer;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly subject?: Buffer;
  readonly publicKey?: KeyObject;
  readonly subjectPublicKeyInfo?: Buffer;
  readonly uniqueIdentifiers?: readonly Buffer[];
  /** By object identifier; `undefined` leaves one out that a good certificate has. */
  readonly extensions?: Readonly<Record<string, HandMadeExtension | undefined>>;
}

export interface HandMadeCertificate {
  readonly der: Buffer;
  readonly subject: Buffer;
  readonly keyIdentifier: Buffer;
  readonly privateKey: KeyObject;
}

/** The instant at which they are judged. */
export const JUDGED_AT = new Date('2030-06-15T12:00:00Z');
const NOT_BEFORE = new Date('2030-06-01T00:00:00Z');
const NOT_AFTER = new Date('2030-12-01T00:00:00Z');

/** All of them have this key, unless a test says otherwise. */
export const handMadeKeys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

export function extensionValue(...members: readonly Buffer[]): HandMadeExtension {
  return { value: der.sequence(...members) };
}

export function critical(extension: HandMadeExtension): HandMadeExtension {
  return { ...extension, isCritical: true };
}

export function keyUsageOf(...usages: readonly KeyUsage[]): HandMadeExtension {
  return { value: der.namedBits(usages.map((usage) => KEY_USAGE_BITS[usage])), isCritical: true };
}

export function commonName(text: string): Buffer {
  const attribute = der.sequence(der.oid(COMMON_NAME), der.utf8String(text));
  return der.sequence(der.setOf(attribute));
}

export function spkiOf(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' });
}

/** An authority whose certificate is as it should be, self-signed unless `parts` name an issuer. */
export function handMadeAuthority(name: string, parts: CertificateParts = {}): HandMadeCertificate {
  const extensions = {
    [BASIC_CONSTRAINTS]: critical(extensionValue(der.boolean(true))),
    [KEY_USAGE]: keyUsageOf('keyCertSign', 'cRLSign'),
    [EXT_KEY_USAGE]: undefined,
    [SUBJECT_ALT_NAME]: undefined,
    ...parts.extensions,
  };
  return handMadeCertificate({ subject: commonName(name), ...parts, extensions });
}

/** A certificate with a signature that holds, and otherwise with whatever `parts` say. */
export function handMadeCertificate(parts: CertificateParts): HandMadeCertificate {
  const subject = parts.subject ?? commonName('webapp.example.org');
  const publicKey = parts.publicKey ?? handMadeKeys.publicKey;
  const spki = parts.subjectPublicKeyInfo ?? spkiOf(publicKey);
  const keyIdentifier = createHash('sha1').update(spki).update(subject).digest();
  const algorithm = parts.signatureAlgorithm ?? der.sequence(der.oid(ECDSA_WITH_SHA256));
  const { version = 3, uniqueIdentifiers = [], issuer } = parts;
  const issuerKeyIdentifier = issuer?.keyIdentifier ?? keyIdentifier;
  const tbsCertificate = der.sequence(
    ...(version === 0 ? [] : [der.explicit(0, der.integer(version - 1))]),
    parts.serialNumber ?? der.integer(0x4711),
    algorithm,
    parts.issuerName ?? issuer?.subject ?? subject,
    der.sequence(der.time(parts.notBefore ?? NOT_BEFORE), der.time(parts.notAfter ?? NOT_AFTER)),
    subject,
    spki,
    ...uniqueIdentifiers,
    ...extensionsOf(parts, keyIdentifier, issuerKeyIdentifier),
  );
  const signer = parts.signedWith ?? issuer?.privateKey ?? handMadeKeys.privateKey;
  const signature = der.bitString(sign(parts.hash ?? 'sha256', tbsCertificate, signer));
  const octets = der.sequence(tbsCertificate, algorithm, signature);
  return { der: octets, subject, keyIdentifier, privateKey: handMadeKeys.privateKey };
}

function extensionsOf(
  { version = 3, extensions = {} }: CertificateParts,
  keyIdentifier: Buffer,
  issuerKeyIdentifier: Buffer,
): readonly Buffer[] {
  if (version < 3) return [];
  const all: Readonly<Record<string, HandMadeExtension | undefined>> = {
    [BASIC_CONSTRAINTS]: critical(extensionValue()),
    [KEY_USAGE]: keyUsageOf('digitalSignature'),
    [EXT_KEY_USAGE]: extensionValue(der.oid(SERVER_AUTH)),
    [SUBJECT_KEY_IDENTIFIER]: { value: der.octetString(keyIdentifier) },
    [AUTHORITY_KEY_IDENTIFIER]: extensionValue(der.implicit(0, issuerKeyIdentifier)),
    [SUBJECT_ALT_NAME]: extensionValue(der.implicit(2, Buffer.from('webapp.example.org'))),
    ...extensions,
  };
  const written = Object.entries(all).flatMap(([id, extension]) =>
    extension ? [extensionOf(id, extension)] : [],
  );
  return written.length > 0 ? [der.explicit(3, der.sequence(...written))] : [];
}

function extensionOf(id: string, { value, isCritical = false }: HandMadeExtension): Buffer {
  const criticality = isCritical ? [der.boolean(true)] : [];
  return der.sequence(der.oid(id), ...criticality, der.octetString(value));
}
