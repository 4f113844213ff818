import type {
  AuthorityKind,
  Certificate,
  KeyAlgorithm,
  RsaSignatureScheme,
} from '../certificate.ts';

/** A certification authority as it is recorded (RFC 5280 §3). */
export interface Authority {
  readonly name: string;
  readonly kind: AuthorityKind;
  /** The authority that signed it; `null` for a root. */
  readonly parent: string | null;
  readonly keyAlgorithm: KeyAlgorithm;
  /** Of an RSA key only. */
  readonly rsaSignatureScheme: RsaSignatureScheme | undefined;
  readonly certificate: Certificate;
  /** Sealed; absent where the key is elsewhere, as that of an outside root. */
  readonly wrappedPrivateKey: Uint8Array | undefined;
}
