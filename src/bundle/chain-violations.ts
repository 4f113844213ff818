import type { KeyObject } from 'node:crypto';
import { PkiError, type Violation } from '../errors.ts';
import type { ForeignCertificate } from './foreign-certificate.ts';
import type { Links } from './links.ts';

/** A refusal of somebody else's chain, which names everything that is wrong with it. */
export function chainInvalid(violations: readonly Violation[]): PkiError {
  const detail = violations.map((violation) => violation.detail).join('; ');
  return new PkiError('chain-invalid', detail, { violations });
}

/** A violation somewhere in the one text that holds all certificates. */
export function atCertificates(detail: string): Violation {
  return { pointer: '/certificates', detail };
}

/** Why none of `candidates`, which issued none of the others, is the leaf. */
export function leafViolation(candidates: readonly ForeignCertificate[]): Violation {
  if (candidates.length === 0) {
    return atCertificates('the certificates issued one another in a circle');
  }
  const labels = candidates.map(({ label }) => label).join(' and ');
  return atCertificates(`only the leaf issued none of the others, but so did ${labels}`);
}

/** Every link of `path` that only looks like one. */
export function linkViolations(
  path: readonly ForeignCertificate[],
  links: Links,
): readonly Violation[] {
  return path.flatMap((certificate, index) => {
    const link = links.get(certificate);
    if (!link) return [];
    const issuer = link.issuer.label;
    if (path.indexOf(link.issuer) <= index) {
      return [atCertificates(`${certificate.label} and ${issuer} issued each other in a circle`)];
    }
    if (!link.holds) {
      return [
        atCertificates(`${certificate.label} names ${issuer} as its issuer, but does not verify`),
      ];
    }
    if (link.issuer.x509.ca) return [];
    return [atCertificates(`${issuer} issued ${certificate.label}, but is no authority's`)];
  });
}

/** Certificates that were sent and would be left out. */
export function strayViolations(strays: readonly ForeignCertificate[]): readonly Violation[] {
  return strays.map(({ label }) => atCertificates(`${label} is not on the path of the leaf`));
}

/** A key that is another certificate's, or none's. */
export function keyViolations(
  leaf: ForeignCertificate,
  privateKey: KeyObject,
): readonly Violation[] {
  if (leaf.x509.checkPrivateKey(privateKey)) return [];
  return [{ pointer: '/privateKey', detail: `the key is not that of the leaf, ${leaf.label}` }];
}
