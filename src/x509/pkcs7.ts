import { explicit, implicitConstructed, integer, oid, sequence, setOf } from './der.ts';

const DATA = '1.2.840.113549.1.7.1';
const SIGNED_DATA = '1.2.840.113549.1.7.2';

/** RFC 5652 §5.1: the version of SignedData that holds nothing but X.509 certificates. */
const SIGNED_DATA_VERSION = 1;

/**
 * A `.p7b`: SignedData without content or signers, which is how certificates alone travel in PKCS #7
 * (RFC 2315 §9.1, RFC 5652 §5.1).
 *
 * The certificates keep the order given, leaf first. DER would sort this SET, but SignedData need not
 * be DER, and openssl, keytool and GnuTLS show the certificates as they are stored.
 */
export function encodeCertificatesOnly(certificates: readonly Uint8Array[]): Buffer {
  const noDigestAlgorithms = setOf();
  const noSigners = setOf();
  const signedData = sequence(
    integer(SIGNED_DATA_VERSION),
    noDigestAlgorithms,
    sequence(oid(DATA)),
    implicitConstructed(0, ...certificates),
    noSigners,
  );
  return sequence(oid(SIGNED_DATA), explicit(0, signedData));
}
