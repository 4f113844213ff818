import type { SubjectAltNames, Validity } from '../certificate.ts';
import {
  bitString,
  boolean,
  explicit,
  implicit,
  integer,
  namedBits,
  octetString,
  oid,
  sequence,
  time,
} from './der.ts';
import type { Extension } from './extension.ts';
import { ipOctets } from './ip-address.ts';
import {
  DNS_NAME,
  encodeNameConstraints,
  IP_ADDRESS,
  isConstraining,
  type NameConstraints,
  RFC822_NAME,
  textual,
  URI,
} from './name-constraints.ts';
import {
  ACCESS_CA_ISSUERS,
  ACCESS_OCSP,
  AUTHORITY_INFO_ACCESS,
  AUTHORITY_KEY_IDENTIFIER,
  BASIC_CONSTRAINTS,
  CRL_DISTRIBUTION_POINTS,
  EXT_KEY_USAGE,
  KEY_USAGE,
  NAME_CONSTRAINTS,
  SUBJECT_ALT_NAME,
  SUBJECT_KEY_IDENTIFIER,
} from './oids.ts';

/** The bits of keyUsage (RFC 5280 §4.2.1.3), in their order. */
export const KEY_USAGE_BITS = {
  digitalSignature: 0,
  nonRepudiation: 1,
  keyEncipherment: 2,
  dataEncipherment: 3,
  keyAgreement: 4,
  keyCertSign: 5,
  cRLSign: 6,
  encipherOnly: 7,
  decipherOnly: 8,
} as const;
export type KeyUsage = keyof typeof KEY_USAGE_BITS;

/** Everything that a certificate is to say, decided; nothing is decided while it is written. */
export interface CertificateTemplate extends SubjectAltNames, Validity {
  /** 32 hexadecimal digits. */
  readonly serialNumber: string;
  /** DER of the AlgorithmIdentifier by which the issuer will sign. */
  readonly signatureAlgorithm: Uint8Array;
  /** DER of the issuer's Name, byte for byte as in its own certificate. */
  readonly issuer: Uint8Array;
  /** DER of the subject's Name. */
  readonly subject: Uint8Array;
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly subjectKeyIdentifier: Uint8Array;
  readonly authorityKeyIdentifier: Uint8Array;
  readonly isAuthority: boolean;
  readonly pathLenConstraint?: number | undefined;
  readonly nameConstraints?: NameConstraints | undefined;
  readonly keyUsage: readonly KeyUsage[];
  /** Object identifiers; none: the extension is absent, and the key good for any purpose. */
  readonly extKeyUsage: readonly string[];
  /** URIs of authorityInfoAccess; none of either: the extension is absent. */
  readonly caIssuers: readonly string[];
  readonly ocsp: readonly string[];
  /** URIs, each a distribution point of its own. */
  readonly crlDistributionPoints: readonly string[];
  /** Written as they are, after all others. */
  readonly extraExtensions: readonly Extension[];
}

/** Version 3, the only one with extensions (RFC 5280 §4.1.2.1). */
const V3 = 2;
/** An empty SEQUENCE's octets: a Name without attributes. */
const EMPTY_NAME_OCTETS = 2;

/** The TBSCertificate (RFC 5280 §4.1): what is judged, and then signed, octet for octet. */
export function encodeTbsCertificate(template: CertificateTemplate): Buffer {
  return sequence(
    explicit(0, integer(V3)),
    integer(Buffer.from(template.serialNumber, 'hex')),
    template.signatureAlgorithm,
    template.issuer,
    sequence(time(template.notBefore), time(template.notAfter)),
    template.subject,
    template.subjectPublicKeyInfo,
    explicit(3, sequence(...extensionsOf(template))),
  );
}

/** The signed Certificate around a TBSCertificate (RFC 5280 §4.1.1). */
export function encodeCertificate(
  tbsCertificate: Uint8Array,
  signatureAlgorithm: Uint8Array,
  signature: Uint8Array,
): Buffer {
  return sequence(tbsCertificate, signatureAlgorithm, bitString(signature));
}

