/** The object identifiers this service writes, by the names of the standards that define them. */

/** RFC 5280 appendix A.1: attribute types of a distinguished name. */
export const COMMON_NAME = '2.5.4.3';
export const COUNTRY = '2.5.4.6';
export const LOCALITY = '2.5.4.7';
export const STATE_OR_PROVINCE = '2.5.4.8';
export const ORGANIZATION = '2.5.4.10';
export const ORGANIZATIONAL_UNIT = '2.5.4.11';

/** RFC 5280 §4.2.1: certificate extensions. */
export const SUBJECT_KEY_IDENTIFIER = '2.5.29.14';
export const KEY_USAGE = '2.5.29.15';
export const SUBJECT_ALT_NAME = '2.5.29.17';
export const BASIC_CONSTRAINTS = '2.5.29.19';
export const NAME_CONSTRAINTS = '2.5.29.30';
export const AUTHORITY_KEY_IDENTIFIER = '2.5.29.35';
export const EXT_KEY_USAGE = '2.5.29.37';

/** RFC 5280 §4.2.1.12: purposes of a key. */
export const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
export const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/** RFC 5758 §3.2: ECDSA signatures; they have no parameters. */
export const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
export const ECDSA_WITH_SHA384 = '1.2.840.10045.4.3.3';

/** RFC 4055 §5: RSA PKCS #1 v1.5 signatures; their parameters are NULL. */
export const SHA256_WITH_RSA = '1.2.840.113549.1.1.11';
export const SHA384_WITH_RSA = '1.2.840.113549.1.1.12';

const NAMES: Readonly<Record<string, string>> = {
  [SUBJECT_KEY_IDENTIFIER]: 'subjectKeyIdentifier',
  [KEY_USAGE]: 'keyUsage',
  [SUBJECT_ALT_NAME]: 'subjectAltName',
  [BASIC_CONSTRAINTS]: 'basicConstraints',
  [NAME_CONSTRAINTS]: 'nameConstraints',
  [AUTHORITY_KEY_IDENTIFIER]: 'authorityKeyIdentifier',
  [EXT_KEY_USAGE]: 'extKeyUsage',
  '2.5.29.31': 'cRLDistributionPoints',
  '2.5.29.32': 'certificatePolicies',
  '1.3.6.1.5.5.7.1.1': 'authorityInfoAccess',
  '1.3.6.1.5.5.7.1.24': 'TLS feature',
  '1.3.6.1.4.1.311.20.2': 'Microsoft certificate template',
  '1.3.6.1.4.1.311.21.7': 'Microsoft certificate template',
};

/** `keyUsage (2.5.29.15)`, or the bare digits of one without a name here. */
export function describeOid(oid: string): string {
  const name = NAMES[oid];
  return name === undefined ? oid : `${name} (${oid})`;
}
