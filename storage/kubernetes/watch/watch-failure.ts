import { statusCodeOf } from '../api-failure.ts';

/** What went wrong with a list or a watch, as far as it decides what to do next. */
export type WatchFailureKind =
  /** The place in the history is gone (410): everything is listed again. */
  | 'expired'
  /** RBAC refuses (403). */
  | 'forbidden'
  /** No such kind of object here (404), as before its CRD is installed. */
  | 'unknown-kind'
  /** Anything else that time may mend. */
  | 'unavailable';

/** An `ERROR` in the middle of a watch, which carries a `Status` where its object would be. */
export class WatchError extends Error {
  override readonly name = 'WatchError';
  readonly code: number;
  readonly body: string;

  constructor(status: { readonly code?: unknown }) {
    super('the API server ended the watch with an error');
    this.code = typeof status.code === 'number' ? status.code : 500;
    this.body = JSON.stringify(status);
  }
}

const KINDS: ReadonlyMap<number | undefined, WatchFailureKind> = new Map([
  [410, 'expired'],
  [403, 'forbidden'],
  [404, 'unknown-kind'],
]);

export function kindOfFailure(error: unknown): WatchFailureKind {
  return KINDS.get(statusCodeOf(error)) ?? 'unavailable';
}
