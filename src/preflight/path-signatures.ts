import { createPublicKey, X509Certificate } from 'node:crypto';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import { encodePem } from '../x509/pem.ts';

/** For each certificate but the last, whether it is signed with the key of the next. */
export function pathSignatures(certificates: readonly DecodedCertificate[]): readonly boolean[] {
  return certificates
    .slice(1)
    .map((issuer, index) => isSignedBy(certificates[index]?.der ?? issuer.der, issuer));
}

/** What OpenSSL cannot read or verify with is not the key that signed. */
function isSignedBy(der: Uint8Array, { subjectPublicKeyInfo }: DecodedCertificate): boolean {
  try {
    const key = createPublicKey(encodePem('PUBLIC KEY', subjectPublicKeyInfo));
    // A large exponent makes a verification cost as much as a signature, and is nobody's.
    const isHuge = (key.asymmetricKeyDetails?.publicExponent ?? 0n) > MAX_EXPONENT;
    return !isHuge && new X509Certificate(der).verify(key);
  } catch {
    return false;
  }
}

const MAX_EXPONENT = 2n ** 32n;
