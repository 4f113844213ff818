/** Who does something, and by which request. */
export interface Actor {
  /** `admin`; or what the service does by itself: `startup`, `rotation`, `watch`, `discovery`, `serving-proof`, `own-certificate`. */
  readonly name: string;
  /** The `X-Request-Id` of the call; absent for what the service does by itself. */
  readonly requestId?: string;
}

export type AuditAction =
  | 'authority.certified'
  | 'authority.created'
  | 'authority.imported'
  | 'authority.requested'
  | 'certificate.issued'
  | 'destination.removed'
  | 'destination.touched'
  | 'destination.written'
  | 'private-key.downloaded'
  | 'request.refused'
  | 'rotation.failed'
  | 'secret.rejected'
  | 'target.created'
  | 'target.deleted'
  | 'target.proven'
  | 'target.replaced'
  | 'target.stale';

/** One change or refusal, as the journal keeps it; it never holds a key, a password or a token. */
export interface AuditEntry {
  readonly time: Date;
  readonly actor: Actor;
  readonly action: AuditAction;
  readonly details: Readonly<Record<string, unknown>>;
}

/** An entry with its place in the journal; places only grow. */
export interface RecordedAuditEntry extends AuditEntry {
  readonly sequence: number;
}
