import type { Listener } from './documented-operations.ts';

/** One request as it was sent, and its answer as it came. */
export interface Exchange {
  readonly listener: Listener;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly accept?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly requestContentType?: string | undefined;
  /** As sent; absent, the request had no body. */
  readonly requestBody?: Buffer | undefined;
  readonly status: number;
  /** By lower-case name. */
  readonly responseHeaders: Readonly<Record<string, string | undefined>>;
  readonly responseBody: Buffer;
}

/** The path with its query, taken apart. */
export function urlOf({ path }: Exchange): URL {
  return new URL(path, 'http://localhost');
}

/** Without its parameters. */
export function mediaTypeOf(header: string | undefined): string {
  return (header ?? '').split(';')[0]?.trim() ?? '';
}
