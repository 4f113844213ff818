import type { SubjectAltNames, Validity } from '../certificate.ts';
import {
  bitString,
  boolean,
  explicit,
  implicit,
  implicitText,
  integer,
  namedBits,
  octetString,
  oid,
  sequence,
  time,
} from './der.ts';
import { EMPTY_NAME_OCTETS } from './distinguished-name.ts';
import type { Extension } from './extension.ts';
import { ipOctets } from './ip-address.ts';
import {
  DNS_NAME,
  encodeNameConstraints,
  IP_ADDRESS,
  isConstraining,
  type NameConstraints,
  RFC822_NAME,
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
  TIME_STAMPING,
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

/** What all certificates have in common that an issuer signs for the same use. */
export interface CommonParts {
  /** DER of the AlgorithmIdentifier by which the issuer will sign. */
  readonly signatureAlgorithm: Uint8Array;
  /** DER of the issuer's Name, byte for byte as in its own certificate. */
  readonly issuer: Uint8Array;
  readonly authorityKeyIdentifier: Uint8Array;
  readonly isAuthority: boolean;
  readonly pathLenConstraint?: number | undefined;
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

/** What each certificate has for itself. */
export interface OwnParts extends SubjectAltNames, Validity {
  /** 32 hexadecimal digits. */
  readonly serialNumber: string;
  /** DER of the subject's Name. */
  readonly subject: Uint8Array;
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly subjectKeyIdentifier: Uint8Array;
  readonly nameConstraints?: NameConstraints | undefined;
}

/** Common parts in DER, written once, with holes for what each certificate has for itself. */
export interface CertificateTemplate {
  readonly version: Buffer;
  /** signature and issuer. */
  readonly issuing: Buffer;
  /** Extensions before the subjectKeyIdentifier. */
  readonly use: Buffer;
  readonly authorityKeyIdentifier: Buffer;
  /** Extensions after the names. */
  readonly services: Buffer;
}

/** Version 3, the only one with extensions (RFC 5280 §4.1.2.1). */
const V3 = 2;

export function encodeTemplate(parts: CommonParts): CertificateTemplate {
  return {
    version: explicit(0, integer(V3)),
    issuing: Buffer.concat([parts.signatureAlgorithm, parts.issuer]),
    use: Buffer.concat([
      critical(BASIC_CONSTRAINTS, basicConstraints(parts)),
      critical(KEY_USAGE, namedBits(parts.keyUsage.map((usage) => KEY_USAGE_BITS[usage]))),
      ...present(parts.extKeyUsage.length > 0, () =>
        (isExtKeyUsageCritical(parts) ? critical : extension)(
          EXT_KEY_USAGE,
          sequence(...parts.extKeyUsage.map(oid)),
        ),
      ),
    ]),
    authorityKeyIdentifier: extension(
      AUTHORITY_KEY_IDENTIFIER,
      sequence(implicit(0, parts.authorityKeyIdentifier)),
    ),
    services: Buffer.concat([
      ...present(parts.crlDistributionPoints.length > 0, () =>
        extension(CRL_DISTRIBUTION_POINTS, distributionPoints(parts)),
      ),
      ...present(parts.caIssuers.length + parts.ocsp.length > 0, () =>
        extension(AUTHORITY_INFO_ACCESS, authorityInfoAccess(parts)),
      ),
      ...parts.extraExtensions.map(({ id, isCritical, value }) =>
        (isCritical ? critical : extension)(id, value),
      ),
    ]),
  };
}

/**
 * The TBSCertificate (RFC 5280 §4.1): what is judged, and then signed, octet for octet. Its extensions have a
 * fixed order, so that two certificates of one profile differ only in their values.
 */
export function encodeTbsCertificate(template: CertificateTemplate, own: OwnParts): Buffer {
  return sequence(
    template.version,
    integer(Buffer.from(own.serialNumber, 'hex')),
    template.issuing,
    sequence(time(own.notBefore), time(own.notAfter)),
    own.subject,
    own.subjectPublicKeyInfo,
    explicit(
      3,
      sequence(
        template.use,
        extension(SUBJECT_KEY_IDENTIFIER, octetString(own.subjectKeyIdentifier)),
        template.authorityKeyIdentifier,
        ...subjectAltNameOf(own),
        ...nameConstraintsOf(own),
        template.services,
      ),
    ),
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

/** RFC 5280 §4.2.1.6: critical where the subject is empty, since then it is the only identity. */
function subjectAltNameOf(own: OwnParts): Buffer[] {
  if (!hasNames(own)) return [];
  const isSubjectEmpty = own.subject.length === EMPTY_NAME_OCTETS;
  return [(isSubjectEmpty ? critical : extension)(SUBJECT_ALT_NAME, subjectAltName(own))];
}

function nameConstraintsOf({ nameConstraints }: OwnParts): Buffer[] {
  if (!nameConstraints || !isConstraining(nameConstraints)) return [];
  return [critical(NAME_CONSTRAINTS, encodeNameConstraints(nameConstraints))];
}

/** RFC 3161 §2.3: that of a time stamper is; an authority above it only grants the purpose. */
export function isExtKeyUsageCritical({
  isAuthority,
  extKeyUsage,
}: Pick<CommonParts, 'isAuthority' | 'extKeyUsage'>): boolean {
  return !isAuthority && extKeyUsage.includes(TIME_STAMPING);
}

/** cA is DEFAULT FALSE and so absent for a leaf, which leaves an empty SEQUENCE. */
export function basicConstraints({
  isAuthority,
  pathLenConstraint,
}: Pick<CommonParts, 'isAuthority' | 'pathLenConstraint'>): Buffer {
  if (!isAuthority) return sequence();
  const pathLen = pathLenConstraint === undefined ? [] : [integer(pathLenConstraint)];
  return sequence(boolean(true), ...pathLen);
}

/** RFC 5280 §4.2.1.13: a DistributionPoint with one fullName each. */
function distributionPoints({ crlDistributionPoints }: CommonParts): Buffer {
  const point = (uri: string) => sequence(explicit(0, explicit(0, implicitText(URI, uri))));
  return sequence(...crlDistributionPoints.map(point));
}

/** RFC 5280 §4.2.2.1. */
function authorityInfoAccess({ caIssuers, ocsp }: CommonParts): Buffer {
  return sequence(
    ...ocsp.map((uri) => sequence(oid(ACCESS_OCSP), implicitText(URI, uri))),
    ...caIssuers.map((uri) => sequence(oid(ACCESS_CA_ISSUERS), implicitText(URI, uri))),
  );
}

function subjectAltName(names: SubjectAltNames): Buffer {
  return sequence(
    ...names.dnsNames.map((name) => implicitText(DNS_NAME, name)),
    ...names.ipAddresses.map((ip) => implicit(IP_ADDRESS, ipOctets(ip) ?? Buffer.alloc(0))),
    ...names.emailAddresses.map((address) => implicitText(RFC822_NAME, address)),
    ...names.uris.map((uri) => implicitText(URI, uri)),
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
