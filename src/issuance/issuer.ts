import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import { subjectKeyIdentifierOf } from '../x509/key.ts';

/** No path is longer: verifiers give up on long ones, and each authority costs every handshake. */
export const MAX_PATH_LENGTH = 16;

/** An authority in its role of signing (RFC 5280 §4.1.2.4): its key signs, and is never shown. */
export interface Issuer {
  readonly name: string;
  /** DER of the AlgorithmIdentifier of its signatures. */
  readonly signatureAlgorithm: Uint8Array;
  /** Its certification path: its own certificate first, the root's last. */
  readonly path: readonly [DecodedCertificate, ...DecodedCertificate[]];
  readonly sign: (octets: Uint8Array) => Promise<Uint8Array>;
}

/**
 * What the authorityKeyIdentifier says below an authority, in hexadecimal: its subjectKeyIdentifier octet for octet
 * (RFC 5280 §4.2.1.1), however that was counted. An old certificate may have none; then it is counted
 * from the key, as readers do that look for one.
 */
export function keyIdentifierOf({
  subjectKeyIdentifier,
  subjectPublicKeyInfo,
}: DecodedCertificate): string {
  if (subjectKeyIdentifier !== '') return subjectKeyIdentifier;
  return subjectKeyIdentifierOf(subjectPublicKeyInfo).toString('hex');
}
