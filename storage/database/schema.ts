import type { Generated } from 'kysely';

/** The tables, as they are after the last migration. Instants are RFC 3339 text in UTC, with milliseconds. */
export interface Schema {
  readonly authority: AuthorityRow;
  readonly authority_certificate: AuthorityCertificateRow;
  readonly certificate: CertificateRow;
  readonly certificate_dns_name: CertificateDnsNameRow;
  readonly stored_private_key: StoredPrivateKeyRow;
  readonly rotation_target: RotationTargetRow;
  readonly target_revision: TargetRevisionRow;
  readonly target_key: TargetKeyRow;
  readonly rotation_lock: RotationLockRow;
  readonly audit_entry: AuditEntryRow;
  readonly instance: InstanceRow;
  readonly kept_answer: KeptAnswerRow;
  readonly sds_secret: SdsSecretRow;
}

export interface AuthorityRow {
  readonly name: string;
  readonly kind: string;
  readonly parent: string | null;
  readonly key_algorithm: string;
  /** Null where the key is no RSA key. */
  readonly rsa_signature_scheme: string | null;
  /** Null while its certificate is awaited. */
  readonly serial_number: string | null;
  /** Null where its key is elsewhere. */
  readonly wrapped_private_key: Buffer | null;
  /** DER of the request for the certificate that is awaited. */
  readonly certification_request: Buffer | null;
}

/** Whose certificate this one is; two authorities never have the same. */
export interface AuthorityCertificateRow {
  readonly fingerprint_sha256: string;
  readonly authority: string;
}

export interface CertificateRow {
  readonly serial_number: string;
  /** The issuing authority; a root's own name for a root. */
  readonly authority: string;
  readonly profile: string;
  readonly issued_at: string;
  readonly not_before: string;
  readonly not_after: string;
  readonly fingerprint_sha256: string;
  /** JSON: subject, names by kind, warnings. */
  readonly content: string;
  readonly der: Buffer;
}

export interface CertificateDnsNameRow {
  readonly authority: string;
  readonly serial_number: string;
  readonly dns_name: string;
}

export interface StoredPrivateKeyRow {
  readonly authority: string;
  readonly serial_number: string;
  readonly wrapped_private_key: Buffer;
}

export interface RotationTargetRow {
  readonly name: string;
  /** 1 for a target of the settings file. */
  readonly declared_in_file: number;
  /** JSON. */
  readonly target: string;
  /** JSON. */
  readonly progress: string;
  /** The number of the last revision that was recorded; 0 before the first. */
  readonly revision: number;
  /** 0 while that revision is not known to lie at the destination. */
  readonly is_revision_written: number;
  /** JSON; null where nobody has looked yet at what is served. */
  readonly proof: Generated<string | null>;
}

/** One write of a target's destination. */
export interface TargetRevisionRow {
  readonly target: string;
  readonly number: number;
  readonly serial_number: string;
  readonly authority: string;
  /** JSON. */
  readonly reasons: string;
  readonly actor: string;
  readonly recorded_at: string;
  readonly written_at: string | null;
  readonly proven_at: string | null;
}

/** One row: which replica rotates. */
export interface RotationLockRow {
  readonly id: number;
  readonly holder: string;
  readonly acquired_at: string;
  readonly renewed_at: string;
  readonly transitions: number;
  /** One more with every change. */
  readonly version: number;
}

/** The private key of a certificate that may have to be put back. */
export interface TargetKeyRow {
  readonly target: string;
  readonly serial_number: string;
  readonly authority: string;
  /** Sealed. */
  readonly wrapped_private_key: Buffer;
}

export interface AuditEntryRow {
  readonly sequence: Generated<number>;
  readonly time: string;
  readonly actor: string;
  readonly request_id: string | null;
  readonly action: string;
  /** JSON. */
  readonly details: string;
}

/** One row: what tells this service's marks at destinations from those of another one. */
export interface InstanceRow {
  readonly id: string;
}

/** An answer for whoever asks again with the same `Idempotency-Key`. */
export interface KeptAnswerRow {
  /** Digest of caller, operation and key. */
  readonly id: string;
  readonly request_digest: string;
  /** Sealed. */
  readonly wrapped_answer: Buffer;
  readonly kept_until: string;
}

/** What a target for SDS holds now. */
export interface SdsSecretRow {
  readonly target: string;
  /** The service that has written it. */
  readonly instance: string;
  /** 1 for the first write, one more for each that follows. */
  readonly revision: number;
  /** PEM, as is all of it. */
  readonly chain: string;
  /** Sealed for this target and revision. */
  readonly wrapped_private_key: Buffer;
  readonly client_authorities: string | null;
  /** Over everything that was written, by which it is known again. */
  readonly content_hash: string;
}
