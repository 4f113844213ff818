import { constants, createHash, type KeyObject, sign } from 'node:crypto';
import * as der from '../../../src/x509/der.ts';
import { type KeyPair, subjectPublicKeyInfoOf } from '../../../src/x509/key.ts';
import {
  AUTHORITY_KEY_IDENTIFIER,
  BASIC_CONSTRAINTS,
  EXT_KEY_USAGE,
  KEY_USAGE,
  SERVER_AUTH,
  SUBJECT_ALT_NAME,
  SUBJECT_KEY_IDENTIFIER,
} from '../../../src/x509/oids.ts';
import type { KeyUsage } from '../../../src/x509/tbs-certificate.ts';
import {
  commonName,
  critical,
  extensionValue,
  type HandMadeExtension,
  keyUsageOf,
} from '../../support/hand-made-certificate.ts';
import { generalName } from '../../unit/x509/hand-made-request.ts';
import type { Suite } from './suite.ts';

/** What a kind of violation says about a certificate; the rest is as it should be. */
export interface Parts {
  /** Absent: self-signed. */
  readonly issuer?: Written | undefined;
  readonly keys?: KeyPair;
  readonly subject?: Buffer;
  /** In days from the judgement. */
  readonly days?: readonly [from: number, to: number];
  /** By object identifier; `undefined` leaves one out that a good certificate has. */
  readonly extensions?: Readonly<Record<string, HandMadeExtension | undefined>>;

  /** DER in the place of what belongs there. */
  readonly version?: readonly Buffer[];
  readonly serialNumber?: Buffer;
  readonly algorithm?: Buffer;
  readonly outerAlgorithm?: Buffer;
  readonly issuerName?: Buffer;
  readonly validity?: Buffer;
  readonly subjectPublicKeyInfo?: Buffer;
  readonly beforeExtensions?: readonly Buffer[];
  readonly moreExtensions?: readonly Buffer[];
  readonly end?: readonly Buffer[];
  readonly signature?: (tbsCertificate: Buffer, issuersKey: KeyObject) => Buffer;
}

export interface Written {
  readonly der: Buffer;
  readonly subject: Buffer;
  readonly keyIdentifier: Buffer;
  readonly keys: KeyPair;
  readonly serialNumber: Buffer;
}

/** What is asked for in every path, unless its kind says otherwise. */
export const HOST = 'www.example.org';
const DAY_MS = 86_400_000;

export function instant({ at }: Suite, days: number): Date {
  return new Date(at.getTime() + days * DAY_MS);
}

/** An authority's certificate, below the root where nothing else is said. */
export function authority(suite: Suite, name: string, parts: Parts): Written {
  const extensions = {
    [BASIC_CONSTRAINTS]: critical(extensionValue(der.boolean(true))),
    [KEY_USAGE]: keyUsageOf('keyCertSign', 'cRLSign'),
    [EXT_KEY_USAGE]: undefined,
    [SUBJECT_ALT_NAME]: undefined,
    ...parts.extensions,
  };
  const defaults = {
    subject: commonName(name),
    keys: suite.keys.issuing,
    days: [-30, 365],
  } as const;
  return written(suite, { ...defaults, ...parts, extensions });
}

/** A server's certificate, unless `parts` say otherwise, with a signature that holds. */
export function written(suite: Suite, parts: Parts): Written {
  const { keys = suite.keys.leaf, subject = commonName(HOST), issuer } = parts;
  const spki = parts.subjectPublicKeyInfo ?? subjectPublicKeyInfoOf(keys.publicKey);
  const keyIdentifier = createHash('sha1').update(spki).update(subject).digest();
  const {
    serialNumber = der.integer(Buffer.concat([Buffer.of(0x40), keyIdentifier.subarray(4)])),
  } = parts;
  const algorithm = parts.algorithm ?? suite.scheme.identifier;
  const tbsCertificate = der.sequence(
    ...(parts.version ?? [der.explicit(0, der.integer(2))]),
    serialNumber,
    algorithm,
    parts.issuerName ?? issuer?.subject ?? subject,
    parts.validity ?? validityOf(suite, parts.days ?? [-1, 89]),
    subject,
    spki,
    ...(parts.beforeExtensions ?? []),
    ...extensionsOf({ keys, ...parts }, keyIdentifier, issuer?.keyIdentifier ?? keyIdentifier),
    ...(parts.end ?? []),
  );
  const signed = parts.signature ?? ((tbs, key) => signatureBy(suite, tbs, key));
  const signature = signed(tbsCertificate, (issuer?.keys ?? keys).privateKey);
  const octets = der.sequence(
    tbsCertificate,
    parts.outerAlgorithm ?? algorithm,
    der.bitString(signature),
  );
  return { der: octets, subject, keyIdentifier, keys, serialNumber };
}

/** As a suite's authorities sign. */
export function signatureBy({ scheme }: Suite, octets: Buffer, key: KeyObject): Buffer {
  const { hash, saltLength } = scheme;
  if (saltLength === undefined) return sign(hash, octets, key);
  return sign(hash, octets, { key, saltLength, padding: constants.RSA_PKCS1_PSS_PADDING });
}

function validityOf(suite: Suite, [from, to]: readonly [number, number]): Buffer {
  return der.sequence(der.time(instant(suite, from)), der.time(instant(suite, to)));
}

function extensionsOf(
  { extensions, moreExtensions = [], version, keys }: Parts & { readonly keys: KeyPair },
  keyIdentifier: Buffer,
  issuersKeyIdentifier: Buffer,
): readonly Buffer[] {
  if (version?.length === 0 && !extensions) return [];
  const all: Readonly<Record<string, HandMadeExtension | undefined>> = {
    [BASIC_CONSTRAINTS]: critical(extensionValue()),
    [KEY_USAGE]: usageOf(keys.publicKey),
    [EXT_KEY_USAGE]: extensionValue(der.oid(SERVER_AUTH)),
    [SUBJECT_KEY_IDENTIFIER]: { value: der.octetString(keyIdentifier) },
    [AUTHORITY_KEY_IDENTIFIER]: extensionValue(der.implicit(0, issuersKeyIdentifier)),
    [SUBJECT_ALT_NAME]: extensionValue(generalName.dns(HOST)),
    ...extensions,
  };
  const written = Object.entries(all).flatMap(([id, extension]) =>
    extension ? [extensionOf(id, extension)] : [],
  );
  return [der.explicit(3, der.sequence(...written, ...moreExtensions))];
}

/** NSS asks an RSA key of a server to encipher keys, whatever is negotiated. */
export function usageOf(
  { asymmetricKeyType }: Pick<KeyObject, 'asymmetricKeyType'>,
  ...more: readonly KeyUsage[]
): HandMadeExtension {
  const isRsa = asymmetricKeyType === 'rsa';
  const usages = isRsa
    ? (['digitalSignature', 'keyEncipherment'] as const)
    : (['digitalSignature'] as const);
  return keyUsageOf(...usages, ...more);
}

export function extensionOf(id: string, { value, isCritical = false }: HandMadeExtension): Buffer {
  const criticality = isCritical ? [der.boolean(true)] : [];
  return der.sequence(der.oid(id), ...criticality, der.octetString(value));
}
