import type { AuthorityKind, Certificate, KeyAlgorithm } from '../certificate.ts';

/** A certification authority as it is recorded (RFC 5280 §3); its key stays sealed. */
export interface Authority {
  readonly name: string;
  readonly kind: AuthorityKind;
  /** The authority that signed it; `null` for a root. */
  readonly parent: string | null;
  readonly keyAlgorithm: KeyAlgorithm;
  readonly certificate: Certificate;
  readonly wrappedPrivateKey: Uint8Array;
}
