import { X509Certificate } from 'node:crypto';
import type { ForeignCertificate } from './foreign-certificate.ts';
import { hasIssued } from './links.ts';

/** The authorities whose certificates are at hand. */
export interface KnownAuthorities {
  /** DER of every authority of this service, roots and intermediates. */
  readonly ownAuthorities: readonly Uint8Array[];
  /** PEM of the public roots. */
  readonly publicRoots: readonly string[];
}

export interface KnownIssuer {
  readonly x509: X509Certificate;
  readonly isRoot: boolean;
}

/** The known authority that signed `certificate`: a root before an intermediate with the same key. */
export function findKnownIssuer(
  certificate: ForeignCertificate,
  { ownAuthorities, publicRoots }: KnownAuthorities,
): KnownIssuer | undefined {
  const issuers = [...ownAuthorities, ...publicRoots]
    .map((encoded) => new X509Certificate(encoded))
    .filter((x509) => hasIssued({ x509, publicKey: x509.publicKey }, certificate))
    .map((x509) => ({ x509, isRoot: x509.verify(x509.publicKey) }));
  return issuers.find(({ isRoot }) => isRoot) ?? issuers[0];
}
