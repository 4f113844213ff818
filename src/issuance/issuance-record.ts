import type { AuditEntry } from '../audit/entry.ts';
import type {
  AuthorityKind,
  Certificate,
  KeyAlgorithm,
  RsaSignatureScheme,
} from '../certificate.ts';

/** What becomes durable together with the certificate. */
export interface IssuanceRecord {
  readonly certificate: Certificate;
  /** The authority whose certificate this is. */
  readonly newAuthority?: NewAuthority | undefined;
  /** The subscriber's private key, sealed; only where the caller asked for it to be kept. */
  readonly wrappedPrivateKey?: Uint8Array | undefined;
  readonly auditEntries: readonly AuditEntry[];
}

export interface NewAuthority {
  readonly name: string;
  readonly kind: AuthorityKind;
  readonly parent: string | null;
  readonly keyAlgorithm: KeyAlgorithm;
  /** Of an RSA key only. */
  readonly rsaSignatureScheme: RsaSignatureScheme | undefined;
  /** Sealed; absent where the key is elsewhere. */
  readonly wrappedPrivateKey: Uint8Array | undefined;
}

/** What the caller of `issueCertificate` adds to the record of the certificate. */
export interface Alongside {
  readonly newAuthority?: NewAuthority;
  /** The serial number of the certificate that this one is to take over from, of the same authority. */
  readonly replaces?: string;
  /** Seals the subscriber's key for the certificate's serial number, which is known only then. */
  readonly wrapPrivateKey?: ((serialNumber: string) => Uint8Array) | undefined;
}
