import type { UrlTerms } from './profile.ts';

/** The addresses that a certificate tells of; each list has one or none. */
export interface CertificateUrls {
  /** authorityInfoAccess (RFC 5280 §4.2.2.1). */
  readonly caIssuers: readonly string[];
  readonly ocsp: readonly string[];
  /** cRLDistributionPoints (RFC 5280 §4.2.1.13). */
  readonly crlDistributionPoints: readonly string[];
}

/**
 * The addresses in a certificate that `issuer` signs: those that the profile asks for, below the public URL
 * of the distribution listener. Without such a URL there are none, and none of a root's about itself.
 */
export function certificateUrlsOf(
  publicUrl: string | undefined,
  issuer: string | undefined,
  { caIssuers, ocsp, crl }: UrlTerms,
): CertificateUrls {
  const below = (path: string, isWanted: boolean) =>
    isWanted && publicUrl !== undefined && issuer !== undefined ? [`${publicUrl}${path}`] : [];
  return {
    caIssuers: below(`/pki/authorities/${issuer}.cer`, caIssuers),
    ocsp: below('/pki/ocsp', ocsp),
    crlDistributionPoints: below(`/pki/crls/${issuer}.crl`, crl),
  };
}
