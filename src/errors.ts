/** Every way in which a caller's request can fail; `api/problem-kinds.ts` gives each its HTTP status. */
export type PkiErrorCode =
  | 'ambiguous-serial-number'
  | 'authority-cannot-issue'
  | 'authority-certified'
  | 'authority-unknown'
  | 'body-too-large'
  | 'certificate-request-invalid'
  | 'certificate-unknown'
  | 'chain-invalid'
  | 'forbidden'
  | 'idempotency-key-in-use'
  | 'idempotency-key-reused'
  | 'media-type-unsupported'
  | 'method-not-allowed'
  | 'name-taken'
  | 'overloaded'
  | 'private-key-locked'
  | 'private-key-not-stored'
  | 'renewed-too-often'
  | 'request-malformed'
  | 'request-refused'
  | 'revision-unavailable'
  | 'route-unknown'
  | 'target-declared-in-cluster'
  | 'target-declared-in-file'
  | 'target-unavailable'
  | 'target-unknown'
  | 'unauthenticated';

/** One broken rule, and where in the request it was broken. */
export interface Violation {
  /** JSON Pointer (RFC 6901) into the request body, such as `/dnsNames/0`; `''` is the whole body. */
  readonly pointer: string;
  readonly detail: string;
}

/** A query parameter at fault. */
export interface ParameterViolation {
  readonly parameter: string;
  readonly detail: string;
}

interface PkiErrorOptions extends ErrorOptions {
  readonly violations?: readonly Violation[];
  readonly parameters?: readonly ParameterViolation[];
  readonly retryAfterMs?: number;
}

/**
 * A failure the caller can act on. `message` is shown to the caller, so it names no host,
 * path, key or SQL; whatever lies beneath goes into `cause`, which is only logged.
 * Anything else that is thrown is a bug or an outage and reaches the caller as a bare 500.
 */
export class PkiError extends Error {
  override readonly name = 'PkiError';
  readonly code: PkiErrorCode;
  readonly violations: readonly Violation[];
  readonly parameters: readonly ParameterViolation[];
  /** For how long whoever refused asks to be left alone; 0 where nobody did. */
  readonly retryAfterMs: number;

  constructor(code: PkiErrorCode, message: string, options: PkiErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.violations = options.violations ?? [];
    this.parameters = options.parameters ?? [];
    this.retryAfterMs = options.retryAfterMs ?? 0;
  }
}

/** A refusal that names every rule broken, so that a caller can mend all at once. */
export function refused(violations: readonly Violation[]): PkiError {
  const detail = violations
    .map(({ pointer, detail }) => `${pointer || 'body'}: ${detail}`)
    .join('; ');
  return new PkiError('request-refused', detail, { violations });
}
