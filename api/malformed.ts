import { PkiError, type Violation } from '../src/errors.ts';

/** Refuses with all faults of a body. */
export function malformed(violations: readonly Violation[]): PkiError {
  const message = violations
    .map(({ pointer, detail }) => `${pointer || 'body'}: ${detail}`)
    .join('; ');
  return new PkiError('request-malformed', message, { violations });
}

/** A JSON Pointer; `~` and `/` inside a member's name are escaped (RFC 6901 §3). */
export function pointerTo(...path: readonly PropertyKey[]): string {
  return path
    .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}
