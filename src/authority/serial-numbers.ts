import { chainInvalid } from '../bundle/chain-violations.ts';
import type { Certificate } from '../certificate.ts';
import type { Authority } from './authority.ts';

export type FindCertificates = (serialNumber: string) => Promise<readonly Certificate[]>;

/**
 * RFC 5280 §4.1.2.2: an issuer uses a serial number once. A root and what it signed have one issuer, and
 * tools that number by hand begin with 1 for both; NSS then refuses the two, and here one could not be told
 * from the other.
 *
 * @throws {PkiError} `chain-invalid`
 */
export async function assertFreshSerialNumbers(
  incoming: readonly Authority[],
  { findCertificates, pointer }: { findCertificates: FindCertificates; pointer: string },
): Promise<void> {
  const certificates = incoming.map(({ certificate }) => certificate);
  const used = await Promise.all(
    certificates.map(async (certificate) => {
      const recorded = await findCertificates(certificate.serialNumber);
      const others = certificates.filter((other) => other !== certificate);
      return [...recorded, ...others].some((other) => isNumberedAlike(other, certificate));
    }),
  );
  const violations = incoming.flatMap(({ name, certificate }, index) => {
    if (used[index] !== true) return [];
    const number = `serial number ${certificate.serialNumber}`;
    const detail = `the issuer of "${name}" has given ${number} to another certificate, too`;
    return [{ pointer, detail }];
  });
  if (violations.length > 0) throw chainInvalid(violations);
}

function isNumberedAlike(one: Certificate, other: Certificate): boolean {
  if (one.serialNumber !== other.serialNumber || one.authority !== other.authority) return false;
  // The very same may have come in meanwhile.
  return Buffer.compare(one.der, other.der) !== 0;
}
