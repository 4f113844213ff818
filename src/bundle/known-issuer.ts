import { X509Certificate } from 'node:crypto';
import { decodeCertificate } from '../x509/decode-certificate.ts';
import type { ForeignCertificate } from './foreign-certificate.ts';
import { hasIssued } from './links.ts';

/** The authorities whose certificates are at hand. */
export interface KnownAuthorities {
  /** DER of every authority of this service, roots and intermediates. */
  readonly ownAuthorities: readonly Uint8Array[];
  /** PEM of the public roots. */
  readonly publicRoots: readonly string[];
}

/** What is known of the issuer of a certificate. */
export interface KnownIssuer {
  readonly x509: X509Certificate;
  readonly isRoot: boolean;
  /** Whether its key made the signature; a certificate that merely names it is damaged or forged. */
  readonly hasSigned: boolean;
}

/** The known authority that signed `certificate`, a root before an intermediate; else one that it names. */
export function findKnownIssuer(
  certificate: ForeignCertificate,
  { ownAuthorities, publicRoots }: KnownAuthorities,
): KnownIssuer | undefined {
  const issuers = [...ownAuthorities, ...publicRoots]
    .map((encoded) => new X509Certificate(encoded))
    .filter((x509) => certificate.x509.checkIssued(x509))
    .map((x509) => ({
      x509,
      isRoot: x509.verify(x509.publicKey),
      hasSigned: hasIssued({ x509, publicKey: x509.publicKey }, certificate),
    }));
  const signers = issuers.filter(({ hasSigned }) => hasSigned);
  const named = namesItsIssuersKey(certificate) ? issuers[0] : undefined;
  return signers.find(({ isRoot }) => isRoot) ?? signers[0] ?? named;
}

/** Without an authority key identifier, an issuer of the same name may well be another one. */
function namesItsIssuersKey({ x509 }: ForeignCertificate): boolean {
  try {
    return decodeCertificate(x509.raw).authorityKeyIdentifier !== '';
  } catch {
    // What this reader does not understand, it cannot say.
    return false;
  }
}
