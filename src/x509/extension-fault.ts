import { readAny } from './der-any.ts';
import { DerError } from './der-error.ts';
import { readDer } from './der-reader.ts';
import type { Extension } from './extension.ts';
import { extensionSyntaxFault } from './extension-syntax-fault.ts';
import {
  AUTHORITY_KEY_IDENTIFIER,
  BASIC_CONSTRAINTS,
  CERTIFICATE_POLICIES,
  CRL_DISTRIBUTION_POINTS,
  CT_POISON,
  describeOid,
  EXT_KEY_USAGE,
  INHIBIT_ANY_POLICY,
  KEY_USAGE,
  NAME_CONSTRAINTS,
  NETSCAPE_CERT_TYPE,
  OUR_EXTENSIONS,
  POLICY_CONSTRAINTS,
  POLICY_MAPPINGS,
  SUBJECT_ALT_NAME,
  SUBJECT_KEY_IDENTIFIER,
} from './oids.ts';

/**
 * What RFC 5280 §4.2 says verifiers MUST recognize, and from authorityKeyIdentifier on what they SHOULD. cRLDistributionPoints (§4.2.1.13)
 * are there because OpenSSL and Go take them for critical, too. Of the others it is known what they mean, and no verifier
 * has to process them: authorityInfoAccess and freshestCRL, where they are critical, OpenSSL, Go and Java all refuse.
 */
const KNOWN_WHEN_CRITICAL = [
  KEY_USAGE,
  CERTIFICATE_POLICIES,
  SUBJECT_ALT_NAME,
  BASIC_CONSTRAINTS,
  NAME_CONSTRAINTS,
  POLICY_CONSTRAINTS,
  EXT_KEY_USAGE,
  INHIBIT_ANY_POLICY,
  AUTHORITY_KEY_IDENTIFIER,
  SUBJECT_KEY_IDENTIFIER,
  POLICY_MAPPINGS,
  CRL_DISTRIBUTION_POINTS,
];

/** Whether verifiers process this extension, so that they do not refuse a certificate in which it is critical (RFC 5280 §4.2). */
export function isKnownWhenCritical(id: string): boolean {
  return KNOWN_WHEN_CRITICAL.includes(id);
}

/** RFC 5280 §4.2.1.11, §4.2.1.14: who does not know these must refuse the certificate. */
const ALWAYS_CRITICAL = [POLICY_CONSTRAINTS, INHIBIT_ANY_POLICY];
/** RFC 5280 §4.2.1.5, §4.2.1.11, §4.2.1.14: what they say is about certificates below. */
const OF_AUTHORITIES = [POLICY_MAPPINGS, ...ALWAYS_CRITICAL];
/** SSL CA, S/MIME CA and object signing CA; the bits before are for what leaves do. */
const FIRST_NETSCAPE_CA_BIT = 5;

/** Why an extension cannot be written as it is beside those that are written from decisions, in words. */
export function extensionFault(extension: Extension): string | undefined {
  const { id, isCritical, value } = extension;
  if (OUR_EXTENSIONS.includes(id)) return `${describeOid(id)} is made from the rest of the profile`;
  if (id === CT_POISON) return 'makes a precertificate, and no certificate (RFC 6962 §3.1)';
  if (isCritical && !isKnownWhenCritical(id)) {
    return 'must not be critical: a verifier that does not know it refuses the certificate';
  }
  if (!isCritical && ALWAYS_CRITICAL.includes(id)) {
    return `must be critical: ${describeOid(id)} is not to be passed over (RFC 5280 §4.2.1.11, §4.2.1.14)`;
  }
  const fault = extensionSyntaxFault(extension) ?? anyFault(value);
  return fault === undefined ? undefined : `its value ${fault}`;
}

/** What an extension says that an authority alone may say, as a sentence without its subject. */
export function authorityExtensionFault({ id, value }: Extension): string | undefined {
  if (OF_AUTHORITIES.includes(id)) return `has ${describeOid(id)}, which is for authorities alone`;
  const isReadable = id === NETSCAPE_CERT_TYPE && !extensionSyntaxFault({ id, value });
  if (!isReadable) return undefined;
  const bits = readDer(value, (reader) => reader.namedBits());
  return bits.some((bit) => bit >= FIRST_NETSCAPE_CA_BIT)
    ? `has a ${describeOid(id)} of an authority`
    : undefined;
}

function anyFault(value: Uint8Array): string | undefined {
  try {
    readDer(value, readAny);
    return undefined;
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return `is no DER: ${error.message}`;
  }
}
