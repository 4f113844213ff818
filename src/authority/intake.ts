import type { AuditAction, AuditEntry } from '../audit/entry.ts';
import type { Authority } from './authority.ts';

/** What becomes durable together when an authority, or its certificate, comes in from elsewhere. */
export interface Intake {
  /** Authorities that are new here, parents first. */
  readonly added: readonly Authority[];
  /** The pending authority that gets its certificate. */
  readonly certified?: Authority;
  /** The authority that was known here without its key, and gets it. */
  readonly keyed?: Authority;
  readonly auditEntries: readonly AuditEntry[];
}

/** What the journal says of an authority that comes in. */
export function intakeEntry(
  action: AuditAction,
  authority: Authority,
  occasion: Pick<AuditEntry, 'time' | 'actor'>,
): AuditEntry {
  const { name, kind, parent, keyAlgorithm, rsaSignatureScheme, certificate } = authority;
  const { serialNumber, subject, fingerprintSha256, notBefore, notAfter } = certificate;
  const known = { name, kind, parent, keyAlgorithm, rsaSignatureScheme };
  const said = { serialNumber, subject, fingerprintSha256, notBefore, notAfter };
  const hasPrivateKey = authority.wrappedPrivateKey !== undefined;
  return { ...occasion, action, details: { ...known, ...said, hasPrivateKey } };
}
