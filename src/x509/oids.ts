/** The object identifiers this service knows, by the names of the standards that define them. */

/** RFC 5280 appendix A.1: attribute types of a distinguished name. */
export const COMMON_NAME = '2.5.4.3';
export const COUNTRY = '2.5.4.6';
export const LOCALITY = '2.5.4.7';
export const STATE_OR_PROVINCE = '2.5.4.8';
export const ORGANIZATION = '2.5.4.10';
export const ORGANIZATIONAL_UNIT = '2.5.4.11';
export const EMAIL_ADDRESS = '1.2.840.113549.1.9.1';

/** RFC 5280 §4.2.1: certificate extensions. */
export const SUBJECT_DIRECTORY_ATTRIBUTES = '2.5.29.9';
export const SUBJECT_KEY_IDENTIFIER = '2.5.29.14';
export const KEY_USAGE = '2.5.29.15';
export const SUBJECT_ALT_NAME = '2.5.29.17';
export const ISSUER_ALT_NAME = '2.5.29.18';
export const BASIC_CONSTRAINTS = '2.5.29.19';
export const NAME_CONSTRAINTS = '2.5.29.30';
export const CRL_DISTRIBUTION_POINTS = '2.5.29.31';
export const CERTIFICATE_POLICIES = '2.5.29.32';
export const POLICY_MAPPINGS = '2.5.29.33';
export const AUTHORITY_KEY_IDENTIFIER = '2.5.29.35';
export const POLICY_CONSTRAINTS = '2.5.29.36';
export const EXT_KEY_USAGE = '2.5.29.37';
export const FRESHEST_CRL = '2.5.29.46';
export const INHIBIT_ANY_POLICY = '2.5.29.54';
export const AUTHORITY_INFO_ACCESS = '1.3.6.1.5.5.7.1.1';
export const SUBJECT_INFO_ACCESS = '1.3.6.1.5.5.7.1.11';

/** RFC 5280 §4.2.1.4: the policy that stands for all, and what may be said of a policy. */
export const ANY_POLICY = '2.5.29.32.0';
export const CPS_POINTER = '1.3.6.1.5.5.7.2.1';
export const USER_NOTICE = '1.3.6.1.5.5.7.2.2';

/** RFC 7633 §4: a promise to bring an OCSP response, "must staple". */
export const TLS_FEATURE = '1.3.6.1.5.5.7.1.24';

/** RFC 6960 §4.2.2.2.1: the responder's certificate itself is not to be checked. */
export const OCSP_NO_CHECK = '1.3.6.1.5.5.7.48.1.5';

/** RFC 6962 §3.1: makes a precertificate, which nobody is to take for a certificate. */
export const CT_POISON = '1.3.6.1.4.1.11129.2.4.3';

/** Netscape's forerunner of keyUsage and extKeyUsage, which OpenSSL still goes by. */
export const NETSCAPE_CERT_TYPE = '2.16.840.1.113730.1.1';

/** Those that are written from what is decided about a certificate. */
export const OUR_EXTENSIONS: readonly string[] = [
  SUBJECT_KEY_IDENTIFIER,
  KEY_USAGE,
  SUBJECT_ALT_NAME,
  BASIC_CONSTRAINTS,
  NAME_CONSTRAINTS,
  CRL_DISTRIBUTION_POINTS,
  AUTHORITY_KEY_IDENTIFIER,
  EXT_KEY_USAGE,
  AUTHORITY_INFO_ACCESS,
];

/** RFC 5280 §4.2.2.1: what stands at an address of authorityInfoAccess. */
export const ACCESS_OCSP = '1.3.6.1.5.5.7.48.1';
export const ACCESS_CA_ISSUERS = '1.3.6.1.5.5.7.48.2';

/** RFC 5280 §4.2.1.12: purposes of a key. */
export const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
export const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
export const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
export const EMAIL_PROTECTION = '1.3.6.1.5.5.7.3.4';
export const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';
export const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9';
export const ANY_EXTENDED_KEY_USAGE = '2.5.29.37.0';

