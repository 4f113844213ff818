import 'reflect-metadata';
import { AsnConvert } from '@peculiar/asn1-schema';
import { NameConstraints as AsnNameConstraints, type GeneralSubtree } from '@peculiar/asn1-x509';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
} from '@peculiar/x509';
import type { KeyAlgorithm, Validity } from '../certificate.ts';
import { PkiError } from '../errors.ts';
import { type DecodedSubject, decodeSubject } from './decode-subject.ts';
import { membersOf } from './der-members.ts';
import { type DecodedNames, decodeNames, NO_NAMES } from './general-names.ts';
import type { NameConstraintSubtrees, NameConstraints } from './name-constraints.ts';
import { NAME_CONSTRAINTS, SUBJECT_ALT_NAME } from './oids.ts';
import { encodeCertificate, KEY_USAGE_BITS, type KeyUsage } from './tbs-certificate.ts';

/** What a certificate says, read back from its octets by `@peculiar/x509`. */
export interface DecodedCertificate extends Validity {
  readonly der: Uint8Array;
  /** Lower-case hexadecimal. */
  readonly serialNumber: string;
  /** DER of the Names. */
  readonly issuerName: Uint8Array;
  readonly subjectName: Uint8Array;
  readonly subject: DecodedSubject;
  readonly names: DecodedNames;
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly isAuthority: boolean;
  /** Object identifiers. */
  readonly criticalExtensions: readonly string[];
  readonly pathLenConstraint: number | undefined;
  readonly nameConstraints: NameConstraints;
  readonly keyUsage: readonly KeyUsage[];
  readonly extKeyUsage: readonly string[];
  /** Hexadecimal; empty where the extension is absent. */
  readonly subjectKeyIdentifier: string;
  readonly authorityKeyIdentifier: string;
}

/**
 * Reads a certificate.
 *
 * @throws {PkiError} `request-malformed` for octets that are none
 */
export function decodeCertificate(der: Uint8Array): DecodedCertificate {
  if (!membersOf(der)) throw new PkiError('request-malformed', 'not an X.509 certificate');
  try {
    return decoded(new X509Certificate(der.slice()), der);
  } catch (cause) {
    throw new PkiError('request-malformed', 'not an X.509 certificate', { cause });
  }
}

/** Reads what is about to be signed, as the certificate that it would be. */
export function decodeTbsCertificate(
  tbsCertificate: Uint8Array,
  issuerKeyAlgorithm: KeyAlgorithm,
): DecodedCertificate {
  return decodeCertificate(encodeCertificate(tbsCertificate, issuerKeyAlgorithm, Buffer.alloc(1)));
}

function decoded(certificate: X509Certificate, der: Uint8Array): DecodedCertificate {
  const basic = certificate.getExtension(BasicConstraintsExtension);
  const alternative = certificate.getExtension(SUBJECT_ALT_NAME);
  return {
    der,
    serialNumber: certificate.serialNumber.toLowerCase(),
    issuerName: new Uint8Array(certificate.issuerName.toArrayBuffer()),
    subjectName: new Uint8Array(certificate.subjectName.toArrayBuffer()),
    subject: decodeSubject(certificate.subjectName.toArrayBuffer()),
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    names: alternative ? decodeNames(alternative.value) : NO_NAMES,
    subjectPublicKeyInfo: new Uint8Array(certificate.publicKey.rawData),
    isAuthority: basic?.ca ?? false,
    criticalExtensions: certificate.extensions.flatMap(({ type, critical }) =>
      critical ? [type] : [],
    ),
    pathLenConstraint: basic?.pathLength,
    nameConstraints: nameConstraintsOf(certificate),
    keyUsage: keyUsageOf(certificate),
    extKeyUsage: Array.from(
      certificate.getExtension(ExtendedKeyUsageExtension)?.usages ?? [],
      String,
    ),
    subjectKeyIdentifier: certificate.getExtension(SubjectKeyIdentifierExtension)?.keyId ?? '',
    authorityKeyIdentifier: certificate.getExtension(AuthorityKeyIdentifierExtension)?.keyId ?? '',
  };
}

/** `@peculiar/x509` counts the named bits from the least significant one. */
function keyUsageOf(certificate: X509Certificate): KeyUsage[] {
  const flags: number = certificate.getExtension(KeyUsagesExtension)?.usages ?? 0;
  const usages = Object.keys(KEY_USAGE_BITS) as KeyUsage[];
  return usages.filter((usage) => (flags & (1 << KEY_USAGE_BITS[usage])) !== 0);
}

function nameConstraintsOf(certificate: X509Certificate): NameConstraints {
  const extension = certificate.getExtension(NAME_CONSTRAINTS);
  if (!extension) return {};
  const { permittedSubtrees, excludedSubtrees } = AsnConvert.parse(
    extension.value,
    AsnNameConstraints,
  );
  return {
    ...(permittedSubtrees ? { permitted: subtreesOf([...permittedSubtrees]) } : {}),
    ...(excludedSubtrees ? { excluded: subtreesOf([...excludedSubtrees]) } : {}),
  };
}

function subtreesOf(subtrees: readonly GeneralSubtree[]): NameConstraintSubtrees {
  const bases = subtrees.map(({ base }) => base);
  return {
    dnsNames: bases.flatMap(({ dNSName }) => dNSName ?? []),
    ipRanges: bases.flatMap(({ iPAddress }) => iPAddress ?? []),
    emailDomains: bases.flatMap(({ rfc822Name }) => rfc822Name ?? []),
    uriDomains: bases.flatMap(({ uniformResourceIdentifier }) => uniformResourceIdentifier ?? []),
  };
}
