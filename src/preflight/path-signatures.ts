import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import { isSignedBy } from '../x509/signed-by.ts';

/** For each certificate but the last, whether it is signed with the key of the next. */
export function pathSignatures(certificates: readonly DecodedCertificate[]): readonly boolean[] {
  return certificates
    .slice(1)
    .map((issuer, index) =>
      isSignedBy(certificates[index]?.der ?? issuer.der, issuer.subjectPublicKeyInfo),
    );
}
