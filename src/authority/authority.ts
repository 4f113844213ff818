import type {
  AuthorityKind,
  Certificate,
  KeyAlgorithm,
  RsaSignatureScheme,
} from '../certificate.ts';

/** What is settled of an authority once it has a key. */
interface KeyedTerms {
  readonly name: string;
  readonly keyAlgorithm: KeyAlgorithm;
  /** Of an RSA key only. */
  readonly rsaSignatureScheme: RsaSignatureScheme | undefined;
}

/** A certification authority as it is recorded (RFC 5280 §3). */
export interface Authority extends KeyedTerms {
  readonly kind: AuthorityKind;
  /** The authority that signed it; `null` for a root. */
  readonly parent: string | null;
  readonly certificate: Certificate;
  /** Sealed; absent where the key is elsewhere, as that of an outside root. */
  readonly wrappedPrivateKey: Uint8Array | undefined;
}

/** An intermediate that awaits its certificate from an authority outside. */
export interface PendingAuthority extends KeyedTerms {
  readonly kind: 'intermediate';
  readonly parent: null;
  readonly certificate: undefined;
  readonly wrappedPrivateKey: Uint8Array;
  /** DER of the PKCS #10 request for the certificate. */
  readonly certificationRequest: Uint8Array;
}

export type RecordedAuthority = Authority | PendingAuthority;

/** Why a pending authority is of no use yet, as the end of a sentence. */
export const AWAITS_CERTIFICATE =
  'awaits its certificate: have its request signed outside, and bring the certificate in';

/** Whether an authority has its certificate. */
export function isCertified(authority: RecordedAuthority): authority is Authority {
  return authority.certificate !== undefined;
}
