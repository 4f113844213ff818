import {
  bitString,
  implicitConstructed,
  integer,
  namedBits,
  octetString,
  oid,
  sequence,
  setOf,
} from './der.ts';
import { BASIC_CONSTRAINTS, EXTENSION_REQUEST, KEY_USAGE, SUBJECT_KEY_IDENTIFIER } from './oids.ts';
import {
  basicConstraints,
  critical,
  extension,
  KEY_USAGE_BITS,
  type KeyUsage,
} from './tbs-certificate.ts';

/** What an authority asks of whoever is to certify it. */
export interface RequestTemplate {
  /** DER of the subject's Name. */
  readonly subject: Uint8Array;
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly subjectKeyIdentifier: Uint8Array;
  readonly pathLenConstraint: number | undefined;
  readonly keyUsage: readonly KeyUsage[];
}

const VERSION_1 = 0;

/**
 * The CertificationRequestInfo (RFC 2986 §4.1) of an authority, with the extensions that its certificate
 * is to have (RFC 2985 §5.4.2). The key identifier is among them, since not every tool adds one.
 */
export function encodeRequestInformation(template: RequestTemplate): Buffer {
  const bits = template.keyUsage.map((usage) => KEY_USAGE_BITS[usage]);
  const extensions = sequence(
    critical(BASIC_CONSTRAINTS, basicConstraints({ ...template, isAuthority: true })),
    critical(KEY_USAGE, namedBits(bits)),
    extension(SUBJECT_KEY_IDENTIFIER, octetString(template.subjectKeyIdentifier)),
  );
  return sequence(
    integer(VERSION_1),
    template.subject,
    template.subjectPublicKeyInfo,
    implicitConstructed(0, sequence(oid(EXTENSION_REQUEST), setOf(extensions))),
  );
}

/** The signed CertificationRequest around it (RFC 2986 §4.2). */
export function encodeRequest(
  information: Uint8Array,
  signatureAlgorithm: Uint8Array,
  signature: Uint8Array,
): Buffer {
  return sequence(information, signatureAlgorithm, bitString(signature));
}
