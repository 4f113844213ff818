import { generateKeyPairSync } from 'node:crypto';
import * as der from '../../../src/x509/der.ts';
import {
  BASIC_CONSTRAINTS,
  CLIENT_AUTH,
  EC_PUBLIC_KEY,
  EXT_KEY_USAGE,
  NAME_CONSTRAINTS,
  P256,
  RSA_ENCRYPTION,
  SERVER_AUTH,
  SUBJECT_ALT_NAME,
} from '../../../src/x509/oids.ts';
import {
  type CertificateParts,
  commonName,
  critical,
  extensionValue,
  type HandMadeCertificate,
  handMadeAuthority,
  handMadeCertificate,
  handMadeKeys,
  spkiOf,
} from '../../support/hand-made-certificate.ts';
import { generalName, handMadeRequestDer } from '../x509/hand-made-request.ts';

/** A file that breaks one rule, leaf first. */
export interface RuleBreaker {
  readonly file: readonly Buffer[];
  /** What else it cannot but break. */
  readonly also?: readonly string[];
}

const LATER = new Date('2040-01-01T00:00:00Z');

export const root = handMadeAuthority('Root', { notAfter: LATER });
export const issuing = handMadeAuthority('Issuing', { issuer: root, notAfter: LATER });

export function leaf(parts: CertificateParts): RuleBreaker {
  return path(handMadeCertificate({ issuer: issuing, ...parts }));
}

export function path(
  certificate: HandMadeCertificate,
  ...above: readonly HandMadeCertificate[]
): RuleBreaker {
  const issuers = above.length > 0 ? above : [issuing, root];
  return { file: [certificate, ...issuers].map((one) => one.der) };
}

/** An authority between a good leaf and the root. */
export function authority(parts: CertificateParts): RuleBreaker {
  const middle = handMadeAuthority('Middle', { issuer: root, ...parts });
  return path(handMadeCertificate({ issuer: middle }), middle, root);
}

export function names(...all: readonly Buffer[]): CertificateParts {
  return { extensions: { [SUBJECT_ALT_NAME]: extensionValue(...all) } };
}

export const host = generalName.dns('webapp.example.org');

export function purposes(...ids: readonly string[]): CertificateParts['extensions'] {
  return { [EXT_KEY_USAGE]: extensionValue(...ids.map((id) => der.oid(id))) };
}

export function rsaKey(bits: number): CertificateParts {
  const publicKey = generateKeyPairSync('rsa', { modulusLength: bits }).publicKey;
  return { publicKey };
}

export function ecKey(namedCurve: string): CertificateParts {
  return { publicKey: generateKeyPairSync('ec', { namedCurve }).publicKey };
}

/** An RSA key of numbers that nobody has generated. */
export function madeUpRsaKey(
  modulus: Buffer,
  exponent: Buffer | number = 65_537,
): CertificateParts {
  const key = der.sequence(der.integer(modulus), der.integer(exponent));
  const algorithm = der.sequence(der.oid(RSA_ENCRYPTION), der.nullValue());
  return { subjectPublicKeyInfo: der.sequence(algorithm, der.bitString(key)) };
}

export function ecPoint(point: Buffer): CertificateParts {
  const algorithm = der.sequence(der.oid(EC_PUBLIC_KEY), der.oid(P256));
  return { subjectPublicKeyInfo: der.sequence(algorithm, der.bitString(point)) };
}

/** 0xff, and an odd number at its end. */
export function ones(octets: number): Buffer {
  return Buffer.alloc(octets, 0xff);
}

export const POINT = spkiOf(handMadeKeys.publicKey).subarray(-65);
export const X = POINT.subarray(1, 33);
export const goodModulus = Buffer.from(
  generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' }).n ?? '',
  'base64url',
);
export const ed25519 = { publicKey: generateKeyPairSync('ed25519').publicKey };

export const aiaOverHttps = extensionValue(
  der.sequence(der.oid('1.3.6.1.5.5.7.48.2'), generalName.uri('https://pki.example.org/ca.cer')),
);
export const permittedHost = (name: string) =>
  critical(extensionValue(der.explicit(0, der.sequence(generalName.dns(name)))));

/** The common name of every good leaf is below it. */
export function permittedDirectory() {
  const base = generalName.directory(commonName('webapp.example.org'));
  return critical(extensionValue(der.explicit(0, der.sequence(base))));
}

export function strangerSigned(): RuleBreaker {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return leaf({ signedWith: privateKey });
}

export function requestOfAnotherKey(): RuleBreaker {
  const stranger = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey;
  const file = [handMadeRequestDer({ names: [host], subjectPublicKeyInfo: spkiOf(stranger) })];
  return { file };
}

/** A request that asks for one more extension. */
export function requestFor(extension: Buffer): RuleBreaker {
  return { file: [handMadeRequestDer({ names: [host], extensions: [extension] })] };
}

/** MD5 is RSA's alone, so that the issuer is another than that of all others. */
export function signedOverMd5(): RuleBreaker {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const issuer = handMadeAuthority('RSA', { issuer: root, publicKey: keys.publicKey });
  const certificate = handMadeCertificate({
    issuer,
    signedWith: keys.privateKey,
    hash: 'md5',
    signatureAlgorithm: der.sequence(der.oid('1.2.840.113549.1.1.4'), der.nullValue()),
  });
  return path(certificate, issuer, root);
}

/** The leaf is for servers and clients, and its issuer for servers alone. */
export function purposeLeftOut(): RuleBreaker {
  const middle = handMadeAuthority('Middle', {
    issuer: root,
    extensions: { ...purposes(SERVER_AUTH) },
  });
  const extensions = { ...purposes(SERVER_AUTH, CLIENT_AUTH) };
  return path(handMadeCertificate({ issuer: middle, extensions }), middle, root);
}

export function underLeaf(): RuleBreaker {
  const middle = handMadeCertificate({ issuer: root, subject: commonName('Middle') });
  return path(handMadeCertificate({ issuer: middle }), middle, root);
}

export function tooLongAPath(): RuleBreaker {
  const zero = critical(extensionValue(der.boolean(true), der.integer(0)));
  const upper = handMadeAuthority('Upper', {
    issuer: root,
    extensions: { [BASIC_CONSTRAINTS]: zero },
  });
  const lower = handMadeAuthority('Lower', { issuer: upper });
  return path(handMadeCertificate({ issuer: lower }), lower, upper, root);
}

interface Subtrees {
  readonly permitted?: readonly Buffer[];
  readonly excluded?: readonly Buffer[];
}

export function nameConstraints({ permitted = [], excluded = [] }: Subtrees) {
  const lists = [permitted, excluded].flatMap((bases, number) => {
    const subtrees = bases.map((base) => der.sequence(base));
    return bases.length > 0 ? [der.implicitConstructed(number, ...subtrees)] : [];
  });
  return { [NAME_CONSTRAINTS]: critical(extensionValue(...lists)) };
}

/** A leaf of these parts below an authority with constraints. */
export function constrained(subtrees: Subtrees, parts: CertificateParts = {}): RuleBreaker {
  const middle = handMadeAuthority('Middle Authority', {
    issuer: root,
    extensions: nameConstraints(subtrees),
  });
  return path(handMadeCertificate({ issuer: middle, ...parts }), middle, root);
}
