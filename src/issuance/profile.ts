import type { KeyAlgorithm, Subject, SubjectAltNames } from '../certificate.ts';
import type { KeyUsage } from '../x509/tbs-certificate.ts';

type NameKind = keyof SubjectAltNames;

/** Which names of one kind a profile takes: excluded wins; without permitted ones all others are. */
export interface NamePatterns {
  readonly permitted?: readonly string[];
  readonly excluded?: readonly string[];
}

/** What a profile says of the subjectAltName (RFC 5280 §4.2.1.6). */
export interface SubjectAltNameTerms {
  readonly allowed: readonly NameKind[];
  /** At least one name of one of these kinds; none: a subject alone will do. */
  readonly required: readonly NameKind[];
  /** Whether the left-most label of a DNS name may be `*`. */
  readonly wildcards: boolean;
  /** How many URIs at most; absent: as many as there may be names. */
  readonly maximumUris?: number;
  /** Domains, or globs: see `name-patterns.ts`. */
  readonly dnsNames?: NamePatterns;
  /** CIDR ranges. */
  readonly ipAddresses?: NamePatterns;
  /** Domains, or globs, of the part after the `@`. */
  readonly emailAddresses?: NamePatterns;
  /** Globs. */
  readonly uris?: NamePatterns;
}

/** What a profile says of the subject (RFC 5280 §4.1.2.6). */
export interface SubjectTerms {
  /** Of every attribute that a request does not set. */
  readonly defaults: Subject;
  readonly callerMaySet: readonly (keyof Subject)[];
  /** Whether a commonName must be one of the subjectAltNames, and is the first DNS name by default. */
  readonly commonName: 'subjectAltName' | 'any';
}

/** An extension that every certificate of a profile carries as it is (RFC 5280 §4.2). */
export interface ExtraExtension {
  /** Object identifier. */
  readonly oid: string;
  readonly critical: boolean;
  /** Base64 of the DER inside the extension's OCTET STRING. */
  readonly value: string;
}

/** What stands in a certificate under the service's public URL, where that is set. */
export interface UrlTerms {
  /** authorityInfoAccess (RFC 5280 §4.2.2.1). */
  readonly caIssuers: boolean;
  readonly ocsp: boolean;
  /** cRLDistributionPoints (RFC 5280 §4.2.1.13). */
  readonly crl: boolean;
}

/**
 * What a kind of certificate says, who may be named in it and how long it lives (RFC 5280 §4): plain
 * data, so that an operator can write it.
 */
export interface Profile {
  readonly name: string;
  readonly isAuthority: boolean;
  readonly keyAlgorithms: readonly KeyAlgorithm[];
  /** Where the key's algorithm can do it; see {@link keyUsageOf}. */
  readonly keyUsage: readonly KeyUsage[];
  /** Object identifiers; none: the extension is absent. */
  readonly extKeyUsage: readonly string[];
  /** Duration texts; counted from the moment of issue, the maximum over the whole period. */
  readonly validity: {
    /** How far the start lies before the moment of issue, for clocks that are behind. */
    readonly backdate: string;
    readonly minimum?: string;
    /** Absent: the request must say it. */
    readonly default?: string;
    readonly maximum?: string;
  };
  /** Whether a certificate that would outlive an authority above ends with it, or is refused. */
  readonly clampToIssuer: boolean;
  readonly subject: SubjectTerms;
  readonly subjectAltNames: SubjectAltNameTerms;
  readonly extensions: readonly ExtraExtension[];
  readonly urls: UrlTerms;
}

/** RSA keys alone transport keys, for TLS 1.2 without ECDHE; only keys on a curve agree on them. */
const ABLE: Partial<Record<KeyUsage, RegExp>> = {
  keyEncipherment: /^rsa/,
  dataEncipherment: /^rsa/,
  keyAgreement: /^ecdsa/,
  encipherOnly: /^ecdsa/,
  decipherOnly: /^ecdsa/,
};

/** The keyUsage of a certificate for such a key (RFC 5280 §4.2.1.3; RFC 5480 §3, RFC 8410 §5). */
export function keyUsageOf(profile: Profile, keyAlgorithm: KeyAlgorithm): readonly KeyUsage[] {
  return profile.keyUsage.filter((usage) => ABLE[usage]?.test(keyAlgorithm) ?? true);
}

/** What was asked for, and the profile's default for every attribute that was not. */
export function completedSubject({ subject: { defaults } }: Profile, asked: Subject): Subject {
  return { ...defaults, ...asked };
}

/** What a key is made by where a request does not say. */
export function defaultKeyAlgorithmOf({
  keyAlgorithms: [first, ...others],
}: Profile): KeyAlgorithm {
  return first === undefined || others.includes('ecdsa-p256') ? 'ecdsa-p256' : first;
}
