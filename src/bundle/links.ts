import type { ForeignCertificate } from './foreign-certificate.ts';

/** A certificate's issuer among those given with it. */
export interface Link {
  readonly issuer: ForeignCertificate;
  /** False where only the names agree: the signature, key identifier or key usage does not. */
  readonly holds: boolean;
}

/** Who issued whom; a certificate without an entry has no issuer among the given ones. */
export type Links = ReadonlyMap<ForeignCertificate, Link>;

/**
 * At most one link each: two certificates of one authority (cross-signed, or renewed with its key)
 * would both do, and then a self-signed one is taken, since the path is over sooner.
 */
export function linksAmong(certificates: readonly ForeignCertificate[]): Links {
  const links = new Map<ForeignCertificate, Link>();
  for (const certificate of certificates) {
    const link = linkAmong(certificate, certificates);
    if (link) links.set(certificate, link);
  }
  return links;
}

/** The link from a certificate to its issuer among others; none for one that signed itself. */
export function linkAmong(
  certificate: ForeignCertificate,
  others: readonly ForeignCertificate[],
): Link | undefined {
  if (certificate.isSelfSigned) return undefined;
  const namesakes = others.filter((other) => isNamesake(other, certificate));
  const issuers = namesakes.filter((other) => hasIssued(other, certificate));
  const issuer = issuers.find(({ isSelfSigned }) => isSelfSigned) ?? issuers[0];
  if (issuer) return { issuer, holds: true };
  const [namesake] = namesakes;
  return namesake && { issuer: namesake, holds: false };
}

/** Whether names, key identifiers and key usage fit (RFC 5280 §4.2.1.1, §4.2.1.3), and the signature does. */
export function hasIssued(
  issuer: Pick<ForeignCertificate, 'x509' | 'publicKey'>,
  { x509 }: ForeignCertificate,
): boolean {
  return x509.checkIssued(issuer.x509) && x509.verify(issuer.publicKey);
}

/** From `leaf` to the last certificate whose issuer was given; a circle is gone round once. */
export function pathFrom(leaf: ForeignCertificate, links: Links): readonly ForeignCertificate[] {
  const path = new Set([leaf]);
  let issuer = links.get(leaf)?.issuer;
  while (issuer && !path.has(issuer)) {
    path.add(issuer);
    issuer = links.get(issuer)?.issuer;
  }
  return [...path];
}

/** By text, or by OpenSSL's comparison, for which case does not count (RFC 5280 §7.1). */
function isNamesake(other: ForeignCertificate, certificate: ForeignCertificate): boolean {
  if (other === certificate || certificate.issuer === '') return false;
  return other.subject === certificate.issuer || certificate.x509.checkIssued(other.x509);
}
