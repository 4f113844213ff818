import type { KeyObject } from 'node:crypto';
import type { ForeignCertificate } from './foreign-certificate.ts';
import type { Links } from './links.ts';

/**
 * The certificates that issued none of the others. There should be one; a certificate that does not
 * belong here is among them too, as is every certificate above a gap.
 */
export function leafCandidates(
  certificates: readonly ForeignCertificate[],
  links: Links,
): readonly ForeignCertificate[] {
  const issuers = new Set([...links.values()].map(({ issuer }) => issuer));
  return certificates.filter((certificate) => !issuers.has(certificate));
}

/**
 * The leaf, where it can be told: the only candidate, or the one that is meant, so that a refusal can
 * name what is wrong around it. `undefined` means that several may be meant, or none.
 */
export function leafAmong(
  candidates: readonly ForeignCertificate[],
  privateKey: KeyObject,
): ForeignCertificate | undefined {
  const owners = candidates.filter(({ x509 }) => x509.checkPrivateKey(privateKey));
  const endEntities = candidates.filter(({ x509 }) => !x509.ca);
  return onlyOne(candidates) ?? onlyOne(owners) ?? onlyOne(endEntities);
}

function onlyOne<T>(items: readonly T[]): T | undefined {
  return items.length === 1 ? items[0] : undefined;
}
