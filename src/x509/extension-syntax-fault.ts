import { readAny } from './der-any.ts';
import { DerError } from './der-error.ts';
import { type DerReader, readDer } from './der-reader.ts';
import { TAG } from './der-tags.ts';
import { readDistributionPoints } from './distribution-points.ts';
import type { Extension } from './extension.ts';
import { readGeneralName, readGeneralNames } from './general-names.ts';
import {
  CERTIFICATE_POLICIES,
  CT_POISON,
  describeOid,
  FRESHEST_CRL,
  INHIBIT_ANY_POLICY,
  ISSUER_ALT_NAME,
  NETSCAPE_CERT_TYPE,
  OCSP_NO_CHECK,
  POLICY_CONSTRAINTS,
  POLICY_MAPPINGS,
  SUBJECT_DIRECTORY_ATTRIBUTES,
  SUBJECT_INFO_ACCESS,
  TLS_FEATURE,
} from './oids.ts';
import {
  readCertificatePolicies,
  readPolicyConstraints,
  readPolicyMappings,
} from './read-policies.ts';

/** More would be no list that somebody works through. */
const MAX_MEMBERS = 100;
/** The type of an extension of TLS has two octets (RFC 8446 §4.2). */
const MAX_TLS_EXTENSION = 0xff_ff;

/** Those that are written or acted on here are read with the certificate; these are asked for their syntax alone. */
const READERS: Readonly<Record<string, (reader: DerReader) => unknown>> = {
  [CERTIFICATE_POLICIES]: readCertificatePolicies,
  [POLICY_MAPPINGS]: readPolicyMappings,
  [POLICY_CONSTRAINTS]: readPolicyConstraints,
  [INHIBIT_ANY_POLICY]: (reader) => reader.unsigned(),
  [ISSUER_ALT_NAME]: (reader) => readGeneralNames(reader),
  [SUBJECT_DIRECTORY_ATTRIBUTES]: readDirectoryAttributes,
  [FRESHEST_CRL]: readDistributionPoints,
  [SUBJECT_INFO_ACCESS]: readInformationAccess,
  [TLS_FEATURE]: readTlsFeatures,
  [OCSP_NO_CHECK]: (reader) => reader.null(),
  [CT_POISON]: (reader) => reader.null(),
  [NETSCAPE_CERT_TYPE]: (reader) => reader.namedBits(),
};

/** Why a value is none of its extension's, in words; of extensions whose syntax is not known here, nothing is. */
export function extensionSyntaxFault({
  id,
  value,
}: Pick<Extension, 'id' | 'value'>): string | undefined {
  const read = Object.hasOwn(READERS, id) ? READERS[id] : undefined;
  if (!read) return undefined;
  try {
    readDer(value, read);
    return undefined;
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return `is no ${describeOid(id)}: ${error.message}`;
  }
}

/** RFC 5280 appendix A.1: each Attribute has one value at least. */
function readDirectoryAttributes(reader: DerReader): void {
  reader.listOf(TAG.sequence, MAX_MEMBERS, (attributes) => {
    const members = attributes.sequence();
    members.oid();
    if (members.setOf(readAny).length === 0) throw members.fault('an empty list');
    members.end();
  });
}

/** RFC 5280 §4.2.2.2. */
function readInformationAccess(reader: DerReader): void {
  reader.listOf(TAG.sequence, MAX_MEMBERS, (descriptions) => {
    const members = descriptions.sequence();
    members.oid();
    readGeneralName(members);
    members.end();
  });
}

/** RFC 7633 §4.1: the extensions of TLS that are promised, by their numbers. */
function readTlsFeatures(reader: DerReader): void {
  const features = reader.sequence();
  while (!features.isAtEnd) {
    if (features.number() > MAX_TLS_EXTENSION) throw features.fault('no extension of TLS');
  }
}