/** The purposes of a key by their names in RFC 5280 §4.2.1.12. */
export const EXT_KEY_USAGES: Readonly<Record<string, string>> = {
  serverAuth: SERVER_AUTH,
  clientAuth: CLIENT_AUTH,
  codeSigning: CODE_SIGNING,
  emailProtection: EMAIL_PROTECTION,
  timeStamping: TIME_STAMPING,
  OCSPSigning: OCSP_SIGNING,
  anyExtendedKeyUsage: ANY_EXTENDED_KEY_USAGE,
};

/** RFC 2985 §5.4.2: the attribute of a request that holds the extensions asked for. */
export const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';

/** RFC 5480 §2.1.1: keys on an elliptic curve, and the curves. */
export const EC_PUBLIC_KEY = '1.2.840.10045.2.1';
export const P256 = '1.2.840.10045.3.1.7';
export const P384 = '1.3.132.0.34';
export const P521 = '1.3.132.0.35';

/** RFC 4055 §1.2. */
export const RSA_ENCRYPTION = '1.2.840.113549.1.1.1';

/** RFC 8410 §3: keys and signatures alike; they have no parameters. */
export const ED25519 = '1.3.101.112';

/** RFC 5758 §3.2: ECDSA signatures; they have no parameters. */
export const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
export const ECDSA_WITH_SHA384 = '1.2.840.10045.4.3.3';
export const ECDSA_WITH_SHA512 = '1.2.840.10045.4.3.4';

/** RFC 4055 §5: RSA PKCS #1 v1.5 signatures; their parameters are NULL. */
export const SHA256_WITH_RSA = '1.2.840.113549.1.1.11';
export const SHA384_WITH_RSA = '1.2.840.113549.1.1.12';
export const SHA512_WITH_RSA = '1.2.840.113549.1.1.13';

/** RFC 4055 §3: RSASSA-PSS, and the parts of its parameters. */
export const RSASSA_PSS = '1.2.840.113549.1.1.10';
export const MGF1 = '1.2.840.113549.1.1.8';
export const SHA256 = '2.16.840.1.101.3.4.2.1';
export const SHA384 = '2.16.840.1.101.3.4.2.2';
export const SHA512 = '2.16.840.1.101.3.4.2.3';

const NAMES: Readonly<Record<string, string>> = {
  [SUBJECT_DIRECTORY_ATTRIBUTES]: 'subjectDirectoryAttributes',
  [SUBJECT_KEY_IDENTIFIER]: 'subjectKeyIdentifier',
  [KEY_USAGE]: 'keyUsage',
  [SUBJECT_ALT_NAME]: 'subjectAltName',
  [ISSUER_ALT_NAME]: 'issuerAltName',
  [BASIC_CONSTRAINTS]: 'basicConstraints',
  [NAME_CONSTRAINTS]: 'nameConstraints',
  [AUTHORITY_KEY_IDENTIFIER]: 'authorityKeyIdentifier',
  [EXT_KEY_USAGE]: 'extKeyUsage',
  [CRL_DISTRIBUTION_POINTS]: 'cRLDistributionPoints',
  [CERTIFICATE_POLICIES]: 'certificatePolicies',
  [POLICY_MAPPINGS]: 'policyMappings',
  [POLICY_CONSTRAINTS]: 'policyConstraints',
  [FRESHEST_CRL]: 'freshestCRL',
  [INHIBIT_ANY_POLICY]: 'inhibitAnyPolicy',
  [AUTHORITY_INFO_ACCESS]: 'authorityInfoAccess',
  [SUBJECT_INFO_ACCESS]: 'subjectInfoAccess',
  [OCSP_NO_CHECK]: 'ocsp-nocheck',
  [TLS_FEATURE]: 'TLS feature',
  [CT_POISON]: 'CT poison',
  [NETSCAPE_CERT_TYPE]: 'Netscape certificate type',
  [SERVER_AUTH]: 'serverAuth',
  [CLIENT_AUTH]: 'clientAuth',
  [CODE_SIGNING]: 'codeSigning',
  [EMAIL_PROTECTION]: 'emailProtection',
  [TIME_STAMPING]: 'timeStamping',
  [OCSP_SIGNING]: 'OCSPSigning',
  [ANY_EXTENDED_KEY_USAGE]: 'anyExtendedKeyUsage',
  '1.3.6.1.4.1.311.20.2': 'Microsoft certificate template',
  '1.3.6.1.4.1.311.21.7': 'Microsoft certificate template',
};

