import type { Actor, AuditEntry } from '../audit/entry.ts';
import type { Certificate } from '../certificate.ts';
import type { Alongside } from './issuance-record.ts';

/** What the journal says of a certificate, and of the authority that it makes. */
export function issuanceAuditOf(
  certificate: Certificate,
  { now, actor, alongside }: { now: Date; actor: Actor; alongside: Alongside },
): readonly AuditEntry[] {
  const { serialNumber, authority, profile, subject, dnsNames, ipAddresses } = certificate;
  const { emailAddresses, uris, notBefore, notAfter, fingerprintSha256 } = certificate;
  const names = { dnsNames, ipAddresses, emailAddresses, uris };
  const details = { serialNumber, authority, profile, subject, ...names, fingerprintSha256 };
  const storePrivateKey = alongside.wrapPrivateKey !== undefined;
  const issued: AuditEntry = {
    time: now,
    actor,
    action: 'certificate.issued',
    details: {
      ...details,
      notBefore,
      notAfter,
      storePrivateKey,
      replaces: alongside.replaces,
    },
  };
  if (!alongside.newAuthority) return [issued];
  const { name, kind, parent, keyAlgorithm, rsaSignatureScheme } = alongside.newAuthority;
  const created = { name, kind, parent, keyAlgorithm, rsaSignatureScheme, serialNumber };
  return [{ time: now, actor, action: 'authority.created', details: created }, issued];
}