/** In a fixed order, so that two certificates of one profile differ only in their values. */
function extensionsOf(template: CertificateTemplate): Buffer[] {
  const isSubjectEmpty = template.subject.length === EMPTY_NAME_OCTETS;
  return [
    critical(BASIC_CONSTRAINTS, basicConstraints(template)),
    critical(KEY_USAGE, namedBits(template.keyUsage.map((usage) => KEY_USAGE_BITS[usage]))),
    ...present(template.extKeyUsage.length > 0, () =>
      extension(EXT_KEY_USAGE, sequence(...template.extKeyUsage.map(oid))),
    ),
    extension(SUBJECT_KEY_IDENTIFIER, octetString(template.subjectKeyIdentifier)),
    extension(AUTHORITY_KEY_IDENTIFIER, sequence(implicit(0, template.authorityKeyIdentifier))),
    ...present(hasNames(template), () =>
      // RFC 5280 §4.2.1.6: critical where the subject is empty, since then it is the only identity.
      (isSubjectEmpty ? critical : extension)(SUBJECT_ALT_NAME, subjectAltName(template)),
    ),
    ...nameConstraintsOf(template.nameConstraints),
    ...present(template.crlDistributionPoints.length > 0, () =>
      extension(CRL_DISTRIBUTION_POINTS, distributionPoints(template)),
    ),
    ...present(template.caIssuers.length + template.ocsp.length > 0, () =>
      extension(AUTHORITY_INFO_ACCESS, authorityInfoAccess(template)),
    ),
    ...template.extraExtensions.map(({ id, isCritical, value }) =>
      (isCritical ? critical : extension)(id, value),
    ),
  ];
}

function nameConstraintsOf(constraints: NameConstraints | undefined): Buffer[] {
  if (!constraints || !isConstraining(constraints)) return [];
  return [critical(NAME_CONSTRAINTS, encodeNameConstraints(constraints))];
}

/** cA is DEFAULT FALSE and so absent for a leaf, which leaves an empty SEQUENCE. */
export function basicConstraints({
  isAuthority,
  pathLenConstraint,
}: Pick<CertificateTemplate, 'isAuthority' | 'pathLenConstraint'>): Buffer {
  if (!isAuthority) return sequence();
  const pathLen = pathLenConstraint === undefined ? [] : [integer(pathLenConstraint)];
  return sequence(boolean(true), ...pathLen);
}

/** RFC 5280 §4.2.1.13: a DistributionPoint with one fullName each. */
function distributionPoints({ crlDistributionPoints }: CertificateTemplate): Buffer {
  const point = (uri: string) => sequence(explicit(0, explicit(0, textual(URI, uri))));
  return sequence(...crlDistributionPoints.map(point));
}

/** RFC 5280 §4.2.2.1. */
function authorityInfoAccess({ caIssuers, ocsp }: CertificateTemplate): Buffer {
  return sequence(
    ...ocsp.map((uri) => sequence(oid(ACCESS_OCSP), textual(URI, uri))),
    ...caIssuers.map((uri) => sequence(oid(ACCESS_CA_ISSUERS), textual(URI, uri))),
  );
}

function subjectAltName(names: SubjectAltNames): Buffer {
  return sequence(
    ...names.dnsNames.map((name) => textual(DNS_NAME, name)),
    ...names.ipAddresses.map((ip) => implicit(IP_ADDRESS, ipOctets(ip) ?? Buffer.alloc(0))),
    ...names.emailAddresses.map((address) => textual(RFC822_NAME, address)),
    ...names.uris.map((uri) => textual(URI, uri)),
  );
}

function hasNames({ dnsNames, ipAddresses, emailAddresses, uris }: SubjectAltNames): boolean {
  return dnsNames.length + ipAddresses.length + emailAddresses.length + uris.length > 0;
}

/** An Extension (RFC 5280 §4.2) that a reader may pass over. */
export function extension(id: string, value: Uint8Array): Buffer {
  return sequence(oid(id), octetString(value));
}

/** An Extension that a reader must know. */
export function critical(id: string, value: Uint8Array): Buffer {
  return sequence(oid(id), boolean(true), octetString(value));
}

function present(isPresent: boolean, make: () => Buffer): Buffer[] {
  return isPresent ? [make()] : [];
}