/** Algorithms and curves, by the names under which tools know them: those of today, and old or other ones. */
const ALGORITHM_NAMES: Readonly<Record<string, string>> = {
  [RSA_ENCRYPTION]: 'rsaEncryption',
  '1.2.840.113549.1.1.2': 'md2WithRSAEncryption',
  '1.2.840.113549.1.1.3': 'md4WithRSAEncryption',
  '1.2.840.113549.1.1.4': 'md5WithRSAEncryption',
  '1.2.840.113549.1.1.5': 'sha1WithRSAEncryption',
  '1.3.14.3.2.29': 'sha1WithRSASignature',
  '1.2.840.113549.1.1.14': 'sha224WithRSAEncryption',
  [SHA256_WITH_RSA]: 'sha256WithRSAEncryption',
  [SHA384_WITH_RSA]: 'sha384WithRSAEncryption',
  [SHA512_WITH_RSA]: 'sha512WithRSAEncryption',
  [RSASSA_PSS]: 'RSASSA-PSS',
  '1.2.840.10040.4.1': 'DSA',
  '1.2.840.10040.4.3': 'dsa-with-sha1',
  '2.16.840.1.101.3.4.3.1': 'dsa-with-sha224',
  '2.16.840.1.101.3.4.3.2': 'dsa-with-sha256',
  [EC_PUBLIC_KEY]: 'id-ecPublicKey',
  '1.2.840.10045.4.1': 'ecdsa-with-SHA1',
  '1.2.840.10045.4.3.1': 'ecdsa-with-SHA224',
  [ECDSA_WITH_SHA256]: 'ecdsa-with-SHA256',
  [ECDSA_WITH_SHA384]: 'ecdsa-with-SHA384',
  [ECDSA_WITH_SHA512]: 'ecdsa-with-SHA512',
  '1.3.101.110': 'X25519',
  '1.3.101.111': 'X448',
  [ED25519]: 'Ed25519',
  '1.3.101.113': 'Ed448',
  '1.2.840.10045.3.1.1': 'P-192',
  '1.3.132.0.33': 'P-224',
  [P256]: 'P-256',
  [P384]: 'P-384',
  [P521]: 'P-521',
  '1.3.132.0.10': 'secp256k1',
  '1.3.36.3.3.2.8.1.1.7': 'brainpoolP256r1',
  '1.3.36.3.3.2.8.1.1.11': 'brainpoolP384r1',
  '1.3.36.3.3.2.8.1.1.13': 'brainpoolP512r1',
};

/** `keyUsage (2.5.29.15)`, or the bare digits of one without a name here. */
export function describeOid(oid: string): string {
  const name = NAMES[oid] ?? ALGORITHM_NAMES[oid];
  return name === undefined ? oid : `${name} (${oid})`;
}

/** Those that most certificates consist of, which reading is to be quick at. */
export const FREQUENT_OIDS: readonly string[] = [
  ...Object.keys(NAMES),
  ...[COMMON_NAME, COUNTRY, LOCALITY, STATE_OR_PROVINCE, ORGANIZATION, ORGANIZATIONAL_UNIT],
  ...[ACCESS_OCSP, ACCESS_CA_ISSUERS],
  ...[EC_PUBLIC_KEY, P256, P384, P521, RSA_ENCRYPTION, ED25519],
  ...[ECDSA_WITH_SHA256, ECDSA_WITH_SHA384, ECDSA_WITH_SHA512],
  ...[SHA256_WITH_RSA, SHA384_WITH_RSA, SHA512_WITH_RSA, RSASSA_PSS],
];
