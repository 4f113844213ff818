import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { ForeignChain } from '../../src/bundle/certification-path.ts';
import * as der from '../../src/x509/der.ts';
import { encodePem } from '../../src/x509/pem.ts';

/** A certificate of the tests' own making, with the key that it certifies. */
export interface TestCertificate {
  readonly commonName: string;
  readonly der: Buffer;
  readonly pem: string;
  readonly keys: KeyPair;
}

export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** What a test says about a certificate; the rest is that of a plain end-entity certificate. */
export interface TestCertificateOptions {
  readonly commonName: string;
  /** Absent: self-signed. */
  readonly issuer?: TestCertificate;
  readonly keys?: KeyPair;
  readonly isAuthority?: boolean;
  readonly dnsNames?: readonly string[];
  readonly notAfter?: Date;
  /** The key that signs, where that shall not be the issuer's. */
  readonly signedWith?: KeyObject;
}

/** The instant at which the tests take place. */
const NOW = new Date('2030-06-15T12:00:00Z');
const NEXT_YEAR = new Date('2031-06-15T12:00:00Z');
export const LAST_YEAR = new Date('2029-06-15T12:00:00Z');
const NOT_BEFORE = new Date('2026-01-01T00:00:00Z');

const COMMON_NAME = '2.5.4.3';
const BASIC_CONSTRAINTS = '2.5.29.19';
const SUBJECT_ALT_NAME = '2.5.29.17';
const ECDSA_WITH_SHA_256 = '1.2.840.10045.4.3.2';
const SHA_256_WITH_RSA = '1.2.840.113549.1.1.11';

export function ecKeys(namedCurve = 'prime256v1'): KeyPair {
  return generateKeyPairSync('ec', { namedCurve });
}

export function rsaKeys(modulusLength = 2048): KeyPair {
  return generateKeyPairSync('rsa', { modulusLength });
}

export function testCertificate(options: TestCertificateOptions): TestCertificate {
  const keys = options.keys ?? ecKeys();
  const signer = options.signedWith ?? options.issuer?.keys.privateKey ?? keys.privateKey;
  const algorithm =
    signer.asymmetricKeyType === 'rsa'
      ? der.sequence(der.oid(SHA_256_WITH_RSA), der.nullValue())
      : der.sequence(der.oid(ECDSA_WITH_SHA_256));
  const tbsCertificate = der.sequence(
    der.explicit(0, der.integer(2)),
    der.integer(Buffer.concat([Buffer.of(0x40), randomBytes(15)])),
    algorithm,
    nameOf(options.issuer?.commonName ?? options.commonName),
    der.sequence(der.time(NOT_BEFORE), der.time(options.notAfter ?? NEXT_YEAR)),
    nameOf(options.commonName),
    keys.publicKey.export({ format: 'der', type: 'spki' }),
    der.explicit(3, extensionsOf(options)),
  );
  const signature = der.bitString(sign('sha256', tbsCertificate, signer));
  const certificate = der.sequence(tbsCertificate, algorithm, signature);
  const pem = encodePem('CERTIFICATE', certificate);
  return { commonName: options.commonName, der: certificate, pem, keys };
}

/** A root, an intermediate and a leaf, whose names begin with `prefix`. */
export function testChain(prefix: string, newKeys: () => KeyPair = ecKeys) {
  const common = { isAuthority: true } as const;
  const root = testCertificate({ ...common, commonName: `${prefix} root`, keys: newKeys() });
  const intermediate = testCertificate({
    ...common,
    commonName: `${prefix} intermediate`,
    issuer: root,
    keys: newKeys(),
  });
  const host = `${prefix}.example.org`;
  const leaf = testCertificate({
    commonName: host,
    dnsNames: [host],
    issuer: intermediate,
    keys: newKeys(),
  });
  return { root, intermediate, leaf };
}

export function keyPem({ keys }: TestCertificate): string {
  return keys.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

export function pemOf(certificates: readonly TestCertificate[]): string {
  return certificates.map(({ pem }) => pem).join('');
}

/** A PEM key and certificates as `POST /v1/pfx` gets them; no authority is known. */
export function foreignChain(
  privateKey: TestCertificate,
  certificates: readonly TestCertificate[],
  changes: Partial<ForeignChain> = {},
): ForeignChain {
  const nobody = { ownAuthorities: [], publicRoots: [] };
  const texts = { privateKey: keyPem(privateKey), certificates: pemOf(certificates) };
  return { ...texts, ...nobody, now: NOW, ...changes };
}

/** SHA-256 of its DER, in lower-case hexadecimal. */
export function fingerprintOf({ der: octets }: TestCertificate): string {
  return createHash('sha256').update(octets).digest('hex');
}

function nameOf(commonName: string): Buffer {
  const attribute = der.sequence(der.oid(COMMON_NAME), der.utf8String(commonName));
  return der.sequence(der.setOf(attribute));
}

function extensionsOf({ isAuthority = false, dnsNames = [] }: TestCertificateOptions): Buffer {
  const constraints = isAuthority ? der.sequence(der.boolean(true)) : der.sequence();
  const extensions = [
    der.sequence(der.oid(BASIC_CONSTRAINTS), der.boolean(true), der.octetString(constraints)),
  ];
  if (dnsNames.length > 0) {
    const names = dnsNames.map((name) => der.implicit(2, Buffer.from(name)));
    const extension = der.octetString(der.sequence(...names));
    extensions.push(der.sequence(der.oid(SUBJECT_ALT_NAME), extension));
  }
  return der.sequence(...extensions);
}
