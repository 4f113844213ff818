/** The key algorithms that this authority issues for and signs with. */
export const KEY_ALGORITHMS = [
  'ecdsa-p256',
  'ecdsa-p384',
  'ecdsa-p521',
  'rsa-2048',
  'rsa-3072',
  'rsa-4096',
  'ed25519',
] as const;
export type KeyAlgorithm = (typeof KEY_ALGORITHMS)[number];

/** How an RSA key signs certificates: PKCS #1 v1.5, or PSS (RFC 8017 §8). */
export const RSA_SIGNATURE_SCHEMES = ['pkcs1-v1_5', 'pss'] as const;
export type RsaSignatureScheme = (typeof RSA_SIGNATURE_SCHEMES)[number];

/** The distinguished name's attributes that a caller may set (RFC 5280 §4.1.2.6). */
export interface Subject {
  readonly commonName?: string;
  readonly organization?: string;
  readonly organizationalUnit?: string;
  readonly country?: string;
  readonly stateOrProvince?: string;
  readonly locality?: string;
}

/** The subjectAltName's entries by kind, each in the order of the request (RFC 5280 §4.2.1.6). */
export interface SubjectAltNames {
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly emailAddresses: readonly string[];
  readonly uris: readonly string[];
}

/** The kinds of subjectAltName, as they are called in requests and answers. */
export const SUBJECT_ALT_NAME_KINDS = [
  'dnsNames',
  'ipAddresses',
  'emailAddresses',
  'uris',
] as const;

/** Both ends belong to the period (RFC 5280 §4.1.2.5). */
export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export type AuthorityKind = 'root' | 'intermediate';

/** Something the caller asked for that was granted, but will not please everybody. */
export interface Warning {
  /** A stable kebab-case word for programs. */
  readonly code: string;
  readonly detail: string;
}

/** A certificate that this service has issued, or that came in with an authority, as it is recorded. */
export interface Certificate extends SubjectAltNames, Validity {
  /** Octets in lower-case hexadecimal: 16 of them where it was made here, 1 to 20 in imported ones. */
  readonly serialNumber: string;
  /** The name of the authority that signed it; a root's own name for a root. */
  readonly authority: string;
  /** The profile's name, `root` and `intermediate` for authorities. */
  readonly profile: string;
  /** From when on its life counts, which begins later than its backdated notBefore; one from elsewhere has that of its import. */
  readonly issuedAt: Date;
  readonly subject: Subject;
  /** SHA-256 of the DER, 64 lower-case hexadecimal digits. */
  readonly fingerprintSha256: string;
  readonly warnings: readonly Warning[];
  readonly der: Uint8Array;
}
