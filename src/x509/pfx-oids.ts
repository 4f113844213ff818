/** The object identifiers that a PFX is made of, by the names of RFC 7292 and RFC 2985. */

/** Types of content (RFC 2315 §14). */
export const DATA = '1.2.840.113549.1.7.1';
export const ENCRYPTED_DATA = '1.2.840.113549.1.7.6';

/** Types of bag (RFC 7292 §4.2). */
export const KEY_BAG = '1.2.840.113549.1.12.10.1.1';
export const PKCS8_SHROUDED_KEY_BAG = '1.2.840.113549.1.12.10.1.2';
export const CERT_BAG = '1.2.840.113549.1.12.10.1.3';
export const X509_CERTIFICATE = '1.2.840.113549.1.9.22.1';

/** Attributes of a bag (RFC 2985 §5.5). */
export const FRIENDLY_NAME = '1.2.840.113549.1.9.20';
export const LOCAL_KEY_ID = '1.2.840.113549.1.9.21';

/** Encryption and derivation with a password (RFC 8018 §6.2, appendix A.2). */
export const PBES2 = '1.2.840.113549.1.5.13';
export const PBKDF2 = '1.2.840.113549.1.5.12';

/** RFC 7914 §7. */
export const SCRYPT = '1.3.6.1.4.1.11591.4.11';

/** RFC 8018 §7.1; RFC 9579 brings it into a PFX. */
export const PBMAC1 = '1.2.840.113549.1.5.14';
